import type { KubernetesObject } from './objects.js';

/** Tables as `kubectl get` asks for them (`Accept: …;as=Table;g=meta.k8s.io;v=v1`). */

interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer';
  /** Columns above 0 show with `-o wide` only. */
  readonly priority: number;
  readonly cell: (object: KubernetesObject, now: Date) => unknown;
}

type Json = Record<string, unknown>;

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const part of path) {
    current = typeof current === 'object' && current !== null ? (current as Json)[part] : undefined;
  }
  return current;
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A span of time in kubectl's short form: `45s`, `3m12s`, `5h`, `12d`. */
function shortDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (seconds < 120) {
    return `${seconds}s`;
  }
  if (minutes < 10) {
    return seconds % 60 ? `${minutes}m${seconds % 60}s` : `${minutes}m`;
  }
  if (minutes < 180) {
    return `${minutes}m`;
  }
  if (hours < 8) {
    return minutes % 60 ? `${hours}h${minutes % 60}m` : `${hours}h`;
  }
  return hours < 48 ? `${hours}h` : `${days}d`;
}

function since(time: unknown, now: Date): string {
  const start = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(start) ? '<unknown>' : shortDuration(now.getTime() - start);
}

function column(name: string, cell: Column['cell'], type: Column['type'] = 'string', priority = 0): Column {
  return { name, type, priority, cell };
}

const nameColumn = column('Name', ({ metadata }) => metadata.name);
const ageColumn = column('Age', ({ metadata }, now) => since(metadata.creationTimestamp, now));

function replicaColumns(): Column[] {
  return [
    column('Ready', ({ spec, status }) => `${number(at(status, 'readyReplicas'))}/${number(at(spec, 'replicas'))}`),
  ];
}

const byResource: Readonly<Record<string, readonly Column[]>> = {
  namespaces: [nameColumn, column('Status', ({ status }) => at(status, 'phase')), ageColumn],
  nodes: [
    nameColumn,
    column('Status', ({ status }) =>
      list(at(status, 'conditions')).some((each) => at(each, 'type') === 'Ready' && at(each, 'status') === 'True')
        ? 'Ready'
        : 'NotReady',
    ),
    column('Roles', () => '<none>'),
    ageColumn,
    column('Version', ({ status }) => at(status, 'nodeInfo', 'kubeletVersion')),
    column('Internal-IP', ({ status }) => at(status, 'addresses', 0, 'address'), 'string', 1),
    column('OS-Image', ({ status }) => at(status, 'nodeInfo', 'osImage'), 'string', 1),
  ],
  serviceaccounts: [nameColumn, column('Secrets', ({ secrets }) => list(secrets).length, 'integer'), ageColumn],
  pods: [
    nameColumn,
    column('Ready', ({ spec, status }) => {
      const ready = list(at(status, 'containerStatuses')).filter((each) => at(each, 'ready') === true).length;
      return `${ready}/${list(at(spec, 'containers')).length}`;
    }),
    column('Status', ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : at(status, 'phase'))),
    column('Restarts', ({ status }) =>
      String(
        list(at(status, 'containerStatuses')).reduce<number>((sum, each) => sum + number(at(each, 'restartCount')), 0),
      ),
    ),
    ageColumn,
    column('IP', ({ status }) => at(status, 'podIP') ?? '<none>', 'string', 1),
    column('Node', ({ spec }) => at(spec, 'nodeName') ?? '<none>', 'string', 1),
    column('Nominated Node', () => '<none>', 'string', 1),
    column('Readiness Gates', () => '<none>', 'string', 1),
  ],
  configmaps: [nameColumn, column('Data', ({ data }) => Object.keys(data ?? {}).length, 'integer'), ageColumn],
  events: [
    column('Last Seen', (event, now) => since(event.lastTimestamp, now)),
    column('Type', ({ type }) => type),
    column('Reason', ({ reason }) => reason),
    column(
      'Object',
      ({ involvedObject }) =>
        `${String(at(involvedObject, 'kind')).toLowerCase()}/${String(at(involvedObject, 'name'))}`,
    ),
    column('Message', ({ message }) => message),
  ],
  deployments: [
    nameColumn,
    ...replicaColumns(),
    column('Up-to-date', ({ status }) => number(at(status, 'updatedReplicas')), 'integer'),
    column('Available', ({ status }) => number(at(status, 'availableReplicas')), 'integer'),
    ageColumn,
  ],
  replicasets: [
    nameColumn,
    column('Desired', ({ spec }) => number(at(spec, 'replicas')), 'integer'),
    column('Current', ({ status }) => number(at(status, 'replicas')), 'integer'),
    column('Ready', ({ status }) => number(at(status, 'readyReplicas')), 'integer'),
    ageColumn,
  ],
  statefulsets: [nameColumn, ...replicaColumns(), ageColumn],
  daemonsets: [
    nameColumn,
    column('Desired', ({ status }) => number(at(status, 'desiredNumberScheduled')), 'integer'),
    column('Current', ({ status }) => number(at(status, 'currentNumberScheduled')), 'integer'),
    column('Ready', ({ status }) => number(at(status, 'numberReady')), 'integer'),
    column('Up-to-date', ({ status }) => number(at(status, 'updatedNumberScheduled')), 'integer'),
    column('Available', ({ status }) => number(at(status, 'numberAvailable')), 'integer'),
    column('Node Selector', () => '<none>'),
    ageColumn,
  ],
  jobs: [
    nameColumn,
    column(
      'Completions',
      ({ spec, status }) => `${number(at(status, 'succeeded'))}/${number(at(spec, 'completions'))}`,
    ),
    column('Duration', ({ status }, now) => since(at(status, 'startTime'), now)),
    ageColumn,
  ],
  cronjobs: [
    nameColumn,
    column('Schedule', ({ spec }) => at(spec, 'schedule')),
    column('Suspend', ({ spec }) => (at(spec, 'suspend') ? 'True' : 'False')),
    column('Active', ({ status }) => list(at(status, 'active')).length, 'integer'),
    column('Last Schedule', ({ status }, now) => since(at(status, 'lastScheduleTime'), now)),
    ageColumn,
  ],
  mutatingwebhookconfigurations: [
    nameColumn,
    column('Webhooks', ({ webhooks }) => list(webhooks).length, 'integer'),
    ageColumn,
  ],
};

/** How much of each object a row carries: `includeObject` of the query. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** A table of the objects; a watch sends the column definitions in its first table only. */
export function tableOf(
  resource: string,
  objects: readonly KubernetesObject[],
  listMetadata: Json,
  include: IncludeObject,
  now: Date,
  withColumns = true,
): Json {
  const columns = byResource[resource] ?? [nameColumn, ageColumn];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: listMetadata,
    columnDefinitions: withColumns
      ? columns.map(({ name, type, priority }) => ({
          name,
          type,
          format: name === 'Name' ? 'name' : '',
          description: '',
          priority,
        }))
      : null,
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, now) ?? ''),
      ...(include === 'None'
        ? {}
        : {
            object:
              include === 'Object'
                ? object
                : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
          }),
    })),
  };
}

import { hasHole } from '../syntax/text.js';
import {
  booleanOf,
  get,
  listOf,
  literal,
  type ObjectNode,
  objectAt,
  type StringNode,
  type SyntaxNode,
  stringAt,
  wordOf,
} from '../syntax/tree.js';
import type {
  Annotation,
  Container,
  CredentialStore,
  EnvironmentSource,
  EnvironmentVariable,
  Facts,
  KubernetesSource,
  Metadata,
  Workload,
} from './model.js';

/** Where the pod template stands in each kind that makes pods. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

const OWN_KINDS = new Set([...Object.keys(TEMPLATES), 'Pod', 'ServiceAccount', 'Namespace', 'Secret', 'ConfigMap']);

/** One of the kinds below in one of Kubernetes' own groups, so that it can be nothing else. */
export function isOwnKind(root: SyntaxNode): boolean {
  if (root.kind !== 'object' || !OWN_KINDS.has(wordOf(get(root, 'kind')) ?? '')) return false;
  return isOwnGroup(root);
}

function isOwnGroup(root: ObjectNode): boolean {
  const group = wordOf(get(root, 'apiVersion'));
  return group !== undefined && OWN_GROUPS.test(group);
}

const OWN_GROUPS = /^(?:(?:apps|batch|extensions)\/)?v\d\w*$/;

export interface KubernetesContext {
  readonly source: KubernetesSource;
  readonly chart?: string | undefined;
  /** The object is a strategic-merge patch. */
  readonly patch?: boolean;
  /** What the items of a typed list are that do not say it: the API leaves it away in a `ServiceAccountList`. */
  readonly itemKind?: string;
}

/** Reads one Kubernetes object (or a List of them). Returns whether its kind is one of ours. */
export function readKubernetesObject(root: SyntaxNode | undefined, facts: Facts, context: KubernetesContext): boolean {
  if (root?.kind !== 'object') return false;
  const kind = wordOf(get(root, 'kind')) ?? context.itemKind;
  if (kind === undefined) return false;
  if (kind.endsWith('List')) {
    const typed = kind !== 'List' && isOwnGroup(root);
    const of = typed ? { ...context, itemKind: kind.slice(0, -'List'.length) } : context;
    return listOf(get(root, 'items'))
      .map((item) => readKubernetesObject(item, facts, of))
      .includes(true);
  }
  const group = literal(get(root, 'apiVersion')) ?? '';
  switch (kind) {
    case 'ServiceAccount': {
      if (group !== '' && group !== 'v1' && !hasHoleIn(root, 'apiVersion')) return false;
      const { source } = context;
      facts.serviceAccounts.push(within({ source, metadata: readMetadata(root), node: root }, context));
      return true;
    }
    case 'Pod':
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'Job':
    case 'CronJob':
      // Operators have kinds of these names too (serving.knative.dev …): only Kubernetes' own groups make pods this way.
      if (isOperators(group)) return false;
      facts.workloads.push(readWorkload(root, kind, context));
      return true;
    case 'Namespace':
      if (group !== '' && group !== 'v1') return false;
      facts.annotated.push({
        kind,
        metadata: readMetadata(root),
        node: root,
        ...(context.chart === undefined ? {} : { chart: context.chart }),
      });
      return true;
    case 'Secret':
    case 'ConfigMap':
      if (group !== '' && group !== 'v1') return false;
      facts.credentialStores.push(readStore(root, kind));
      return true;
    default:
      return false;
  }
}

/** Of thousands of objects most stand in no chart and are no patch. */
function within<T extends object>(fact: T, { chart, patch }: KubernetesContext): T & { chart?: string; patch?: true } {
  if (chart === undefined && !patch) return fact;
  return { ...fact, ...(chart === undefined ? {} : { chart }), ...(patch ? { patch: true as const } : {}) };
}

function isOperators(group: string): boolean {
  const dot = group.indexOf('.');
  const slash = group.indexOf('/');
  return dot >= 0 && (slash < 0 || dot < slash);
}

function hasHoleIn(root: ObjectNode, key: string): boolean {
  const value = get(root, key);
  return value?.kind === 'string' && hasHole(value.text);
}

export function readMetadata(root: ObjectNode, key = 'metadata'): Metadata {
  const node = get(root, key);
  const annotations = get(node, 'annotations');
  const labels = get(node, 'labels');
  const name = stringAt(node, 'name');
  const namespace = stringAt(node, 'namespace');
  // Most have nothing but these.
  const known = Number(!!annotations) + Number(!!labels) + Number(!!name) + Number(!!namespace);
  const open =
    root.open ||
    (node?.kind === 'object' ? node.open : node?.kind === 'string') ||
    (annotations?.kind === 'object' ? annotations.open : annotations?.kind === 'string');
  const metadata: Writable<Metadata> = {
    node: node ?? root,
    annotations: pairs(annotations),
    labels: pairs(labels),
    others: node?.kind === 'object' && node.properties.length > known ? othersOf(node) : NONE,
  };
  if (name) metadata.name = name;
  if (namespace) metadata.namespace = namespace;
  if (annotations?.kind === 'object') metadata.annotationsNode = annotations;
  if (labels?.kind === 'object') metadata.labelsNode = labels;
  if (open) metadata.open = true;
  return metadata;
}

/** Facts are filled in step by step: of thousands of objects, each copy would be felt. */
type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NONE: readonly never[] = [];

function othersOf({ properties }: ObjectNode): Metadata['others'] {
  return properties.filter(({ key }) => !METADATA_FIELDS.has(key.raw));
}

const METADATA_FIELDS = new Set([
  'name',
  'namespace',
  'annotations',
  'labels',
  'generateName',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'ownerReferences',
  'finalizers',
  'managedFields',
  'selfLink',
  'clusterName',
]);

export function pairs(node: SyntaxNode | undefined): readonly Annotation[] {
  return node?.kind === 'object' ? node.properties : NONE;
}

function readWorkload(root: ObjectNode, kind: string, context: KubernetesContext): Workload {
  const metadata = readMetadata(root);
  const path = TEMPLATES[kind];
  const template = path ? objectAt(root, ...path) : root;
  const podSpec = objectAt(template, 'spec');
  const { serviceAccountName, containers, nodeSelector } = podSpec ? readPodSpec(podSpec) : NO_POD;
  const workload: Writable<Workload> = { source: context.source, kind, metadata, node: root, containers, nodeSelector };
  if (template) workload.podMetadata = template === root ? metadata : readMetadata(template);
  if (podSpec) workload.podSpec = podSpec;
  if (serviceAccountName) workload.serviceAccountName = serviceAccountName;
  return within(workload, context);
}

type PodFacts = Pick<Workload, 'serviceAccountName' | 'containers' | 'nodeSelector'>;

const NO_POD: PodFacts = { containers: NONE, nodeSelector: NONE };

export function readPodSpec(podSpec: ObjectNode): PodFacts {
  // `serviceAccount` is the deprecated alias, which the API server still honours.
  const name = stringAt(podSpec, 'serviceAccountName') ?? stringAt(podSpec, 'serviceAccount');
  const containers: Container[] = [];
  for (const list of CONTAINERS) {
    for (const item of listOf(get(podSpec, list))) if (item.kind === 'object') containers.push(readContainer(item));
  }
  const facts: Writable<PodFacts> = { containers, nodeSelector: pairs(get(podSpec, 'nodeSelector')) };
  if (name) facts.serviceAccountName = name;
  return facts;
}

const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'];

export function readContainer(node: ObjectNode): Container {
  const name = stringAt(node, 'name');
  const image = stringAt(node, 'image');
  const envFrom = get(node, 'envFrom');
  const container: Writable<Container> = {
    node,
    env: readEnvironment(get(node, 'env')),
    envFrom: envFrom ? listOf(envFrom).flatMap(readEnvironmentSource) : NONE,
  };
  if (name) container.name = name;
  if (image) container.image = image;
  return container;
}

/** `env` as Kubernetes' list, or as a mapping, which many charts take. */
export function readEnvironment(node: SyntaxNode | undefined): EnvironmentVariable[] {
  if (node?.kind === 'object') {
    return node.properties.flatMap((pair) => {
      const from = pair.value?.kind === 'object' ? readSource(get(pair.value, 'valueFrom')) : undefined;
      const value = pair.value?.kind === 'object' ? get(pair.value, 'value') : pair.value;
      return [{ name: pair.key, ...(value ? { value } : {}), ...(from ? { from } : {}), node: pair }];
    });
  }
  const variables: EnvironmentVariable[] = [];
  for (const item of listOf(node)) {
    const name = stringAt(item, 'name');
    if (!name || item.kind !== 'object') continue;
    const variable: Writable<EnvironmentVariable> = { name, node: item };
    const value = get(item, 'value');
    const from = readSource(get(item, 'valueFrom'));
    if (value) variable.value = value;
    if (from) variable.from = from;
    variables.push(variable);
  }
  return variables;
}

const KEY_REFERENCES = [
  ['secretKeyRef', 'secret'],
  ['configMapKeyRef', 'configmap'],
] as const;

function readSource(node: SyntaxNode | undefined): EnvironmentVariable['from'] {
  if (node?.kind !== 'object') return undefined;
  for (const [field, kind] of KEY_REFERENCES) {
    const reference = objectAt(node, field);
    if (!reference) continue;
    const name = stringAt(reference, 'name');
    const key = stringAt(reference, 'key');
    const optional = booleanOf(get(reference, 'optional')) === true ? { optional: true as const } : {};
    return { kind, ...(name ? { name } : {}), ...(key ? { key } : {}), ...optional };
  }
  return { kind: 'other' };
}

export function readEnvironmentSource(item: SyntaxNode): EnvironmentSource[] {
  for (const [field, kind] of [
    ['secretRef', 'secret'],
    ['configMapRef', 'configmap'],
  ] as const) {
    const reference = objectAt(item, field);
    if (!reference) continue;
    const name = stringAt(reference, 'name');
    const prefix = stringAt(item, 'prefix');
    return [{ kind, ...(name ? { name } : {}), ...(prefix ? { prefix } : {}), node: item }];
  }
  return [];
}

function readStore(root: ObjectNode, kind: 'Secret' | 'ConfigMap'): CredentialStore {
  const entries = (field: string, decode: (value: string) => string | undefined) =>
    pairs(get(root, field)).flatMap(({ key, value }) =>
      value?.kind === 'string' ? [{ key, value, decoded: decodeEntry(value, decode) }] : [],
    );
  return {
    kind,
    metadata: readMetadata(root),
    node: root,
    entries:
      kind === 'Secret'
        ? [...entries('data', fromBase64), ...entries('stringData', (value) => value)]
        : entries('data', (value) => value),
  };
}

function decodeEntry(value: StringNode, decode: (value: string) => string | undefined): string | undefined {
  const known = literal(value);
  return known === undefined ? undefined : decode(known);
}

/** Text from base64, without Node's Buffer; undefined where it is no base64. */
export function fromBase64(value: string): string | undefined {
  const compact = value.replace(/\s+/g, '');
  if (compact === '' || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let bits = 0;
  let width = 0;
  let result = '';
  for (const char of compact.slice(0, 8192)) {
    if (char === '=') break;
    bits = (bits << 6) | alphabet.indexOf(char);
    width += 6;
    if (width >= 8) {
      width -= 8;
      result += String.fromCharCode((bits >> width) & 0xff);
      bits &= (1 << width) - 1;
    }
  }
  return result;
}

/** The resources that the demo cluster serves, as discovery names them. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly categories?: readonly string[];
}

function type(
  group: string,
  resource: string,
  kind: string,
  shortNames: readonly string[],
  namespaced = true,
  categories: readonly string[] = [],
): ResourceType {
  return { group, version: 'v1', resource, singular: kind.toLowerCase(), kind, shortNames, namespaced, categories };
}

export const resourceTypes: readonly ResourceType[] = [
  type('', 'namespaces', 'Namespace', ['ns'], false),
  type('', 'nodes', 'Node', ['no'], false),
  type('', 'serviceaccounts', 'ServiceAccount', ['sa']),
  type('', 'pods', 'Pod', ['po'], true, ['all']),
  type('', 'configmaps', 'ConfigMap', ['cm']),
  type('', 'secrets', 'Secret', []),
  type('', 'events', 'Event', ['ev']),
  type('apps', 'deployments', 'Deployment', ['deploy'], true, ['all']),
  type('apps', 'replicasets', 'ReplicaSet', ['rs'], true, ['all']),
  type('apps', 'statefulsets', 'StatefulSet', ['sts'], true, ['all']),
  type('apps', 'daemonsets', 'DaemonSet', ['ds'], true, ['all']),
  type('batch', 'jobs', 'Job', [], true, ['all']),
  type('batch', 'cronjobs', 'CronJob', ['cj'], true, ['all']),
  type('admissionregistration.k8s.io', 'mutatingwebhookconfigurations', 'MutatingWebhookConfiguration', [], false),
];

const byName = new Map(resourceTypes.map((each) => [`${each.group}/${each.version}/${each.resource}`, each]));

export function findResource(group: string, version: string, resource: string): ResourceType | undefined {
  return byName.get(`${group}/${version}/${resource}`);
}

export function apiVersionOf({ group, version }: Pick<ResourceType, 'group' | 'version'>): string {
  return group ? `${group}/${version}` : version;
}

export const objectVerbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'] as const;

/** Groups that have reviews only, which are asked and not kept. */
const reviewGroups = [
  {
    group: 'authorization.k8s.io',
    resources: [
      { name: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview' },
      { name: 'selfsubjectrulesreviews', kind: 'SelfSubjectRulesReview' },
    ],
  },
  {
    group: 'authentication.k8s.io',
    resources: [{ name: 'selfsubjectreviews', kind: 'SelfSubjectReview' }],
  },
] as const;

function entry(each: ResourceType): Record<string, unknown> {
  return {
    name: each.resource,
    singularName: each.singular,
    namespaced: each.namespaced,
    kind: each.kind,
    verbs: objectVerbs,
    ...(each.shortNames.length > 0 ? { shortNames: each.shortNames } : {}),
    ...(each.categories && each.categories.length > 0 ? { categories: each.categories } : {}),
  };
}

function subresource(name: string, kind: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { name, singularName: '', namespaced: true, kind, verbs: ['create', 'get'], ...more };
}

/** The resource list of one group version, or nothing if there is no such group. */
export function resourceList(group: string, version: string): Record<string, unknown> | undefined {
  if (version !== 'v1') {
    return undefined;
  }
  const resources = resourceTypes.filter((each) => each.group === group).map(entry);
  const reviews = reviewGroups.find((each) => each.group === group);
  for (const { name, kind } of reviews?.resources ?? []) {
    resources.push({ name, singularName: kind.toLowerCase(), namespaced: false, kind, verbs: ['create'] });
  }
  if (group === '') {
    resources.push(
      subresource('serviceaccounts/token', 'TokenRequest', {
        group: 'authentication.k8s.io',
        version: 'v1',
        verbs: ['create'],
      }),
      subresource('pods/exec', 'PodExecOptions'),
    );
  }
  return resources.length === 0
    ? undefined
    : { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf({ group, version }), resources };
}

/** `/apis`: every named group with its one version. */
export function groupList(): Record<string, unknown> {
  const names = new Set(resourceTypes.map(({ group }) => group).filter(Boolean));
  for (const { group } of reviewGroups) {
    names.add(group);
  }
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: [...names].map((name) => apiGroup(name)) };
}

export function apiGroup(name: string): Record<string, unknown> {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
}

import { ordersProd } from './scenario.js';
import {
  type AssociationRecord,
  type ClusterRecord,
  type Expected,
  issuerHost,
  type NodeRecord,
  type PodRecord,
  type RoleRecord,
  type Scenario,
  type ServiceAccountRecord,
  type WorkloadRecord,
} from './scenarioTypes.js';
import { podIdentityStatement, policy, webIdentityStatement } from './trustPolicies.js';

export interface ScenarioSize {
  readonly serviceAccounts: number;
  readonly pods: number;
  /** At most as many as service accounts. */
  readonly associations: number;
  /** Roles that service accounts use; shared if they are fewer. */
  readonly roles: number;
  readonly namespaces: number;
}

const day = 24 * 60;

/** One in so many is broken in the way named. */
const every = {
  /** Of the service accounts that are neither associated nor anything else: no identity at all. */
  plain: 10,
  /** Of the annotated: left out of the role's trust policy. */
  untrusted: 12,
  /** Of the roles of Pod Identity: without sts:TagSession. */
  withoutTagSession: 15,
  /** Of the workloads with an identity: the first pod is older than it. */
  stale: 40,
} as const;

interface Account {
  readonly namespace: string;
  readonly name: string;
  readonly index: number;
  readonly mechanism: 'pod-identity' | 'irsa' | 'none';
  readonly role: number;
  readonly trusted: boolean;
}

function checkSize(size: ScenarioSize): void {
  for (const [name, value] of Object.entries(size)) {
    if (!Number.isInteger(value) || value < 0) {
      throw new RangeError(`${name} must be a whole number, not ${value}`);
    }
  }
  if (size.namespaces < 1 || size.roles < 1) {
    throw new RangeError('a scenario needs at least one namespace and one role');
  }
  if (size.associations > size.serviceAccounts) {
    throw new RangeError('there can be no more associations than service accounts');
  }
}

/** How many of the roles are for Pod Identity; both kinds get at least one where both are used. */
function podIdentityRoles({ serviceAccounts, associations, roles }: ScenarioSize): number {
  if (associations === 0) {
    return 0;
  }
  if (associations === serviceAccounts) {
    return roles;
  }
  return Math.min(Math.max(1, Math.round((roles * associations) / serviceAccounts)), Math.max(1, roles - 1));
}

function accountsOf(size: ScenarioSize): Account[] {
  const forPodIdentity = podIdentityRoles(size);
  const forIrsa = size.roles - forPodIdentity;
  return Array.from({ length: size.serviceAccounts }, (_, index): Account => {
    const base = {
      namespace: `team-${String(index % size.namespaces).padStart(4, '0')}`,
      name: `app-${String(index).padStart(6, '0')}`,
      index,
    };
    if (index < size.associations) {
      const role = index % forPodIdentity;
      return { ...base, mechanism: 'pod-identity', role, trusted: role % every.withoutTagSession !== 1 };
    }
    if (forIrsa === 0 || index % every.plain === 0) {
      return { ...base, mechanism: 'none', role: -1, trusted: false };
    }
    const role = forPodIdentity + (index % forIrsa);
    return { ...base, mechanism: 'irsa', role, trusted: index % every.untrusted !== 1 };
  });
}

function roleArn(cluster: ClusterRecord, role: number): string {
  return `arn:aws:iam::${cluster.account}:role/app-role-${String(role).padStart(5, '0')}`;
}

function rolesOf(size: ScenarioSize, cluster: ClusterRecord, accounts: readonly Account[]): RoleRecord[] {
  const issuer = issuerHost(cluster);
  const provider = `arn:aws:iam::${cluster.account}:oidc-provider/${issuer}`;
  const subjects = new Map<number, string[]>();
  for (const account of accounts) {
    if (account.mechanism === 'irsa' && account.trusted) {
      const list = subjects.get(account.role) ?? [];
      list.push(`system:serviceaccount:${account.namespace}:${account.name}`);
      subjects.set(account.role, list);
    }
  }
  const forPodIdentity = podIdentityRoles(size);
  return Array.from({ length: size.roles }, (_, role) => ({
    arn: roleArn(cluster, role),
    ageMinutes: 100 * day,
    lastUsedMinutes: 30,
    trustPolicy:
      role < forPodIdentity
        ? policy(
            podIdentityStatement(
              { StringEquals: { 'aws:SourceAccount': cluster.account } },
              role % every.withoutTagSession === 1 ? 'sts:AssumeRole' : ['sts:AssumeRole', 'sts:TagSession'],
            ),
          )
        : policy(
            webIdentityStatement(provider, {
              StringEquals: {
                [`${issuer}:aud`]: 'sts.amazonaws.com',
                [`${issuer}:sub`]: subjects.get(role) ?? [`system:serviceaccount:nobody:role-${role}`],
              },
            }),
          ),
  }));
}

function expectedOf(cluster: ClusterRecord, account: Account, pods: number, stale: boolean): Expected {
  if (account.mechanism === 'none') {
    const nodeRole = ordersProd.nodeGroups[0]?.nodeRoleArn;
    return pods > 0 && nodeRole
      ? { mechanism: 'node-role', roleArn: nodeRole, trust: 'not-checked', status: 'ok' }
      : { mechanism: 'none', trust: 'not-checked', status: 'ok' };
  }
  const base = { mechanism: account.mechanism, roleArn: roleArn(cluster, account.role), stalePods: stale ? 1 : 0 };
  if (!account.trusted) {
    const podIdentity = account.mechanism === 'pod-identity';
    return {
      ...base,
      trust: 'denied',
      status: 'error',
      rules: [podIdentity ? 'trust-missing-tag-session' : 'sa-trust-denied'],
      refusal: podIdentity ? 'AccessDeniedException' : 'AccessDenied',
    };
  }
  return { ...base, trust: 'allowed', status: stale ? 'warning' : 'ok' };
}

/**
 * A cluster of any size for tests and benchmarks: the same for the same numbers. Each service account has one
 * Deployment that its share of the pods belongs to, and knows what a right answer for it is.
 */
export function generateScenario(size: ScenarioSize): Scenario {
  checkSize(size);
  const { cluster } = ordersProd;
  const accounts = accountsOf(size);
  const nodes = Array.from(
    { length: Math.max(1, Math.ceil(size.pods / 100)) },
    (_, index): NodeRecord => ({
      name: `ip-10-${1 + Math.floor(index / 250)}-0-${1 + (index % 250)}.${cluster.region}.compute.internal`,
      nodeGroup: 'ng-default',
      os: 'linux',
      instanceId: `i-${index.toString(16).padStart(17, '0')}`,
      zone: `${cluster.region}${'abc'[index % 3]}`,
      ageMinutes: 20 * day,
    }),
  );
  const serviceAccounts: ServiceAccountRecord[] = [];
  const workloads: WorkloadRecord[] = [];
  const associations: AssociationRecord[] = [];
  let placed = 0;
  for (const account of accounts) {
    const { namespace, name, index } = account;
    const count = Math.floor(((index + 1) * size.pods) / accounts.length) - placed;
    const stale = account.mechanism !== 'none' && count > 0 && index % every.stale === 3;
    const pods = Array.from(
      { length: count },
      (_, number): PodRecord => ({
        node: nodes[(placed + number) % nodes.length]?.name ?? '',
        ageMinutes: number === 0 && stale ? 60 * day : 2 * day,
        ...(number === 0 && stale ? { injected: { mechanism: 'none' } } : {}),
      }),
    );
    placed += count;
    const arn = roleArn(cluster, account.role);
    serviceAccounts.push({
      namespace,
      name,
      ageMinutes: 70 * day,
      ...(account.mechanism === 'irsa' ? { annotations: { 'eks.amazonaws.com/role-arn': arn } } : {}),
      story: 'Generated.',
      expected: expectedOf(cluster, account, count, stale),
    });
    if (account.mechanism === 'pod-identity') {
      associations.push({
        id: `a-${index.toString(36).padStart(17, '0')}`,
        namespace,
        serviceAccount: name,
        roleArn: arn,
        ageMinutes: 10 * day,
      });
    }
    if (count > 0) {
      workloads.push({
        kind: 'Deployment',
        namespace,
        name,
        serviceAccount: name,
        image: `${cluster.account}.dkr.ecr.${cluster.region}.amazonaws.com/app:1.0.0`,
        ageMinutes: 60 * day,
        pods,
      });
    }
  }
  return {
    ...ordersProd,
    namespaces: Array.from({ length: size.namespaces }, (_, index) => `team-${String(index).padStart(4, '0')}`),
    nodeGroups: ordersProd.nodeGroups.slice(0, 1),
    fargateProfiles: [],
    nodes,
    serviceAccounts,
    workloads,
    associations,
    roles: [
      ...rolesOf(size, cluster, accounts),
      ...ordersProd.roles.filter(({ arn }) => arn.endsWith('role/ng-default')),
    ],
    addons: ordersProd.addons.map(({ podIdentityAssociationArns: _, ...addon }) => addon),
    events: [],
  };
}

import type { TrustPolicy } from '../core/facts/model.js';
import type { EksCluster } from './aws/cluster.js';
import type { LiveRole } from './aws/roles.js';
import { type NodeRecord, type PodRecord, type ServiceAccountRecord, Shared } from './kubernetes/records.js';
import type {
  AgentState,
  AssociationState,
  CallerIdentity,
  FargateProfileState,
  Known,
  LiveFinding,
  NodeGroupState,
  OidcProviderState,
} from './types.js';

/** A role as it was read, its policy parsed once however many service accounts ask. */
export interface ReadRole {
  readonly role: LiveRole;
  /** Undefined where AWS's document could not be read as a policy. */
  readonly policy: TrustPolicy | undefined;
  /** The trust policy, indented. */
  readonly text: string;
  /** What the rules say of the document. */
  readonly findings: readonly LiveFinding[];
}

/** What is known of a cluster so far. Filled as answers come; `judge` makes rows of it at any time. */
export interface ClusterState {
  readonly context: string;
  namespace: string | undefined;
  clusterName: string;
  eks: Known<EksCluster>;
  region: string | undefined;
  account: string | undefined;
  partition: string;
  clusterArn: string | undefined;
  issuer: Known<string>;
  kubernetesVersion: string | undefined;
  callerAws: Known<string>;
  callerAccount: string | undefined;
  callerKubernetes: Known<string>;
  oidcProvider: Known<OidcProviderState>;
  /** As it is installed for nodes of EC2; those of Auto Mode have one built in. */
  agent: Known<AgentState>;
  /** The DaemonSet for hybrid nodes; read only where there are some. */
  hybridAgent: Known<AgentState>;
  nodeGroups: Known<readonly NodeGroupState[]>;
  fargateProfiles: Known<readonly FargateProfileState[]>;
  /** By `namespace/name`. */
  serviceAccounts: Map<string, ServiceAccountRecord>;
  /** By account, then by pod name. */
  pods: Map<string, Map<string, PodRecord>>;
  /** Namespaces whose pods could not be listed, with the reason; `*` stands for all others. */
  podsUnknown: Map<string, Known<never>>;
  accountsUnknown: Map<string, Known<never>>;
  nodes: Map<string, NodeRecord>;
  nodesKnown: Known<true>;
  /** Keys of the Secrets and ConfigMaps that pods take variables from. */
  sources: Map<string, Known<readonly string[]>>;
  associations: Map<string, AssociationState>;
  /** Of associations whose details could not be read: why. By id. */
  associationUnknown: Map<string, Known<never>>;
  associationsKnown: Known<true>;
  /** By the ARN as it was asked for. */
  roles: Map<string, Known<RoleAnswer>>;
  verified: Map<string, CallerIdentity>;
  /** What the pods have in common, kept once. */
  readonly shared: Shared;
}

export type RoleAnswer =
  | { readonly kind: 'found'; readonly read: ReadRole }
  | { readonly kind: 'missing' }
  /** A role of that name exists with another path, and so with another ARN. */
  | { readonly kind: 'other-path'; readonly read: ReadRole };

export const PENDING: Known<never> = { known: false, why: 'still being read', reason: 'pending' };

export function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** @returns the key of the pod's account */
export function addPod(state: ClusterState, pod: PodRecord): string {
  const key = state.shared.text(keyOf(pod.namespace, pod.serviceAccount));
  const pods = state.pods.get(key);
  if (pods) pods.set(pod.name, pod);
  else state.pods.set(key, new Map([[pod.name, pod]]));
  return key;
}

export function* allPods(state: ClusterState): Iterable<PodRecord> {
  for (const pods of state.pods.values()) yield* pods.values();
}

/** @param before of an earlier read of the same cluster */
export function emptyState(context: string, clusterName: string, before?: ClusterState): ClusterState {
  return {
    context,
    namespace: undefined,
    clusterName,
    eks: PENDING,
    region: undefined,
    account: undefined,
    partition: 'aws',
    clusterArn: undefined,
    issuer: PENDING,
    kubernetesVersion: undefined,
    callerAws: PENDING,
    callerAccount: undefined,
    callerKubernetes: PENDING,
    oidcProvider: PENDING,
    agent: PENDING,
    hybridAgent: PENDING,
    nodeGroups: PENDING,
    fargateProfiles: PENDING,
    serviceAccounts: new Map(),
    pods: new Map(),
    podsUnknown: new Map([['*', PENDING]]),
    accountsUnknown: new Map([['*', PENDING]]),
    nodes: new Map(),
    nodesKnown: PENDING,
    sources: new Map(),
    associations: new Map(),
    associationUnknown: new Map(),
    associationsKnown: PENDING,
    roles: new Map(),
    verified: new Map(),
    shared: new Shared(before?.shared),
  };
}

/** Why something of a namespace is unknown; undefined where it is known. */
export function unknownIn(
  unknown: ReadonlyMap<string, Known<never>>,
  namespace: string,
): (Known<never> & { known: false }) | undefined {
  const why = unknown.get(namespace) ?? unknown.get('*');
  return why === undefined || why.known ? undefined : why;
}

import type { ClusterSnapshot, LiveFailure, RolePolicies } from '../live/types.js';

/** What was read: a state of each cluster, and contexts that could not be opened at all. */
export interface Inspection {
  readonly clusters: readonly InspectedCluster[];
  readonly failures: readonly LiveFailure[];
}

export interface InspectedCluster extends ClusterSnapshot {
  /** Of each role that a service account has, where they were asked for. */
  readonly rolePolicies?: readonly RolePolicies[];
}

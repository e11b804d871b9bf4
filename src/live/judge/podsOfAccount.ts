import type { Resolution } from '../../core/identity/resolve.js';
import type { PodRecord } from '../kubernetes/records.js';
import type { ClusterState } from '../state.js';
import type { AssociationState, PodState, PodsOfAccount } from '../types.js';
import { computeOf } from './compute.js';
import type { PodIdentity } from './podEnvironment.js';
import { identityOf } from './pods.js';
import { roleName } from './words.js';

/** Each pod is looked at for a few rows only, and fifty thousand are many. */
export class JudgedPods implements PodsOfAccount {
  constructor(
    private readonly state: ClusterState,
    private readonly pods: readonly PodRecord[],
    private readonly resolution: Resolution,
    private readonly association: AssociationState | undefined,
    readonly stale: number,
    readonly known: boolean,
  ) {}

  get total(): number {
    return this.pods.length;
  }

  get list(): readonly PodState[] {
    const { state, pods, resolution, association } = this;
    return pods.map((pod) => podState(state, pod, identityOf(state, pod, resolution), association));
  }
}

function podState(
  state: ClusterState,
  pod: PodRecord,
  identity: PodIdentity,
  association: AssociationState | undefined,
): PodState {
  return {
    name: pod.name,
    phase: pod.phase,
    ...(pod.node === undefined ? {} : { node: pod.node }),
    compute: computeOf(state, pod),
    ...(pod.owner === undefined ? {} : { owner: pod.owner }),
    ...(pod.startedAt === undefined ? {} : { startedAt: pod.startedAt }),
    identity: identity.environment,
    stale: identity.stale,
    ...(identity.stale ? { note: staleNote(pod, identity, association) } : {}),
  };
}

function staleNote(pod: PodRecord, { environment }: PodIdentity, association: AssociationState | undefined): string {
  const older =
    association?.createdAt !== undefined && pod.startedAt !== undefined && pod.startedAt < association.createdAt;
  const shows =
    environment.kind === 'irsa'
      ? `still uses ${roleName(environment.roleArn)}`
      : environment.kind === 'pod-identity'
        ? 'still uses Pod Identity'
        : 'has no identity of its own';
  return older ? `older than the association; ${shows}` : shows;
}

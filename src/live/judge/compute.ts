import type { PodRecord } from '../kubernetes/records.js';
import type { ClusterState } from '../state.js';
import type { PodState } from '../types.js';

/** Where a pod runs, by the pod itself and by its node. */
export function computeOf(state: ClusterState, pod: PodRecord): PodState['compute'] {
  if (pod.fargate) return 'fargate';
  const node = pod.node === undefined ? undefined : state.nodes.get(pod.node);
  if (pod.windows || node?.windows) return 'windows';
  return node?.compute ?? 'unknown';
}

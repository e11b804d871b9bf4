import type { NodeFallback } from '../../core/identity/resolve.js';
import type { PodRecord } from '../kubernetes/records.js';
import type { ClusterState } from '../state.js';
import type { NodeGroupState } from '../types.js';
import { computeOf } from './compute.js';
import type { Notes } from './notes.js';

/** What a pod without an identity of its own finds at the instance metadata address. */
export function nodeFallback(state: ClusterState, pods: readonly PodRecord[], podsUnknown: boolean): NodeFallback {
  if (pods.length === 0)
    return { reach: 'none', why: podsUnknown ? 'its pods could not be listed' : 'no pod runs as it' };
  let why = '';
  let unnamed = false;
  for (const pod of pods) {
    const compute = computeOf(state, pod);
    const node = pod.node === undefined ? undefined : state.nodes.get(pod.node);
    if (compute === 'fargate') why = 'on Fargate there is no node role to take';
    else if (compute === 'hybrid') why = 'hybrid nodes have no instance metadata';
    else if (pod.node === undefined && pod.phase === 'Pending') why = 'its pods are on no node yet';
    // Auto Mode's nodes answer only to pods on the host's network: their hop limit is 1.
    else if (node?.autoMode && !pod.hostNetwork) why = 'Auto Mode keeps the node role from pods';
    else if (groupOf(state, node?.nodeGroup)?.imds?.disabled) why = 'the instance metadata is switched off';
    else if (!pod.hostNetwork && keepsOut(groupOf(state, node?.nodeGroup)))
      why = 'a hop limit of 1 keeps the node role from pods';
    else {
      const roleArn = nodeRole(state, node?.nodeGroup, node?.autoMode === true);
      if (roleArn !== undefined) return { reach: 'role', roleArn, nodeGroup: node?.nodeGroup };
      unnamed = true;
    }
  }
  return unnamed ? { reach: 'role', roleArn: undefined, nodeGroup: undefined } : { reach: 'none', why };
}

/** What a row needs to know that says that pods take the node's role. */
export function judgeNodeRole(
  state: ClusterState,
  roleArn: string | undefined,
  pods: readonly PodRecord[],
  notes: Notes,
): void {
  if (roleArn === undefined) notes.missing("the node's role: it could not be read");
  // That all node groups have this role says nothing of nodes outside them.
  notes.need(state.nodesKnown, 'its nodes');
  for (const pod of pods) {
    const node = pod.node === undefined ? undefined : state.nodes.get(pod.node);
    const gap = pod.hostNetwork ? undefined : groupOf(state, node?.nodeGroup)?.imdsUnknown;
    if (gap !== undefined) notes.missing(`whether its pods reach the node's role: ${gap}`);
  }
}

function groupOf({ nodeGroups }: ClusterState, name: string | undefined): NodeGroupState | undefined {
  return name !== undefined && nodeGroups.known ? nodeGroups.value.find((group) => group.name === name) : undefined;
}

/** Tokens are required and do not come as far as a pod. IMDSv1 has no such limit. */
function keepsOut(group: NodeGroupState | undefined): boolean {
  return group?.imds?.tokens === 'required' && group.imds.hopLimit === 1;
}

function nodeRole(state: ClusterState, nodeGroup: string | undefined, autoMode: boolean): string | undefined {
  if (autoMode) return state.eks.known ? state.eks.value.autoModeNodeRole : undefined;
  if (!state.nodeGroups.known) return undefined;
  const groups = state.nodeGroups.value;
  if (nodeGroup !== undefined) return groups.find((group) => group.name === nodeGroup)?.nodeRole;
  // Nodes could not be listed: if all groups share a role, it is that one.
  if (state.nodesKnown.known) return undefined;
  const roles = new Set(groups.map((group) => group.nodeRole));
  return roles.size === 1 ? groups[0]?.nodeRole : undefined;
}

import type { Resolution } from '../../core/identity/resolve.js';
import type { ServiceAccountRecord } from '../kubernetes/records.js';
import { type ClusterState, PENDING } from '../state.js';
import type { AssociationState } from '../types.js';
import { judgeAgent } from './agent.js';
import { computeOf } from './compute.js';
import type { Notes } from './notes.js';
import type { JudgedPod } from './pods.js';
import { askTrust } from './trust.js';
import { quote, roleName } from './words.js';

/** What Pod Identity needs besides a role that lets it in: compute that has it, the agent, and the next hop of a target role. */
export function judgePodIdentity(
  state: ClusterState,
  account: ServiceAccountRecord,
  resolution: Resolution,
  association: AssociationState | undefined,
  pods: readonly JudgedPod[],
  notes: Notes,
): void {
  const { mechanism, winner } = resolution;
  if (winner !== 'pod-identity') return;
  const unsupported = pods.filter(({ pod }) => ['fargate', 'windows'].includes(computeOf(state, pod)));
  if (mechanism === 'both') {
    const where =
      unsupported.length > 0 ? ` On ${computeNames(state, unsupported)} its pods then get no credentials at all.` : '';
    notes.find(
      'sa-mixed-mechanisms',
      'warning',
      'annotation ignored',
      `It has a role annotation and an association: Pod Identity wins, the annotation is ignored.${where}`,
    );
  }
  if (unsupported.length > 0) {
    const names = computeNames(state, unsupported);
    notes.find(
      'workload-unsupported-compute',
      'error',
      `no Pod Identity on ${names}`,
      `Pod Identity does not work on ${names}: ${quote(unsupported.map(({ pod }) => pod.name))} ${unsupported.length === 1 ? 'gets' : 'get'} no credentials.`,
    );
  }
  if (account.name === 'default' && !notes.findings.some(({ ruleId }) => ruleId === 'sa-default-account')) {
    notes.find(
      'sa-default-account',
      'warning',
      'the default account has a role',
      "The association is for 'default': every pod of the namespace that names no service account gets the role.",
    );
  }
  const nodes = pods.flatMap(({ pod }) => (computeOf(state, pod) === 'unknown' ? (pod.node ?? []) : []));
  const what = "its pods' nodes, which may have no Pod Identity";
  if (nodes.length > 0 && notes.need(state.nodesKnown, what))
    notes.missing(`${what}: nothing is known of ${quote([...new Set(nodes)])}`);
  if (unsupported.length === 0 || unsupported.length < pods.length)
    judgeAgent(
      state,
      pods.filter((pod) => !unsupported.includes(pod)),
      notes,
    );
  if (association) judgeTarget(state, account, association, notes);
}

/** The second hop: the association's role assumes the target. */
function judgeTarget(
  state: ClusterState,
  account: ServiceAccountRecord,
  association: AssociationState,
  notes: Notes,
): void {
  const { roleArn, targetRoleArn } = association;
  if (targetRoleArn === undefined || roleArn === undefined) return;
  const name = roleName(targetRoleArn);
  const known = state.roles.get(targetRoleArn) ?? PENDING;
  if (!notes.need(known, `target role ${name}`)) return;
  const answer = known.value;
  if (answer.kind !== 'found') {
    const message = `The target role '${targetRoleArn}' does not exist.`;
    notes.find('live-role-not-found', 'error', 'target role does not exist', message, targetRoleArn);
    return;
  }
  if (!answer.read.policy || state.clusterArn === undefined) {
    notes.missing(`the trust policy of target role ${name}`);
    return;
  }
  const asked = askTrust(answer.read.policy, {
    mechanism: 'role-chain',
    roleArn,
    externalId: association.externalId ?? '',
    clusterArn: state.clusterArn,
    namespace: account.namespace,
    serviceAccount: account.name,
    disableSessionTags: association.disableSessionTags === true,
  });
  if (asked.trust === 'unknown') {
    notes.missing(
      `the trust policy of target role ${name}: it depends on the permissions of ${roleName(roleArn)}, or on what only AWS knows`,
    );
  } else if (asked.trust === 'denied') {
    const message = `The target role '${name}' does not let '${roleName(roleArn)}' in, so its pods get no credentials.`;
    notes.find('association-trust-denied', 'error', `target role ${name} denies`, message, targetRoleArn);
  }
}

function computeNames(state: ClusterState, pods: readonly JudgedPod[]): string {
  const names = new Set(pods.map(({ pod }) => (computeOf(state, pod) === 'fargate' ? 'Fargate' : 'Windows')));
  return [...names].join(' and ');
}

import { type Resolution, resolve } from '../../core/identity/resolve.js';
import { annotationOf, audienceOf } from '../accountAnnotations.js';
import { parseRoleArn } from '../aws/roles.js';
import type { ServiceAccountRecord } from '../kubernetes/records.js';
import { accountFindings } from '../liveRules.js';
import { type ClusterState, keyOf, type ReadRole, unknownIn } from '../state.js';
import type { AssociationState, CallerIdentity, RoleState, ServiceAccountIdentity, Status } from '../types.js';
import { judgeNodeRole, nodeFallback } from './nodeRole.js';
import { Notes } from './notes.js';
import { issuerOfOtherCluster } from './otherCluster.js';
import { podIdentity } from './podEnvironment.js';
import { judgePodIdentity } from './podIdentity.js';
import { identityOf, judgePods, judgeSources, runningPods } from './pods.js';
import { JudgedPods } from './podsOfAccount.js';
import type { TrustQuestion } from './trust.js';
import { judgeRole } from './trustOfRole.js';
import { judgeVerified } from './verified.js';
import { roleName } from './words.js';

/** A row and what it was made of, for explaining and verifying. */
export interface Judgement {
  readonly row: ServiceAccountIdentity;
  readonly resolution: Resolution;
  readonly question: TrustQuestion | undefined;
  readonly role: ReadRole | undefined;
}

const RANK = { error: 0, warning: 1, information: 2, hint: 3 } as const;

/** With these AWS gives its pods no credentials, whatever the trust policy says. */
const REFUSALS = new Set([
  'association-trust-denied',
  'live-role-not-found',
  'live-oidc-provider-missing',
  'live-audience-not-registered',
]);

/** Everything that is known of one service account, put together. Pure: the same state gives the same row. */
export function judge(state: ClusterState, account: ServiceAccountRecord): Judgement {
  const { namespace, name } = account;
  const key = keyOf(namespace, name);
  const notes = new Notes();
  const annotation = annotationOf(account);
  const audience = audienceOf(account);
  const isOther = issuerOfOtherCluster(state) !== undefined;
  const association = isOther ? undefined : state.associations.get(key);
  const pods = runningPods(state, key);
  const podsGap = unknownIn(state.podsUnknown, namespace);

  const resolution = resolve({
    annotation,
    association: association && { roleArn: association.roleArn },
    associationsKnown: state.associationsKnown.known && !isOther,
    observedPodIdentity: pods.some((pod) => podIdentity(pod).environment.kind === 'pod-identity'),
    staticCredentials: pods.some((pod) => identityOf(state, pod).staticCredentials.length > 0),
    node: nodeFallback(state, pods, podsGap !== undefined),
  });
  if (isOther) notes.missing('Pod Identity associations: EKS describes another cluster');
  else notes.need(state.associationsKnown, 'Pod Identity associations');
  // Its namespace was not listed: an association names it, and its annotations are not known.
  const accountGap = state.serviceAccounts.has(key) ? undefined : unknownIn(state.accountsUnknown, namespace);
  if (accountGap) notes.need(accountGap, 'the service account');
  if (podsGap) notes.need(podsGap, 'its pods');

  notes.findings.push(...accountFindings(account));
  const linked = judgeRole(state, account, resolution, association, audience, notes);
  const podStates = pods.map((pod) => ({ pod, identity: identityOf(state, pod, resolution) }));
  judgePodIdentity(state, account, resolution, association, podStates, notes);
  judgePods(resolution, podStates, association, notes);
  judgeSources(state, podStates, notes);
  if (resolution.winner === 'node-role') judgeNodeRole(state, resolution.roleArn, pods, notes);

  const refused = linked.trust === 'denied' || notes.findings.some(({ ruleId }) => REFUSALS.has(ruleId));
  const expected = refused ? undefined : expectedIdentity(resolution, association);
  const verified = state.verified.get(key);
  // Keys in the environment may be anybody's; they are reported as what they are.
  if (verified && resolution.winner !== 'static-credentials') judgeVerified(verified, expected, notes);
  const status = statusOf(notes);
  const stale = podStates.filter(({ identity }) => identity.stale).length;
  const callerIdentity: CallerIdentity = {
    ...(expected === undefined ? {} : { expected }),
    ...(verified ?? { how: 'not-verified' as const }),
  };
  const role = linked.role?.role;
  const row: ServiceAccountIdentity = {
    namespace,
    name,
    mechanism: resolution.mechanism,
    winner: resolution.winner,
    reason: resolution.reason,
    ...(resolution.roleArn === undefined ? {} : { roleArn: resolution.roleArn }),
    ...(annotation === undefined ? {} : { annotation }),
    audience,
    ...(association === undefined ? {} : { associationId: association.id, association }),
    ...(role === undefined ? {} : { role: roleState(role) }),
    trust: linked.trust,
    ...(linked.detail === undefined ? {} : { trustDetail: linked.detail }),
    status,
    identity: identityLine(resolution),
    summary: summaryOf(notes, status, podStates.length, podsGap === undefined),
    callerIdentity,
    pods: new JudgedPods(state, pods, resolution, association, stale, podsGap === undefined),
    findings: notes.findings.sort((a, b) => RANK[a.severity] - RANK[b.severity]),
    unknown: notes.unknown,
    pending: notes.pending,
  };
  return { row, resolution, question: linked.question, role: linked.role };
}

/** The worst of what is known; something unknown is never fine. */
function statusOf(notes: Notes): Status {
  if (notes.findings.some((finding) => finding.severity === 'error')) return 'error';
  if (notes.findings.some((finding) => finding.severity === 'warning')) return 'warning';
  return notes.unknown.length > 0 ? 'unknown' : 'ok';
}

function expectedIdentity(resolution: Resolution, association: AssociationState | undefined): string | undefined {
  if (resolution.winner === 'pod-identity') return association?.targetRoleArn ?? resolution.roleArn;
  if (resolution.winner === 'irsa' || resolution.winner === 'node-role') {
    return resolution.roleArn !== undefined && parseRoleArn(resolution.roleArn) ? resolution.roleArn : undefined;
  }
  return undefined;
}

function identityLine({ winner, roleArn }: Resolution): string {
  switch (winner) {
    case 'irsa':
      return `IRSA → ${roleName(roleArn)}`;
    case 'pod-identity':
      return `Pod Identity → ${roleName(roleArn)}`;
    case 'static-credentials':
      return 'static AWS keys';
    case 'node-role':
      return roleArn === undefined ? 'node role' : `node role ${roleName(roleArn)}`;
    case 'none':
      return 'no identity';
  }
}

function summaryOf(notes: Notes, status: Status, pods: number, podsKnown: boolean): string {
  const worst =
    notes.findings.find((finding) => finding.severity === 'error') ??
    notes.findings.find((finding) => finding.severity === 'warning');
  if (worst && status !== 'ok') return worst.short;
  if (notes.pending) return 'reading…';
  if (notes.unknown.length > 0) return notes.unknown[0]!;
  return podsKnown ? `${pods} ${pods === 1 ? 'pod' : 'pods'}` : '';
}

const roleStates = new WeakMap<ReadRole['role'], RoleState>();

/** One for all rows of the role. */
function roleState(role: ReadRole['role']): RoleState {
  const known = roleStates.get(role);
  if (known) return known;
  const { trustPolicy: _, ...rest } = role;
  roleStates.set(role, rest);
  return rest;
}

import { checkRoleArn } from '../../core/iam/arn.js';
import type { Resolution } from '../../core/identity/resolve.js';
import { parseRoleArn, type RoleArn } from '../aws/roles.js';
import type { ServiceAccountRecord } from '../kubernetes/records.js';
import { type ClusterState, PENDING, type ReadRole } from '../state.js';
import type { AssociationState, Trust, TrustDetail } from '../types.js';
import type { Notes } from './notes.js';
import { judgeProvider } from './oidcProvider.js';
import { askTrust, type TrustAnswer, type TrustQuestion } from './trust.js';

/** The role that wins, as far as it could be read, and whether it lets the account in. */
export interface LinkedRole {
  readonly trust: Trust;
  readonly detail?: TrustDetail;
  readonly role?: ReadRole;
  readonly question?: TrustQuestion;
}

/** Whether the role exists and its trust policy lets the account in by the mechanism that wins. */
export function judgeRole(
  state: ClusterState,
  account: ServiceAccountRecord,
  resolution: Resolution,
  association: AssociationState | undefined,
  audience: string,
  notes: Notes,
): LinkedRole {
  const { winner, roleArn } = resolution;
  if (winner !== 'irsa' && winner !== 'pod-identity') return { trust: 'not-checked' };
  if (roleArn === undefined) {
    const gap = association ? (state.associationUnknown.get(association.id) ?? PENDING) : state.associationsKnown;
    notes.need(gap, "the association's role");
    return { trust: 'unknown' };
  }
  const arn = parseRoleArn(roleArn);
  if (!arn) {
    // The catalogue's rule says it where the annotation is at fault; an association's role was checked by AWS.
    const verdict = checkRoleArn([roleArn]);
    if (!notes.findings.some((finding) => finding.ruleId === 'sa-malformed-role-arn')) {
      notes.find(
        'sa-malformed-role-arn',
        'error',
        'no role ARN',
        `'${roleArn}' is no role ARN${verdict.ok === 'no' ? `: ${verdict.reason}` : ''}; it must be like 'arn:aws:iam::111122223333:role/NAME'.`,
      );
    }
    return { trust: 'not-checked' };
  }
  const known = state.roles.get(roleArn);
  if (known === undefined || !notes.need(known, `role ${arn.name}`)) {
    if (known === undefined) {
      notes.pending = true;
      notes.missing(`role ${arn.name}: still being read`);
    }
    return { trust: 'unknown' };
  }
  const answer = known.value;
  if (answer.kind === 'missing') {
    notes.find(
      'live-role-not-found',
      'error',
      'role does not exist',
      `Role '${arn.name}' does not exist in account ${arn.account}; AWS refuses its pods.`,
      roleArn,
    );
    return { trust: 'not-checked' };
  }
  if (answer.kind === 'other-path') {
    const { arn: actual } = answer.read.role;
    notes.find(
      'sa-trust-denied',
      'error',
      `path differs: ${actual.slice(actual.indexOf(':role/') + 1)}`,
      `'${roleArn}' does not exist: the role of that name is '${actual}', and an ARN includes the path.`,
      actual,
    );
    return { trust: 'denied', detail: { nearestMiss: `'${roleArn}' ≠ '${actual}'`, trace: [] }, role: answer.read };
  }
  const { read } = answer;
  notes.findings.push(...read.findings);
  if (!read.policy) {
    notes.missing(`the trust policy of ${arn.name} could not be read`);
    return { trust: 'unknown', role: read };
  }
  const question = questionFor(state, account, winner, arn, association, audience, notes);
  if (!question) return { trust: 'unknown', role: read };
  const asked = askTrust(read.policy, question);
  if (asked.trust === 'unknown')
    notes.missing(
      `the trust policy of ${arn.name}: ${asked.detail.why ?? 'its decision depends on what is not known'}`,
    );
  if (asked.trust === 'denied') denied(state, account, winner, arn, association, asked, read, notes);
  if (winner === 'irsa') judgeProvider(state, arn, audience, asked.trust, notes);
  return { trust: asked.trust, detail: asked.detail, role: read, question };
}

function questionFor(
  state: ClusterState,
  account: ServiceAccountRecord,
  winner: 'irsa' | 'pod-identity',
  arn: RoleArn,
  association: AssociationState | undefined,
  audience: string,
  notes: Notes,
): TrustQuestion | undefined {
  const who = { namespace: account.namespace, serviceAccount: account.name };
  if (winner === 'irsa') {
    if (!notes.need(state.issuer, "the cluster's issuer")) return undefined;
    const issuer = state.issuer.value;
    // The provider must stand in the role's own account.
    return {
      mechanism: 'irsa',
      ...who,
      issuer,
      providerArn: state.shared.text(`arn:${arn.partition}:iam::${arn.account}:oidc-provider/${issuer}`),
      audience,
    };
  }
  if (state.clusterArn === undefined) {
    notes.missing("the cluster's ARN");
    return undefined;
  }
  return {
    mechanism: 'pod-identity',
    ...who,
    clusterArn: state.clusterArn,
    disableSessionTags: association?.disableSessionTags === true,
  };
}

function denied(
  state: ClusterState,
  account: ServiceAccountRecord,
  winner: 'irsa' | 'pod-identity',
  arn: RoleArn,
  association: AssociationState | undefined,
  asked: TrustAnswer,
  read: ReadRole,
  notes: Notes,
): void {
  const who = `${account.namespace}/${account.name}`;
  const miss = asked.detail.nearestMiss;
  const because = miss === undefined ? '' : `: ${miss}`;
  if (winner === 'irsa') {
    notes.find(
      'sa-trust-denied',
      'error',
      miss === undefined ? 'trust denies' : `trust denies: ${miss}`,
      `The trust policy of '${arn.name}' denies ${who}${because}.`,
      arn.arn,
    );
    return;
  }
  if (association?.disableSessionTags && state.clusterArn !== undefined) {
    const withTags =
      read.policy &&
      askTrust(read.policy, {
        mechanism: 'pod-identity',
        clusterArn: state.clusterArn,
        namespace: account.namespace,
        serviceAccount: account.name,
        disableSessionTags: false,
      });
    if (withTags?.trust === 'allowed') {
      notes.find(
        'association-invalid',
        'error',
        'session tags are off, and the trust policy needs them',
        `The association turns session tags off, and the trust policy of '${arn.name}' requires 'aws:RequestTag/…': it denies ${who}.`,
        arn.arn,
      );
      return;
    }
  }
  // What the role's own document is reported for is the reason already.
  if (read.findings.some((finding) => finding.severity === 'error')) return;
  notes.find(
    'association-trust-denied',
    'error',
    miss === undefined ? 'trust denies' : `trust denies: ${miss}`,
    `The trust policy of '${arn.name}' denies Pod Identity for ${who}${because}.`,
    arn.arn,
  );
}

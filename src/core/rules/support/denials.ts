import type { Role, TrustPolicy } from '../../facts/model.js';
import { type Evaluation, evaluate } from '../../iam/evaluate.js';
import { globPattern, hasWildcard, literalPattern, matchGlob, matchPattern } from '../../iam/globs.js';
import { parseSubject, subjectOf } from '../../iam/names.js';
import { nearestMiss } from '../../iam/nearestMiss.js';
import { type AccessRequest, DEFAULT_AUDIENCE, irsaRequest } from '../../iam/request.js';
import { and, any, not } from '../../iam/ternary.js';
import { display, literalOf, sameText, type Ternary, type Text } from '../../syntax/text.js';
import type { AccountVariant } from '../../workspace/workspace.js';
import { type ConditionReading, conditionsMeantFor, issuersOf, readPolicy, type StatementReading } from './reading.js';

/** Why a role's trust policy surely lets a service account not in, where no other rule says it of the policy alone. */
export interface Denial {
  readonly reason: 'subject' | 'audience' | 'deny' | 'mechanism';
  /** `namespace 'payment' ≠ 'payments'`. */
  readonly miss: string;
  /** The statements that would let it in, were it not for subject or audience. */
  readonly near: readonly StatementReading[];
}

/** Undefined where the account is let in, or that depends on something unknown, or the policy's own mistake is to blame. */
export function irsaDenial(role: Role, variant: AccountVariant): Denial | undefined {
  const policy = role.trustPolicy;
  if (!policy || role.managedTrust) return undefined;
  const audience = audienceText(variant);
  const input = { namespace: variant.namespace, serviceAccount: variant.name, ...(audience ? { audience } : {}) };
  // Which cluster it is no file says, so it is each of those that the policy speaks of.
  const issuers = new Map(
    readPolicy(policy)
      .statements.flatMap(issuersOf)
      .map((issuer) => [display(issuer), issuer]),
  );
  const requests =
    issuers.size === 0
      ? [irsaRequest(input)]
      : [...issuers.values()].map((issuer) => irsaRequest({ ...input, issuer }));
  const answers = requests.map((request) => ({ request, evaluation: evaluate(policy, request) }));
  if (answers.some(({ evaluation }) => evaluation.decision !== 'denied')) return undefined;
  const [{ evaluation, request }] = answers as [(typeof answers)[0]];
  return denyingStatement(policy, evaluation, request) ?? mismatch(policy, variant, audience, evaluation, request);
}

/** What the token asks for; undefined for the default. */
function audienceText(variant: AccountVariant): Text | undefined {
  if (variant.audience?.kind === 'string') return variant.audience.text;
  if (variant.audience) return [{ expression: 'audience' }];
  return variant.open ? [{ expression: 'audience' }] : undefined;
}

/** A Deny that names the account. One that leaves nobody is the policy's own contradiction. */
function denyingStatement(policy: TrustPolicy, evaluation: Evaluation, request: AccessRequest): Denial | undefined {
  const { statements } = readPolicy(policy);
  const denying = evaluation.statements.find(({ effect, matches }) => effect === 'Deny' && matches === 'yes');
  const statement = denying && statements[denying.index];
  if (!denying || !statement || conditionsMeantFor(statement, 'sub').length === 0) return undefined;
  const subject = subjectOf(request.account.namespace, request.account.name);
  const others = statements.some(
    (each) =>
      each.allows &&
      each.irsa &&
      conditionsMeantFor(each, 'sub').some(({ values }) =>
        values.some(({ text }) => sameText(text, subject) !== 'yes'),
      ),
  );
  return others ? { reason: 'deny', miss: `statement ${denying.index + 1} denies it`, near: [] } : undefined;
}

function mismatch(
  policy: TrustPolicy,
  variant: AccountVariant,
  audience: Text | undefined,
  evaluation: Evaluation,
  request: AccessRequest,
): Denial | undefined {
  if (evaluation.statements.some(({ effect, matches }) => effect === 'Deny' && matches !== 'no')) return undefined;
  const reading = readPolicy(policy);
  const allowing = reading.statements.filter(({ allows }) => allows);
  const irsa = allowing.filter((statement) => statement.irsa);
  if (irsa.length === 0) {
    const unclear = policy.open || allowing.some(({ open, speaks }) => open || speaks === 'irsa');
    if (unclear) return undefined;
    return { reason: 'mechanism', miss: 'it trusts no OIDC provider of a cluster', near: [] };
  }
  const subject = subjectOf(variant.namespace, variant.name);
  let audiences = false;
  for (const statement of irsa) {
    const wrongSubject = claimHolds(statement, 'sub', subject) === 'no';
    const wrongAudience = claimHolds(statement, 'aud', audience ?? [DEFAULT_AUDIENCE]) === 'no';
    // This one fails for another reason, which a rule on the policy reports.
    if (!wrongSubject && !wrongAudience) return undefined;
    audiences ||= !wrongSubject;
  }
  const miss = differentName(irsa, variant) ?? nearestMiss(evaluation, request);
  return {
    reason: audiences ? 'audience' : 'subject',
    miss: miss ?? `no statement names '${request.account.name.join('')}'`,
    near: irsa,
  };
}

/** Where the namespace is not known, it is the name that tells. */
function differentName(
  statements: readonly StatementReading[],
  { namespace, name }: AccountVariant,
): string | undefined {
  if (literalOf(namespace) !== undefined) return undefined;
  const named = statements
    .flatMap((statement) => conditionsMeantFor(statement, 'sub'))
    .flatMap(({ values }) => values.map(({ text }) => parseSubject(text, { patterns: true })))
    .find((subject) => subject.kind === 'account');
  return named?.kind === 'account' ? `'${display(named.name)}' ≠ '${display(name)}'` : undefined;
}

/** Do a statement's conditions on a claim hold as they are meant: malformed subjects by their reading, literal stars as patterns? */
function claimHolds(statement: StatementReading, claim: 'sub' | 'aud', value: Text): Ternary {
  const conditions = conditionsMeantFor(statement, claim);
  // Negated guards alone are the policy's own mistake.
  if (conditions.length > 0 && conditions.every(({ operator }) => operator?.negated)) return 'maybe';
  return conditions.reduce<Ternary>((holds, condition) => and(holds, conditionHolds(condition, claim, value)), 'yes');
}

function conditionHolds(condition: ConditionReading, claim: 'sub' | 'aud', value: Text): Ternary {
  const { operator, open, values } = condition;
  if (!operator || operator.type === 'null') return 'maybe';
  const matches = any(values, ({ text }) => valueMatches(text, claim, value, operator.wildcards));
  const found = matches === 'no' && open ? 'maybe' : matches;
  return operator.negated ? not(found) : found;
}

function valueMatches(text: Text, claim: 'sub' | 'aud', value: Text, wildcards: boolean): Ternary {
  const patterns = wildcards || hasWildcard(text);
  if (claim === 'sub') {
    const subject = parseSubject(text, { patterns });
    if (subject.kind === 'malformed') {
      if (subject.meant === undefined) return patterns ? matchGlob(text, value) : 'maybe';
      return matchPattern(literalPattern([subject.meant]), value);
    }
  }
  return matchPattern(patterns ? globPattern(text) : literalPattern(text), value);
}

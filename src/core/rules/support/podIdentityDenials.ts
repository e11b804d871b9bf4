import type { Association, Role } from '../../facts/model.js';
import { checkClusterArn } from '../../iam/arn.js';
import { type Evaluation, evaluate } from '../../iam/evaluate.js';
import { globPattern, hasWildcard, literalPattern, matchPattern } from '../../iam/globs.js';
import { nearestMiss } from '../../iam/nearestMiss.js';
import { ASSUME_ROLE, TAG_SESSION } from '../../iam/principals.js';
import { type AccessRequest, podIdentityRequest, unknownText } from '../../iam/request.js';
import { any, not } from '../../iam/ternary.js';
import type { Text } from '../../syntax/text.js';
import { hasHole } from '../../syntax/text.js';
import type { Workspace } from '../../workspace/workspace.js';
import { coversAction } from './actions.js';
import { tagsDisabled } from './associations.js';
import { podIdentityStatements } from './podIdentityGrants.js';
import { type ConditionReading, readPolicy, type StatementReading } from './reading.js';

export interface PodIdentityDenial {
  readonly miss: string;
  /** `principal`: nothing in it is for Pod Identity. */
  readonly reason: 'principal' | 'condition';
  /** The conditions that do not hold. */
  readonly failing: readonly ConditionReading[];
}

function requestFor(association: Association, disableSessionTags: boolean): AccessRequest {
  const { clusterName, namespace, serviceAccount } = association;
  return podIdentityRequest({
    ...(clusterName ? { clusterName: clusterName.text } : {}),
    namespace: namespace?.text ?? unknownText('namespace'),
    serviceAccount: serviceAccount?.text ?? unknownText('service account'),
    disableSessionTags,
  });
}

/** Does the role let Pod Identity in with session tags and not without? */
export function needsTags(role: Role, association: Association): boolean {
  const policy = role.trustPolicy;
  if (!policy || role.managedTrust) return false;
  const decide = (disabled: boolean) => evaluate(policy, requestFor(association, disabled)).decision;
  return decide(true) === 'denied' && decide(false) !== 'denied';
}

/** Undefined where the role lets Pod Identity in, or may, or a rule on its own policy says why not. */
export function podIdentityDenial(
  role: Role,
  association: Association,
  workspace: Workspace,
): PodIdentityDenial | undefined {
  const policy = role.trustPolicy;
  if (!policy || role.managedTrust) return undefined;
  // Tags that are switched off are the association's own mistake.
  const request = requestFor(association, false);
  const evaluation = evaluate(policy, request);
  if (evaluation.decision !== 'denied') return undefined;
  if (tagsDisabled(association) === undefined || evaluation.statements.some(isDeny)) return undefined;
  const reading = readPolicy(policy);
  const statements = podIdentityStatements(reading, workspace);
  if (statements.length === 0) {
    const unclear =
      policy.open === true ||
      reading.statements.some(({ allows, open, statement }) => (allows && open) || statement.effectValue === 'unknown');
    return unclear
      ? undefined
      : { reason: 'principal', miss: "it does not trust 'pods.eks.amazonaws.com'", failing: [] };
  }
  for (const action of [ASSUME_ROLE, TAG_SESSION]) {
    const granting = statements.filter(({ reading: each }) => coversAction(each, action) !== 'no');
    const failing = granting.map(({ reading: each }) => failingConditions(each, request));
    if (granting.length > 0 && failing.every((each) => each.length > 0)) {
      return { reason: 'condition', miss: missOf(evaluation, request), failing: failing.flat() };
    }
  }
  return undefined;
}

function isDeny({ effect, matches }: Evaluation['statements'][number]): boolean {
  return effect === 'Deny' && matches !== 'no';
}

function missOf(evaluation: Evaluation, request: AccessRequest): string {
  return nearestMiss(evaluation, request) ?? 'its conditions do not hold';
}

/** Conditions on what an association sends, of which the value is a right one for another association. */
function failingConditions({ conditions }: StatementReading, request: AccessRequest): ConditionReading[] {
  return conditions.filter((condition) => {
    const { operator, open, values, key } = condition;
    if (
      !operator ||
      open ||
      operator.type === 'null' ||
      key.kind !== 'service' ||
      !JUDGED.test(condition.condition.key.raw)
    )
      return false;
    const state = request.key(condition.condition.key.text);
    if (state.state !== 'values') return false;
    const isArn = /arn$/i.test(condition.condition.key.raw);
    const wildcards = operator.wildcards;
    const matches = any(values, ({ text }) => {
      if (isArn && checkClusterArn(withoutPatterns(text)).ok === 'no') return 'maybe';
      const pattern = wildcards || hasWildcard(text) ? globPattern(text) : literalPattern(text);
      return any(state.values, (value) => matchPattern(pattern, value));
    });
    return (operator.negated ? not(matches) : matches) === 'no';
  });
}

const JUDGED =
  /^aws:(?:requesttag\/(?:kubernetes-namespace|kubernetes-service-account|eks-cluster-name|eks-cluster-arn)|sourcearn)$/i;

/** A pattern is no ARN by its letters, so its wildcards count as unknown. */
function withoutPatterns(text: Text): Text {
  return hasWildcard(text) || hasHole(text)
    ? text.flatMap((part) =>
        typeof part === 'string'
          ? part.split(/[*?]+/).flatMap((piece, i) => (i === 0 ? [piece] : [{ expression: '*' }, piece]))
          : [part],
      )
    : text;
}

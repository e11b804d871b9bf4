import { matchGlob } from '../iam/globs.js';
import { type Operator, operatorName } from '../iam/operators.js';
import { replaceString } from '../syntax/edits.js';
import { display, split } from '../syntax/text.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix, type Report } from './rule.js';
import {
  AUDIENCE,
  type ConditionReading,
  type PolicyReading,
  type StatementReading,
  trustReadings,
  type ValueReading,
} from './support/reading.js';
import { setOperators } from './support/statementEdits.js';
import { knownAccounts, shown, subjectFor } from './support/trustAccounts.js';
import { ISSUER, irsa, LINKS, trust } from './support/trustExamples.js';
import { exactSubject } from './support/typed.js';
import { fix, quote, together } from './support/wording.js';

export const trustLiteralWildcard = defineRule({
  id: 'trust-literal-wildcard',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: "'*' and '?' are wildcards under 'StringLike' and the ARN operators only.",
    why: "'StringEquals' compares the characters as they stand. No namespace, name or audience holds a '*', so the condition never holds and nobody gets the role.",
    awsSays: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    bad: trust(
      irsa({
        Condition: {
          StringEquals: {
            [`${ISSUER}:sub`]: 'system:serviceaccount:payments:*',
            [`${ISSUER}:aud`]: 'sts.amazonaws.com',
          },
        },
      }),
    ),
    good: trust(irsa()),
    links: [LINKS.operators, LINKS.irsa],
  },
  check(facts, report, workspace) {
    for (const policy of trustReadings(facts)) {
      for (const reading of policy.statements) {
        if (!reading.irsa && reading.podIdentity.length === 0 && !reading.speaks) continue;
        const stars = reading.conditions.filter(
          ({ foreign, values }) => !foreign && values.some((value) => value.literalWildcard),
        );
        const reports = stars.flatMap((condition) =>
          condition.values
            .filter((value) => value.literalWildcard)
            .map(
              (value): Report => ({
                at: value.node,
                message: messageFor(condition, value),
                fixes: () => fixes(policy, reading, condition, value, stars, workspace),
              }),
            ),
        );
        for (const each of together(reports, 'Correct all conditions of this statement')) report(each);
      }
    }
  },
});

function messageFor({ operator, claim, condition }: ConditionReading, { text }: ValueReading): string {
  const name = operatorName(operator!);
  const outcome = operator!.negated ? 'it excludes nothing' : 'it never matches';
  const wanted =
    claim === 'aud'
      ? `it should be '${AUDIENCE}'`
      : claim === 'sub'
        ? `name the service account, as in '${named(text)}', or compare with '${likeOf(operator!, condition.key.raw)}'`
        : `name the value, or compare with '${likeOf(operator!, condition.key.raw)}'`;
  return `${quote(text)} is compared literally under '${name}', so ${outcome}; ${wanted}.`;
}

function named(text: ValueReading['text']): string {
  const parts = split(text, ':').map((part) => display(part));
  const [namespace, name] = [parts[2], parts[3]].map((part) =>
    part !== undefined && !/[*?]/.test(part) ? part : undefined,
  );
  return `system:serviceaccount:${namespace ?? 'NAMESPACE'}:${name ?? 'NAME'}`;
}

/** The operator that takes the star as a wildcard. */
function likeOf(operator: Operator, key: string): string {
  const arn = /arn$/i.test(key);
  const name = arn ? (operator.negated ? 'ArnNotLike' : 'ArnLike') : operator.negated ? 'StringNotLike' : 'StringLike';
  return operatorName({ ...operator, name });
}

function fixes(
  policy: PolicyReading,
  reading: StatementReading,
  condition: ConditionReading,
  { node, text }: ValueReading,
  stars: readonly ConditionReading[],
  workspace: Workspace,
): readonly Fix[] {
  if (node.kind !== 'string') return [];
  if (condition.claim === 'aud') return fix(`Ask for '${AUDIENCE}'`, 'suggested', [replaceString(node, AUDIENCE)]);
  const matching =
    condition.claim === 'sub'
      ? knownAccounts(workspace, policy.policy).filter((account) => matchGlob(text, [subjectFor(account)]) === 'yes')
      : [];
  const linked = matching.filter((account) => account.linked);
  // Where the role is known to be somebody's, the others that the pattern happens to match are no offer.
  const exact = (linked.length > 0 ? linked : matching)
    .slice(0, 8)
    .flatMap((account) => fix(`Only ${shown(account)}`, 'suggested', [replaceString(node, subjectFor(account))]));
  const { operator } = condition;
  // All of one operator at once, where all of its values are meant as patterns.
  const siblings = stars.filter(
    (each) =>
      each === condition ||
      (condition.condition.operatorProperty &&
        each.condition.operatorProperty === condition.condition.operatorProperty &&
        each.claim !== 'aud'),
  );
  const widened = setOperators(
    reading.statement,
    siblings.map((each) => each.condition),
    ({ key }) => likeOf(operator!, key.raw),
  );
  return [
    ...exact,
    ...fix(
      `Compare with '${likeOf(operator!, condition.condition.key.raw)}' (then ${quote(text)} lets in every match)`,
      'suggested',
      widened,
    ),
    ...(condition.claim === 'sub' && exact.length === 0
      ? fix('Name one service account …', 'suggested', [replaceString(node, exactSubject(node))], 'placeholder')
      : []),
  ];
}

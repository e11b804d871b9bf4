import { hasWildcard } from '../iam/globs.js';
import { syntheticOf } from '../syntax/hclNodes.js';
import { literalOf } from '../syntax/text.js';
import type { StringNode } from '../syntax/tree.js';
import { defineRule } from './rule.js';
import { type ConditionReading, trustReadings } from './support/reading.js';
import { setOperators } from './support/statementEdits.js';
import { ISSUER, irsa, LINKS, SUBJECT, trust } from './support/trustExamples.js';
import { fix, listed, quote } from './support/wording.js';

export const trustNeedlessLike = defineRule({
  id: 'trust-needless-like',
  severity: 'hint',
  scope: 'document',
  fix: 'safe',
  docs: {
    summary: "Values without a pattern are compared by 'StringEquals'.",
    why: "'StringLike' does the same here, but takes every '*' that somebody adds later as a wildcard.",
    bad: trust(
      irsa({
        Condition: {
          StringLike: { [`${ISSUER}:sub`]: SUBJECT },
          StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
        },
      }),
    ),
    good: trust(irsa()),
    links: [LINKS.operators],
  },
  *check(facts) {
    for (const { statements } of trustReadings(facts)) {
      for (const reading of statements) {
        if (!reading.irsa && reading.podIdentity.length === 0) continue;
        const byOperator = new Map<StringNode, ConditionReading[]>();
        for (const condition of reading.conditions.filter(isNeedless)) {
          const { operator } = condition.condition;
          byOperator.set(operator, [...(byOperator.get(operator) ?? []), condition]);
        }
        for (const [operator, conditions] of byOperator) {
          // A module has one operator for all of its conditions.
          if (syntheticOf(conditions[0]!.condition.key) && !reading.conditions.every(isNeedless)) continue;
          const values = conditions.flatMap((condition) => condition.values.map(({ text }) => quote(text)));
          yield {
            at: operator,
            message: `${listed(values.slice(0, 3))} ${values.length === 1 ? 'is no pattern' : 'are no patterns'}; 'StringEquals' says so.`,
            fixes: () =>
              fix(
                "Compare with 'StringEquals'",
                'safe',
                setOperators(
                  reading.statement,
                  conditions.map(({ condition }) => condition),
                  () => 'StringEquals',
                ),
              ),
          };
        }
      }
    }
  },
});

function isNeedless({ operator, values, open, foreign }: ConditionReading): boolean {
  return (
    operator?.name === 'StringLike' &&
    !operator.ifExists &&
    operator.qualifier === undefined &&
    !open &&
    !foreign &&
    values.length > 0 &&
    values.every(({ text }) => literalOf(text) !== undefined && !hasWildcard(text) && !literalOf(text)!.includes('${'))
  );
}

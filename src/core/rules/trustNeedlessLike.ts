import { hasWildcard } from '../iam/globs.js';
import { literalOf } from '../syntax/text.js';
import { placeOf, type StringNode } from '../syntax/tree.js';
import { defineRule } from './rule.js';
import { type ConditionReading, conditionsOn, type StatementReading, trustReadings } from './support/reading.js';
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
  check(facts, report) {
    const readings = trustReadings(facts).map(({ statements }) => statements);
    // One text may be the operator of many conditions: of a module's, or of all that `for_each` makes.
    const needed = new Set(
      readings
        .flat()
        .flatMap(({ conditions }) => conditions.filter((condition) => !isNeedless(condition)).map(placeOfOperator)),
    );
    for (const statements of readings) {
      for (const reading of statements) {
        if (!reading.irsa && reading.podIdentity.length === 0) continue;
        const byOperator = new Map<StringNode, ConditionReading[]>();
        for (const condition of reading.conditions.filter(isNeedless)) {
          if (needed.has(placeOfOperator(condition))) continue;
          const { operator } = condition.condition;
          byOperator.set(operator, [...(byOperator.get(operator) ?? []), condition]);
        }
        for (const [operator, conditions] of byOperator) {
          const values = conditions.flatMap((condition) => condition.values.map(({ text }) => quote(text)));
          report({
            at: operator,
            message: `${listed(values.slice(0, 3))} ${values.length === 1 ? 'is no pattern' : 'are no patterns'}; 'StringEquals' says so.`,
            fixes: () =>
              fix(
                "Compare with 'StringEquals'",
                // An audience that is missing comes under a 'StringEquals' of its own: of two the last would hold.
                bringsOperator(reading) && conditionsOn(reading, 'aud').length === 0 ? 'suggested' : 'safe',
                setOperators(
                  reading.statement,
                  conditions.map(({ condition }) => condition),
                  () => 'StringEquals',
                ),
              ),
          });
        }
      }
    }
  },
});

/** Is there no 'StringEquals' yet that the conditions could be put to? A block of Terraform is one of its own anyway. */
function bringsOperator({ statement, conditions }: StatementReading): boolean {
  return statement.grammar === 'iam' && !conditions.some(({ operator }) => operator?.name === 'StringEquals');
}

function placeOfOperator({ condition: { operator, key, keyProperty } }: ConditionReading): string {
  const { file, start } = placeOf(operator);
  // In IAM's own grammar one operator has many keys, and each can move to another operator.
  return keyProperty ? `${file}:${start}:${placeOf(key).start}` : `${file}:${start}`;
}

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

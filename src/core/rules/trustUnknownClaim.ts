import { display } from '../syntax/text.js';
import { defineRule } from './rule.js';
import { type ConditionReading, trustReadings } from './support/reading.js';
import { setClaim } from './support/statementEdits.js';
import { ISSUER, irsa, LINKS, SUBJECT, trust } from './support/trustExamples.js';
import { fix } from './support/wording.js';

export const trustUnknownClaim = defineRule({
  id: 'trust-unknown-claim',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: "The claims of a token stand in condition keys as ':sub' and ':aud'.",
    why: "IAM knows a web identity token's claims by these names only. A key of another name is never there, so the condition never holds; or always, where it is optional.",
    awsSays: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    bad: trust(
      irsa({ Condition: { StringEquals: { [`${ISSUER}:subject`]: SUBJECT, [`${ISSUER}:aud`]: 'sts.amazonaws.com' } } }),
    ),
    good: trust(irsa()),
    links: [LINKS.oidcKeys],
  },
  check(facts, report) {
    for (const { statements } of trustReadings(facts)) {
      for (const { irsa: forCluster, conditions } of statements) {
        if (!forCluster) continue;
        for (const { condition, claim, foreign, misspelledClaim } of conditions) {
          if (foreign || !misspelledClaim || (claim !== 'sub' && claim !== 'aud')) continue;
          report({
            at: condition.key,
            message: `'${display(condition.key.text)}' names no claim that a token has; it should end with ':${claim}'.`,
            fixes: () =>
              taken(conditions, claim) ? [] : fix(`Rename it to ':${claim}'`, 'suggested', setClaim(condition, claim)),
          });
        }
      }
    }
  },
});

/** A second key of that name would take the place of the first. */
function taken(conditions: readonly ConditionReading[], claim: string): boolean {
  return conditions.some((each) => each.claim === claim && !each.misspelledClaim);
}

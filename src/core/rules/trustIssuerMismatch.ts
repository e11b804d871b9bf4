import { shortIssuer } from '../iam/issuer.js';
import type { Edit } from '../syntax/edits.js';
import { replacePart } from '../syntax/edits.js';
import { display, literalOf, type Text } from '../syntax/text.js';
import { defineRule, type Fix } from './rule.js';
import { isProviders } from './support/issuerRepair.js';
import { type ConditionReading, type StatementReading, sameIssuer, trustReadings } from './support/reading.js';
import { setIssuer } from './support/statementEdits.js';
import { irsa, LINKS, SUBJECT, trust } from './support/trustExamples.js';
import { fix, quote } from './support/wording.js';

const OTHER = 'oidc.eks.eu-west-1.amazonaws.com/id/00000000000000000000000000000000';

export const trustIssuerMismatch = defineRule({
  id: 'trust-issuer-mismatch',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: 'The issuer in a condition key is that of the provider which the statement trusts.',
    why: "A token's claims are known by the issuer's name only: for a token of one cluster the other cluster's ':sub' and ':aud' do not exist, so the condition never holds. This often comes with a cluster that was made anew.",
    awsSays: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    bad: trust(
      irsa({ Condition: { StringEquals: { [`${OTHER}:sub`]: SUBJECT, [`${OTHER}:aud`]: 'sts.amazonaws.com' } } }),
    ),
    good: trust(irsa()),
    links: [LINKS.irsa, LINKS.oidcKeys],
  },
  check(facts, report) {
    for (const { statements } of trustReadings(facts)) {
      for (const reading of statements) {
        if (!reading.irsa || reading.providers.length === 0) continue;
        const stray = reading.conditions.filter((condition) => isStray(reading, condition));
        for (const condition of stray) {
          const issuer = condition.issuerReading!.meant!;
          const wanted = reading.providers.map((provider) => display(provider.issuer!.meant!));
          report({
            at: condition.condition.key,
            message: `${quote(condition.condition.key.text)} is of another issuer than the provider that the statement trusts: '${differs(issuer)}' ≠ '${wanted.map((each) => differs([each])).join("', '")}'. It should be '${wanted[0]}:${condition.claim}'.`,
            fixes: () => fixes(reading, condition, stray),
            related: reading.providers.map(({ node }) => ({
              at: node,
              message: 'The provider that the statement trusts.',
            })),
          });
        }
      }
    }
  },
});

function isStray({ allProviders }: StatementReading, { claim, issuer, issuerReading }: ConditionReading): boolean {
  if (claim === undefined || !issuer || issuer.length === 0 || !issuerReading?.meant) return false;
  if (issuerReading.problems.includes('region')) return false;
  return (
    isProviders(issuerReading.meant, allProviders, sameIssuer) === 'no' &&
    allProviders.every(({ wildcard }) => !wildcard)
  );
}

/** As it is meant, for comparing. */
function differs(issuer: Text): string {
  const known = literalOf(issuer);
  return known ?? display(issuer);
}

function fixes(
  reading: StatementReading,
  condition: ConditionReading,
  stray: readonly ConditionReading[],
): readonly Fix[] {
  const issuer = condition.issuerReading!.meant!;
  // The one mistake is mostly made in all keys of the statement.
  const alike = stray.filter((other) => sameIssuer(other.issuerReading!.meant!, issuer) === 'yes');
  const inKeys = reading.providers.flatMap((provider) => {
    const known = literalOf(provider.issuer!.meant!);
    if (known === undefined) return [];
    return fix(
      `Use the provider's issuer (${shortIssuer(known)}) in ${alike.length > 1 ? 'these conditions' : 'this condition'}`,
      'suggested',
      alike.flatMap((each): readonly Edit[] => setIssuer(each.condition, known)),
    );
  });
  return [...inKeys, ...inProvider(reading, issuer)];
}

/** Offered only where every claim would then be of the provider: it must not set the others astray. */
function inProvider(reading: StatementReading, issuer: Text): readonly Fix[] {
  const known = literalOf(issuer);
  const [provider] = reading.providers;
  const others = reading.conditions.some(
    ({ issuerReading }) => issuerReading?.meant && sameIssuer(issuerReading.meant, issuer) === 'no',
  );
  if (others || known === undefined || !provider?.arn || reading.providers.length > 1) return [];
  const at = provider.node.raw.indexOf('oidc-provider/');
  if (at < 0 || literalOf(provider.node.text) === undefined) return [];
  const from = at + 'oidc-provider/'.length;
  return fix(`Trust the conditions' issuer (${shortIssuer(known)}) instead`, 'suggested', [
    replacePart(provider.node, from, provider.node.raw.length, known),
  ]);
}

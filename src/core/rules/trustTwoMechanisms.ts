import { defineRule } from './rule.js';
import { trustReadings } from './support/reading.js';
import { irsa, LINKS, podIdentity, trust } from './support/trustExamples.js';

export const trustTwoMechanisms = defineRule({
  id: 'trust-two-mechanisms',
  severity: 'hint',
  scope: 'document',
  fix: 'none',
  docs: {
    summary: 'A role is for IRSA or for EKS Pod Identity, not for both.',
    why: 'It works, as during a migration. Left so, there are two ways to the role to be kept in mind, and one of them is tested by nobody.',
    bad: trust(irsa(), podIdentity()),
    good: trust(podIdentity()),
    links: [LINKS.irsa, LINKS.podIdentity],
  },
  check(facts, report) {
    for (const { statements } of trustReadings(facts)) {
      const allowing = statements.filter(({ allows }) => allows);
      const provider = allowing.find(({ irsa, providers }) => irsa && providers.length > 0)?.providers[0];
      const service = allowing.find(({ podIdentity }) => podIdentity.length > 0)?.podIdentity[0];
      if (!provider || !service) continue;
      report({
        at: service.value,
        message:
          'This role trusts an OIDC provider (IRSA) and Pod Identity both; once the pods use one of them, remove the other.',
        related: [{ at: provider.node, message: 'The OIDC provider.' }],
      });
    }
  },
});

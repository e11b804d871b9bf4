import { ASSUME_ROLE, TAG_SESSION } from '../iam/principals.js';
import { any } from '../iam/ternary.js';
import { display, literalOf } from '../syntax/text.js';
import { defineRule } from './rule.js';
import { coversAction } from './support/actions.js';
import { podIdentityStatements, policiesOf } from './support/podIdentityGrants.js';
import { actionElement } from './support/reading.js';
import { addAction } from './support/statementEdits.js';
import { LINKS, podIdentity, trust } from './support/trustExamples.js';
import { fix, listed, quote } from './support/wording.js';

export const trustMissingTagSession = defineRule({
  id: 'trust-missing-tag-session',
  severity: 'error',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: 'A role for EKS Pod Identity must allow sts:TagSession as well as sts:AssumeRole.',
    why: 'Pod Identity tags every session with the cluster, namespace and service account. Without sts:TagSession the pod gets no credentials.',
    awsSays: 'AccessDeniedException: … is not authorized to perform: sts:TagSession',
    bad: trust(podIdentity({ Action: 'sts:AssumeRole' })),
    good: trust(podIdentity()),
    links: [LINKS.podIdentity, LINKS.abac],
  },
  check(facts, report, workspace) {
    for (const policy of policiesOf(facts, workspace)) {
      if (policy.policy.open) continue;
      const own = podIdentityStatements(policy, workspace).map(({ reading }) => reading);
      // Two statements may share the work, so the policy is judged as a whole.
      if (any(own, (reading) => coversAction(reading, TAG_SESSION)) !== 'no') continue;
      const assume = own.find((reading) => coversAction(reading, ASSUME_ROLE) === 'yes');
      const at = assume && actionElement(assume.statement);
      if (!assume || !at) continue;
      const actions = assume.statement.actions.map(({ text }) => display(text));
      report({
        at,
        message: `Pod Identity also needs '${TAG_SESSION}'; with ${listed(actions.map(quote))} alone the pod gets no credentials.`,
        fixes: () =>
          assume.statement.actions.some(({ text }) => literalOf(text) !== undefined)
            ? fix(`Add '${TAG_SESSION}'`, 'suggested', addAction(assume.statement, TAG_SESSION))
            : [],
      });
    }
  },
});

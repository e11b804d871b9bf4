import { SUBJECT_PREFIX } from '../iam/names.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix } from './rule.js';
import { claimKey, shownKey } from './support/issuers.js';
import {
  conditionsOn,
  mayHoldMore,
  type PolicyReading,
  type StatementReading,
  standsFor,
  trustReadings,
} from './support/reading.js';
import { addCondition } from './support/statementEdits.js';
import { knownAccounts, shown, subjectFor } from './support/trustAccounts.js';
import { ISSUER, irsa, LINKS, trust } from './support/trustExamples.js';
import { fix } from './support/wording.js';

export const trustMissingSubject = defineRule({
  id: 'trust-missing-subject',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: "A role that trusts a cluster's OIDC provider names the service accounts by a condition on ':sub'.",
    why: 'Without it every service account of the cluster can assume the role: the provider vouches for all of them.',
    bad: trust(irsa({ Condition: { StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' } } })),
    good: trust(irsa()),
    links: [LINKS.irsa, LINKS.oidcKeys],
  },
  check(facts, report, workspace) {
    for (const policy of trustReadings(facts)) {
      for (const reading of policy.statements) {
        if (!reading.allows || !reading.irsa || !reading.assumes || mayHoldMore(reading)) continue;
        if (conditionsOn(reading, 'sub').length > 0) continue;
        report({
          at: standsFor(reading),
          message: `No condition on '${shownKey(reading, 'sub')}': every service account of the cluster may assume this role. Name the ones that need it, as in '${SUBJECT_PREFIX}NAMESPACE:NAME'.`,
          fixes: () => fixes(policy, reading, workspace),
        });
      }
    }
  },
});

function fixes(policy: PolicyReading, reading: StatementReading, workspace: Workspace): readonly Fix[] {
  const key = claimKey(reading, 'sub');
  const accounts = knownAccounts(workspace, policy.policy);
  const linked = accounts.filter((account) => account.linked);
  const candidates = (linked.length > 0 ? linked : accounts).slice(0, 8);
  const add = (title: string, subjects: readonly string[], placeholder: boolean) =>
    fix(
      title,
      'suggested',
      addCondition(reading.statement, 'StringEquals', key.name, subjects),
      placeholder || key.placeholder ? 'placeholder' : undefined,
    );
  return [
    ...candidates.flatMap((account) => add(`Allow only ${shown(account)}`, [subjectFor(account)], false)),
    ...(linked.length > 1
      ? add(
          `Allow only the ${linked.length} service accounts that are annotated with this role`,
          linked.map(subjectFor),
          false,
        )
      : []),
    ...add("Add a condition on ':sub' …", [`${SUBJECT_PREFIX}NAMESPACE:NAME`], true),
  ];
}

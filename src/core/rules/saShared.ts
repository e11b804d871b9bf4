import { display, sameText } from '../syntax/text.js';
import type { PlacedWorkload } from '../workspace/workspace.js';
import { defineRule } from './rule.js';
import { accountLabel } from './support/accounts.js';
import { ROLE_ARN } from './support/annotationKeys.js';
import { accountYaml, deploymentYaml, exampleArn } from './support/manifestExamples.js';
import { listed, quote } from './support/wording.js';

const ACCOUNT = accountYaml('shop', 'shop', [`${ROLE_ARN}: ${exampleArn('shop')}`]);

export const saShared = defineRule({
  id: 'sa-shared',
  severity: 'hint',
  scope: 'workspace',
  fix: 'none',
  docs: {
    summary: 'Each workload has a service account of its own, where that has a role.',
    why: "Workloads that run as one service account share its role: each may do what any of them needs, and CloudTrail can't tell them apart.",
    bad: {
      'sa.yaml': ACCOUNT,
      'cart.yaml': deploymentYaml('cart', 'shop', { account: 'shop' }),
      'till.yaml': deploymentYaml('till', 'shop', { account: 'shop' }),
    },
    good: { 'sa.yaml': ACCOUNT, 'cart.yaml': deploymentYaml('cart', 'shop', { account: 'shop' }) },
    links: ['https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html'],
  },
  looksAt: ['serviceAccounts'],
  check(facts, report, workspace) {
    for (const fact of facts.serviceAccounts) {
      const account = workspace.accountOf(fact);
      const at = fact.metadata.name;
      if (!account || !at) continue;
      const hasRole =
        fact.managed === true ||
        account.variants.every(({ roleArn }) => roleArn !== undefined) ||
        workspace.associationsSurelyFor(account).length > 0;
      if (!hasRole) continue;
      const users = workspace.workloadsRunningAs(account.variants, fact);
      if (users.length < 2) continue;
      const names = namesOf(users);
      if (names.length < 2) continue;
      report({
        at,
        message: `${listed(names.slice(0, 4).map(quote))}${names.length > 4 ? ' and others' : ''} all run as '${accountLabel(account.variants[0]!)}' and share its role.`,
      });
    }
  },
});

const known = new WeakMap<readonly PlacedWorkload[], readonly string[]>();

/** Where many files define one account, each asks this of the same list. */
function namesOf(users: readonly PlacedWorkload[]): readonly string[] {
  let names = known.get(users);
  if (!names) {
    names = [...new Set(users.map(nameOf))];
    known.set(users, names);
  }
  return names;
}

/** As it is called in the cluster: an overlay's prefix makes one workload of what two files call differently. */
function nameOf({ fact: { kind, metadata }, variants: [first, ...others] }: PlacedWorkload): string {
  if (!metadata.name) return kind;
  const placed = first && others.every(({ name }) => sameText(name, first.name) === 'yes') ? first.name : undefined;
  return `${kind} ${display(placed ?? metadata.name.text)}`;
}

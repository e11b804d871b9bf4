import { literalOf } from '../syntax/text.js';
import { literal, placeOf } from '../syntax/tree.js';
import { defineRule } from './rule.js';
import { annotatedAccounts } from './support/accounts.js';
import { ROLE_ARN } from './support/annotationKeys.js';
import { accountYaml, exampleArn } from './support/manifestExamples.js';

export const saDefaultAccount = defineRule({
  id: 'sa-default-account',
  severity: 'warning',
  scope: 'workspace',
  fix: 'none',
  docs: {
    summary: "No role is given to a namespace's 'default' service account.",
    why: 'Every pod that names no service account runs as it, so that the role reaches workloads that nobody thought of.',
    bad: { 'sa.yaml': accountYaml('default', 'shop', [`${ROLE_ARN}: ${exampleArn('shop')}`]) },
    good: { 'sa.yaml': accountYaml('cart', 'shop', [`${ROLE_ARN}: ${exampleArn('shop')}`]) },
    links: [
      'https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html',
      'https://kubernetes.io/docs/concepts/security/service-accounts/',
    ],
  },
  looksAt: ['serviceAccounts', 'kustomizations', 'associations'],
  check(facts, report, workspace) {
    for (const { account, value, variants } of annotatedAccounts(facts, workspace)) {
      if (!variants.every(({ name }) => literalOf(name) === 'default')) continue;
      const name = account.fact.metadata.name;
      const own = name !== undefined && placeOf(name).file === placeOf(value).file;
      report({
        at: own ? name : value,
        message: `'default' is the service account of every pod that names none, and all of them get this role; give it to a service account of its own.`,
      });
    }
    for (const { serviceAccount, addon } of facts.associations) {
      if (!serviceAccount || addon !== undefined || literal(serviceAccount) !== 'default') continue;
      report({
        at: serviceAccount,
        message: `'default' is the service account of every pod that names none, and all of them get the association's role; name a service account of its own.`,
      });
    }
  },
});

import { type Edit, replaceString } from '../syntax/edits.js';
import { booleanOf, get, literal } from '../syntax/tree.js';
import { defineRule } from './rule.js';
import { hasPattern } from './support/associations.js';
import { accountYaml, associationYaml } from './support/manifestExamples.js';
import { nearAccounts } from './support/nearAccounts.js';
import { listed } from './support/wording.js';

export const associationUnknownServiceAccount = defineRule({
  id: 'association-unknown-service-account',
  severity: 'warning',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: "An association's service account exists.",
    why: 'EKS takes any name. The workspace defines no service account of this one, but one that differs by a letter or two, or by the namespace; its pods get no credentials.',
    bad: { 'sa.yaml': accountYaml('cart', 'shop'), 'association.yaml': associationYaml('shop', 'crat', 'cart') },
    good: { 'sa.yaml': accountYaml('cart', 'shop'), 'association.yaml': associationYaml('shop', 'cart', 'cart') },
    links: ['https://docs.aws.amazon.com/eks/latest/userguide/pod-id-association.html'],
  },
  check(facts, report, workspace) {
    for (const association of facts.associations) {
      const { namespace, serviceAccount, addon, node } = association;
      if (hasPattern(association)) continue;
      const wanted = { namespace: literal(namespace), name: literal(serviceAccount) };
      // Add-ons and eksctl make the account themselves.
      if (addon !== undefined || booleanOf(get(node, 'createServiceAccount')) === true) continue;
      if (!namespace || !serviceAccount || !wanted.namespace || !wanted.name) continue;
      const exact = { namespace: wanted.namespace, name: wanted.name };
      const near = nearAccounts(exact, workspace);
      const [first] = near;
      if (!first) continue;
      report({
        at: first.name === exact.name ? namespace : serviceAccount,
        message: `'${exact.namespace}/${exact.name}' is no service account here; did you mean ${listed(
          near.slice(0, 3).map((account) => `'${account.namespace}/${account.name}'`),
          'or',
        )}?`,
        fixes: () =>
          near.slice(0, 6).map((account) => {
            const edits: Edit[] = [];
            if (account.namespace !== exact.namespace) edits.push(replaceString(namespace, account.namespace));
            if (account.name !== exact.name) edits.push(replaceString(serviceAccount, account.name));
            return { title: `Name '${account.namespace}/${account.name}'`, safety: 'suggested', edits };
          }),
      });
    }
  },
});

import { replaceString } from '../syntax/edits.js';
import { literalOf } from '../syntax/text.js';
import { literal } from '../syntax/tree.js';
import { defineRule, type Fix } from './rule.js';
import { exactVariants } from './support/accounts.js';
import { accountYaml, deploymentYaml } from './support/manifestExamples.js';
import { nearAccounts } from './support/nearAccounts.js';
import { listed } from './support/wording.js';

export const workloadUnknownServiceAccount = defineRule({
  id: 'workload-unknown-service-account',
  severity: 'warning',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: "A workload's service account exists.",
    why: 'The workspace defines no service account of this name, but one that differs by a letter or two, or by the namespace. Kubernetes makes no pod until the service account is there.',
    awsSays: 'pods "cart-" is forbidden: error looking up service account shop/crat: serviceaccount "crat" not found',
    bad: { 'sa.yaml': accountYaml('cart', 'shop'), 'deploy.yaml': deploymentYaml('cart', 'shop', { account: 'crat' }) },
    good: {
      'sa.yaml': accountYaml('cart', 'shop'),
      'deploy.yaml': deploymentYaml('cart', 'shop', { account: 'cart' }),
    },
    links: ['https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/'],
  },
  check(facts, report, workspace) {
    for (const workload of facts.workloads) {
      const at = workload.serviceAccountName;
      const placed = workspace.workloadOf(workload);
      if (!at || !placed || at.raw === '') continue;
      const named = placed.variants.map(({ namespace, serviceAccountName: name }) => ({ namespace, name }));
      const wanted = exactVariants(named);
      const [exact] = wanted ?? [];
      const first = exact && nearAccounts(exact, workspace);
      // In each overlay it must be missing.
      if (!first || first.length === 0) continue;
      if (wanted!.slice(1).some((each) => nearAccounts(each, workspace).length === 0)) continue;
      const shown = (account: { namespace: string; name: string }) =>
        account.namespace === exact.namespace ? account.name : `${account.namespace}/${account.name}`;
      report({
        at,
        message: `'${exact.name}' is no service account of namespace '${exact.namespace}' here; did you mean ${listed(
          first.slice(0, 3).map((account) => `'${shown(account)}'`),
          'or',
        )}?`,
        fixes: () =>
          first.slice(0, 6).flatMap((account): Fix[] => {
            if (account.namespace === exact.namespace) {
              // Kustomize's prefixes are no part of what is typed.
              const typed = literalOf(account.account.fact.metadata.name?.text ?? []) ?? account.name;
              return [{ title: `Run as '${typed}'`, safety: 'suggested', edits: [replaceString(at, typed)] }];
            }
            const namespace = workload.metadata.namespace;
            if (!namespace || literal(namespace) !== exact.namespace) return [];
            return [
              {
                title: `Move ${workload.kind} to namespace '${account.namespace}', where '${account.name}' is`,
                safety: 'suggested',
                edits: [replaceString(namespace, account.namespace)],
              },
            ];
          }),
      });
    }
  },
});

import { addProperty, fillProperty } from '../syntax/edits.js';
import { booleanOf } from '../syntax/tree.js';
import { defineRule } from './rule.js';
import { clusterConfig } from './support/eksctlExamples.js';

const ACCOUNTS = [
  '  serviceAccounts:',
  '    - metadata: { name: cart, namespace: shop }',
  '      attachPolicyARNs: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]',
];

export const eksctlMissingOidc = defineRule({
  id: 'eksctl-missing-oidc',
  severity: 'error',
  scope: 'document',
  fix: 'safe',
  docs: {
    summary: "A cluster with 'iam.serviceAccounts' has 'iam.withOIDC: true'.",
    why: 'The roles of these accounts trust the OIDC provider of the cluster in IAM. Without withOIDC there is none, and eksctl makes no such accounts.',
    awsSays: 'Error: iam.withOIDC must be enabled explicitly for iam.serviceAccounts to be created',
    bad: { 'cluster.yaml': clusterConfig('iam:', '  withOIDC: false', ...ACCOUNTS) },
    good: { 'cluster.yaml': clusterConfig('iam:', '  withOIDC: true', ...ACCOUNTS) },
    links: ['https://docs.aws.amazon.com/eks/latest/eksctl/iamserviceaccounts.html'],
  },
  check(facts, report) {
    for (const { serviceAccountsProperty, serviceAccountCount, withOidc, iamNode } of facts.eksctlClusters) {
      if (!serviceAccountsProperty || serviceAccountCount === 0 || !iamNode) continue;
      const said = booleanOf(withOidc?.value);
      const absent = !withOidc?.value || withOidc.value.kind === 'null';
      if (said !== false && !(absent && !iamNode.open)) continue;
      report({
        at: said === false ? withOidc!.value! : (withOidc?.key ?? serviceAccountsProperty.key),
        message: "'iam.serviceAccounts' need the cluster's OIDC provider; 'iam.withOIDC' should be true.",
        fixes: () => [
          {
            title: "Set 'withOIDC: true'",
            safety: 'safe',
            edits: [withOidc ? fillProperty(iamNode, withOidc, true) : addBefore(iamNode, serviceAccountsProperty)],
          },
        ],
      });
    }
  },
});

type Cluster = NonNullable<Parameters<typeof addProperty>[0]>;

/** In front of the accounts where something stands there, else behind them. */
function addBefore(iamNode: Cluster, accounts: Cluster['properties'][number]): ReturnType<typeof addProperty> {
  const index = iamNode.properties.indexOf(accounts);
  return addProperty(iamNode, 'withOIDC', true, index > 0 ? iamNode.properties[index - 1] : undefined);
}

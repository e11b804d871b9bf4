import type { EksctlCluster } from '../facts/model.js';
import { appendItem } from '../syntax/edits.js';
import { hasHole } from '../syntax/text.js';
import { literal, type Property } from '../syntax/tree.js';
import { defineRule } from './rule.js';
import { clusterConfig } from './support/eksctlExamples.js';

const AGENT = 'eks-pod-identity-agent';
const ASSOCIATIONS = [
  'iam:',
  '  podIdentityAssociations:',
  '    - namespace: shop',
  '      serviceAccountName: cart',
  '      roleARN: arn:aws:iam::111122223333:role/shop-cart',
];

export const eksctlMissingAgent = defineRule({
  id: 'eksctl-missing-agent',
  severity: 'warning',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: `A cluster with Pod Identity associations has the add-on '${AGENT}'.`,
    why: 'The agent is what answers when a pod asks for its credentials. Where the add-ons are listed, nothing else installs it; Auto Mode has it built in.',
    bad: { 'cluster.yaml': clusterConfig(...ASSOCIATIONS, 'addons:', '  - name: vpc-cni') },
    good: { 'cluster.yaml': clusterConfig(...ASSOCIATIONS, 'addons:', '  - name: vpc-cni', `  - name: ${AGENT}`) },
    links: [
      'https://docs.aws.amazon.com/eks/latest/eksctl/pod-identity-associations.html',
      'https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html',
    ],
  },
  check(facts, report) {
    for (const cluster of facts.eksctlClusters) {
      const { addonsNode, addons, autoMode } = cluster;
      if (
        !addonsNode ||
        addonsNode.open ||
        addons.length < addonsNode.items.length ||
        autoMode ||
        !hasAssociations(cluster)
      )
        continue;
      if (addons.some(({ name }) => !name || hasHole(name.text) || literal(name) === AGENT)) continue;
      const holder = addonsNode.parent;
      const key =
        holder?.kind === 'object' ? holder.properties.find(({ value }) => value === addonsNode)?.key : undefined;
      report({
        at: key ?? addonsNode,
        message: `The cluster has Pod Identity associations, and its add-ons lack the agent that serves them; they should hold '${AGENT}'.`,
        fixes: () => [
          { title: `Add '${AGENT}'`, safety: 'suggested', edits: [appendItem(addonsNode, { name: AGENT })] },
        ],
      });
    }
  },
});

function hasAssociations({ associationCount, addons }: EksctlCluster): boolean {
  const listed = (member: Property | undefined) => member?.value?.kind === 'array' && member.value.items.length > 0;
  return associationCount > 0 || addons.some(({ podIdentityAssociations }) => listed(podIdentityAssociations));
}

import { replaceString, replaceValue } from '../syntax/edits.js';
import type { SyntaxNode } from '../syntax/tree.js';
import { defineRule } from './rule.js';
import { clusterConfig } from './support/eksctlExamples.js';

export const nodeOpenImds = defineRule({
  id: 'node-open-imds',
  severity: 'warning',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: "Nodes require IMDSv2 with a hop limit of 1, so that pods can't take the node's role.",
    why: "Whatever is missing in a pod's own role, its SDK looks for in the instance metadata. Where that answers to IMDSv1 or over more than one hop, the pod gets the role of the node, with all that a node may do.",
    bad: { 'cluster.yaml': clusterConfig('managedNodeGroups:', '  - name: default', '    disableIMDSv1: false') },
    good: { 'cluster.yaml': clusterConfig('managedNodeGroups:', '  - name: default', '    disableIMDSv1: true') },
    links: [
      'https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html',
      'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html',
    ],
  },
  check(facts, report) {
    for (const { eks, httpTokens, hopLimit } of facts.nodeTemplates) {
      if (!eks) continue;
      if (httpTokens?.value === 'optional') {
        const { node } = httpTokens;
        const word = node.kind === 'string' && node.raw !== 'false';
        report({
          at: node,
          message: `'${word ? node.raw : false}' lets pods reach the node's role by IMDSv1; it should be '${word ? 'required' : true}'.`,
          fixes: () => [
            {
              title: 'Require IMDSv2',
              safety: 'suggested',
              edits: [word ? replaceString(node, 'required') : replaceValue(node, true)],
            },
          ],
        });
      }
      if (hopLimit?.value !== undefined && hopLimit.value > 1) {
        const { node } = hopLimit;
        report({
          at: node,
          message: `A hop limit of ${hopLimit.value} lets pods reach the node's role by the metadata service; it should be 1.`,
          fixes: () => [{ title: 'Set the hop limit to 1', safety: 'suggested', edits: [limitOne(node)] }],
        });
      }
    }
  },
});

function limitOne(node: SyntaxNode): ReturnType<typeof replaceValue> {
  return node.kind === 'string' ? replaceString(node, '1') : replaceValue(node, 1);
}

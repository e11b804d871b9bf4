import { booleanOf, literal, type Property } from '../syntax/tree.js';
import { defineRule } from './rule.js';
import { clusterConfig } from './support/eksctlExamples.js';

const ROLE = 'arn:aws:iam::111122223333:role/ebs-csi';

export const eksctlAddonConflict = defineRule({
  id: 'eksctl-addon-conflict',
  severity: 'error',
  scope: 'document',
  fix: 'none',
  docs: {
    summary: 'An add-on gets its role by IRSA or by Pod Identity, not by both.',
    why: 'eksctl refuses an add-on that has fields of IRSA beside podIdentityAssociations.',
    awsSays: 'Error: cannot set both IRSA and pod identity for the same addon',
    bad: {
      'cluster.yaml': clusterConfig(
        'addons:',
        '  - name: aws-ebs-csi-driver',
        `    serviceAccountRoleARN: ${ROLE}`,
        '    podIdentityAssociations:',
        '      - serviceAccountName: ebs-csi-controller-sa',
        '        namespace: kube-system',
        `        roleARN: ${ROLE}`,
        '  - name: eks-pod-identity-agent',
      ),
    },
    good: {
      'cluster.yaml': clusterConfig(
        'addons:',
        '  - name: aws-ebs-csi-driver',
        '    podIdentityAssociations:',
        '      - serviceAccountName: ebs-csi-controller-sa',
        '        namespace: kube-system',
        `        roleARN: ${ROLE}`,
        '  - name: eks-pod-identity-agent',
      ),
    },
    links: ['https://docs.aws.amazon.com/eks/latest/eksctl/pod-identity-associations.html'],
  },
  check(facts, report) {
    for (const { addons } of facts.eksctlClusters) {
      for (const { name, irsaFields, podIdentityAssociations, useDefaultPodIdentityAssociations } of addons) {
        const useDefault =
          booleanOf(useDefaultPodIdentityAssociations?.value) === true ? useDefaultPodIdentityAssociations : undefined;
        const ways = [
          irsaFields.find(isSet),
          podIdentityAssociations && isSet(podIdentityAssociations) ? podIdentityAssociations : undefined,
          useDefault,
        ];
        const [first, second] = ways.filter((way) => way !== undefined).sort((a, b) => a.key.start - b.key.start);
        if (!first || !second) continue;
        report({
          at: second.key,
          message: `Add-on '${literal(name) ?? ''}' has '${first.key.raw}' and '${second.key.raw}', which exclude each other; keep one of them.`,
          related: [{ at: first.key, message: 'The other one stands here.' }],
        });
      }
    }
  },
});

function isSet({ value }: Property): boolean {
  return value !== undefined && value.kind !== 'null' && !(value.kind === 'string' && value.raw === '');
}

import { eksctlAddonConflict } from '../../../src/core/rules/eksctlAddonConflict.js';
import { clusterConfig } from '../../../src/core/rules/support/eksctlExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const addon = (...lines: string[]) =>
  clusterConfig(
    'addons:',
    '  - name: eks-pod-identity-agent',
    '  - name: aws-ebs-csi-driver',
    ...lines.map((line) => `    ${line}`),
  );
const role = 'serviceAccountRoleARN: arn:aws:iam::111122223333:role/x';
const list = '[{ serviceAccountName: x, namespace: kube-system, roleARN: "arn:aws:iam::111122223333:role/x" }]';

ruleTest(eksctlAddonConflict, {
  silent: {
    IRSA: addon(role),
    'Pod Identity': addon(`podIdentityAssociations: ${list}`),
    'the default ones switched off': addon(role, 'useDefaultPodIdentityAssociations: false'),
    'two add-ons': clusterConfig(
      'addons:',
      '  - name: a',
      `    ${role}`,
      '  - name: eks-pod-identity-agent',
      '  - name: b',
      `    podIdentityAssociations: ${list}`,
    ),
  },
  fires: {
    'a role and associations': {
      files: addon(role, `«podIdentityAssociations»: ${list}`),
      severity: 'error',
      message: /'serviceAccountRoleARN' and 'podIdentityAssociations', which exclude each other/,
    },
    'policies and associations': {
      files: addon(`podIdentityAssociations: ${list}`, '«attachPolicyARNs»: ["arn:aws:iam::aws:policy/x"]'),
    },
    'default associations': { files: addon(role, '«useDefaultPodIdentityAssociations»: true') },
  },
});

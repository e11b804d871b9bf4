import { eksctlMissingOidc } from '../../../src/core/rules/eksctlMissingOidc.js';
import { clusterConfig } from '../../../src/core/rules/support/eksctlExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const accounts = (key = 'serviceAccounts') => [
  `  ${key}:`,
  '    - metadata: { name: cart, namespace: shop }',
  '      attachPolicyARNs: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]',
];

ruleTest(eksctlMissingOidc, {
  silent: {
    'it is on': clusterConfig('iam:', '  withOIDC: true', ...accounts()),
    'no accounts': clusterConfig('iam:', '  withOIDC: false'),
    'an empty list': clusterConfig('iam:', '  serviceAccounts: []'),
    'a hole': clusterConfig('iam:', '  withOIDC: <WITH_OIDC>', ...accounts()),
  },
  fires: {
    'it is off': {
      files: clusterConfig('iam:', '  withOIDC: «false»', ...accounts()),
      severity: 'error',
      becomes: { 'manifest.yaml': clusterConfig('iam:', '  withOIDC: true', ...accounts()) },
    },
    'it is absent': {
      files: clusterConfig('iam:', ...accounts('«serviceAccounts»')),
      becomes: { 'manifest.yaml': clusterConfig('iam:', ...accounts(), '  withOIDC: true') },
    },
    'it is absent, behind something else': {
      files: clusterConfig('iam:', '  podIdentityAssociations: []', ...accounts('«serviceAccounts»')),
      becomes: {
        'manifest.yaml': clusterConfig('iam:', '  podIdentityAssociations: []', '  withOIDC: true', ...accounts()),
      },
    },
    'in braces': {
      files: clusterConfig(
        'iam: { withOIDC: «false», serviceAccounts: [{ metadata: { name: a, namespace: b }, roleName: x }] }',
      ),
    },
  },
});

import { eksctlMissingAgent } from '../../../src/core/rules/eksctlMissingAgent.js';
import { clusterConfig } from '../../../src/core/rules/support/eksctlExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const associations = [
  'iam:',
  '  podIdentityAssociations:',
  '    - { namespace: shop, serviceAccountName: cart, roleARN: "arn:aws:iam::111122223333:role/x" }',
];

ruleTest(eksctlMissingAgent, {
  silent: {
    'the agent is there': clusterConfig(...associations, 'addons:', '  - name: eks-pod-identity-agent'),
    'no list of add-ons': clusterConfig(...associations),
    'no associations': clusterConfig('addons:', '  - name: vpc-cni'),
    'Auto Mode': clusterConfig(
      ...associations,
      'autoModeConfig:',
      '  enabled: true',
      'addons:',
      '  - name: metrics-server',
    ),
    'an add-on that is not known': clusterConfig(...associations, 'addons:', '  - name: <ADDON>'),
  },
  fires: {
    'a list without it': {
      files: clusterConfig(...associations, '«addons»:', '  - name: vpc-cni'),
      severity: 'warning',
      becomes: {
        'manifest.yaml': clusterConfig(
          ...associations,
          'addons:',
          '  - name: vpc-cni',
          '  - name: eks-pod-identity-agent',
        ),
      },
    },
    'associations of an add-on': {
      files: clusterConfig(
        '«addons»:',
        '  - name: vpc-cni',
        '    podIdentityAssociations:',
        '      - { serviceAccountName: aws-node, namespace: kube-system, roleARN: "arn:aws:iam::111122223333:role/x" }',
      ),
    },
    'in braces': { files: clusterConfig(...associations, '«addons»: [{ name: vpc-cni }]') },
  },
});

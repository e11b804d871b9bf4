import {
  accountYaml,
  associationYaml,
  deploymentYaml,
  exampleArn,
} from '../../../src/core/rules/support/manifestExamples.js';
import { workloadUnsupportedCompute } from '../../../src/core/rules/workloadUnsupportedCompute.js';
import { ruleTest } from '../../support/ruleTester.js';

const association = associationYaml('shop', 'cart', 'cart');
const on = (...pod: string[]) => deploymentYaml('cart', 'shop', { account: 'cart', pod });
const affinity = (value: string) => [
  'affinity:',
  '  nodeAffinity:',
  '    requiredDuringSchedulingIgnoredDuringExecution:',
  '      nodeSelectorTerms:',
  `        - matchExpressions: [{ key: kubernetes.io/os, operator: In, values: [${value}] }]`,
];

ruleTest(workloadUnsupportedCompute, {
  silent: {
    Linux: { 'a.yaml': association, 'deploy.yaml': on('nodeSelector: { kubernetes.io/os: linux }') },
    'no association': { 'deploy.yaml': on('nodeSelector: { kubernetes.io/os: windows }') },
    'IRSA on Windows': {
      'sa.yaml': accountYaml('cart', 'shop', [`eks.amazonaws.com/role-arn: ${exampleArn('cart')}`]),
      'deploy.yaml': on('nodeSelector: { kubernetes.io/os: windows }'),
    },
    'either system': { 'a.yaml': association, 'deploy.yaml': on(...affinity('linux, windows')) },
    'another account': {
      'a.yaml': associationYaml('shop', 'till', 'till'),
      'deploy.yaml': on('nodeSelector: { kubernetes.io/os: windows }'),
    },
  },
  fires: {
    Windows: {
      files: { 'a.yaml': association, 'deploy.yaml': on('nodeSelector:', '  kubernetes.io/os: «windows»') },
      severity: 'error',
      message: /selects Windows/,
    },
    Fargate: {
      files: {
        'a.yaml': association,
        'deploy.yaml': on('nodeSelector: { eks.amazonaws.com/compute-type: «fargate» }'),
      },
      message: /selects Fargate/,
    },
    'by affinity': { files: { 'a.yaml': association, 'deploy.yaml': on(...affinity('«windows»')) } },
    'by the pod’s system': { files: { 'a.yaml': association, 'deploy.yaml': on('os: { name: «windows» }') } },
  },
});

import {
  accountYaml,
  associationYaml,
  deploymentYaml,
  exampleArn,
} from '../../../src/core/rules/support/manifestExamples.js';
import { workloadMissingServiceAccount } from '../../../src/core/rules/workloadMissingServiceAccount.js';
import { ruleTest } from '../../support/ruleTester.js';

const account = accountYaml('cart', 'shop', [`eks.amazonaws.com/role-arn: ${exampleArn('cart')}`]);
const plain = deploymentYaml('cart', 'shop');
const marked = plain.replace('      containers:\n', '      «containers:»\n');

ruleTest(workloadMissingServiceAccount, {
  silent: {
    'it names one': { 'sa.yaml': account, 'deploy.yaml': deploymentYaml('cart', 'shop', { account: 'cart' }) },
    'it names the default one on purpose': {
      'sa.yaml': account,
      'deploy.yaml': deploymentYaml('cart', 'shop', { account: 'default' }),
    },
    'the account has no role': { 'sa.yaml': accountYaml('cart', 'shop'), 'deploy.yaml': plain },
    'another namespace': { 'sa.yaml': account, 'deploy.yaml': deploymentYaml('cart', 'store') },
    'another name': { 'sa.yaml': account, 'deploy.yaml': deploymentYaml('carts', 'shop') },
    'a template fills it in': {
      'sa.yaml': account,
      'deploy.yaml': deploymentYaml('cart', 'shop', { pod: ['{{- include "account" . | nindent 6 }}'] }),
    },
    'a patch names it': {
      'base/kustomization.yaml': 'resources: [deploy.yaml, sa.yaml]\n',
      'base/deploy.yaml': plain,
      'base/sa.yaml': account,
      'prod/kustomization.yaml': 'resources: [../base]\npatches:\n  - path: patch.yaml\n',
      'prod/patch.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: cart\nspec:\n  template:\n    spec:\n      serviceAccountName: cart\n',
    },
  },
  fires: {
    'an annotated account': {
      files: { 'sa.yaml': account, 'deploy.yaml': marked },
      severity: 'warning',
      message: /Deployment 'cart' names no service account and runs as 'default'/,
      becomes: {
        'sa.yaml': account,
        'deploy.yaml': plain.replace(
          '          image: example.com/cart:1\n',
          '          image: example.com/cart:1\n      serviceAccountName: cart\n',
        ),
      },
    },
    'an associated account': { files: { 'a.yaml': associationYaml('shop', 'cart', 'cart'), 'deploy.yaml': marked } },
    'both in one folder, without a namespace': {
      files: { 'all.yaml': `${account}---\n${marked}`.replaceAll('  namespace: shop\n', '') },
    },
    'the overlay’s namespace': {
      files: {
        'base/kustomization.yaml': 'resources: [all.yaml]\n',
        'base/all.yaml': `${account}---\n${marked}`.replaceAll('  namespace: shop\n', ''),
        'prod/kustomization.yaml': 'namespace: shop\nresources: [../base]\n',
      },
    },
    'with something before the containers': {
      files: {
        'sa.yaml': account,
        'deploy.yaml': deploymentYaml('cart', 'shop', { pod: ['«restartPolicy: Always»'] }),
      },
      becomes: {
        'sa.yaml': account,
        'deploy.yaml': deploymentYaml('cart', 'shop', { pod: ['restartPolicy: Always', 'serviceAccountName: cart'] }),
      },
    },
  },
});

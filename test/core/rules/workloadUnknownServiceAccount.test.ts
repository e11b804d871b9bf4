import { accountYaml, deploymentYaml } from '../../../src/core/rules/support/manifestExamples.js';
import { workloadUnknownServiceAccount } from '../../../src/core/rules/workloadUnknownServiceAccount.js';
import { ruleTest } from '../../support/ruleTester.js';

const account = accountYaml('checkout', 'shop');
const run = (name: string, namespace = 'shop') => deploymentYaml('web', namespace, { account: name });

ruleTest(workloadUnknownServiceAccount, {
  silent: {
    'it exists': { 'sa.yaml': account, 'deploy.yaml': run('checkout') },
    'nothing near': { 'sa.yaml': account, 'deploy.yaml': run('payments') },
    'the default one': { 'sa.yaml': accountYaml('defaults', 'shop'), 'deploy.yaml': run('default') },
    'a number that differs': { 'sa.yaml': accountYaml('worker-1', 'shop'), 'deploy.yaml': run('worker-2') },
    'short words': { 'sa.yaml': accountYaml('api', 'shop'), 'deploy.yaml': run('cli') },
    'one letter': { 'sa.yaml': accountYaml('a', 'shop'), 'deploy.yaml': run('b') },
    'the overlay’s name': {
      'base/kustomization.yaml': 'resources: [sa.yaml, deploy.yaml]\n',
      'base/sa.yaml': account,
      'base/deploy.yaml': run('checkout'),
      'prod/kustomization.yaml': 'namePrefix: prod-\nresources: [../base]\n',
    },
    'a namespace that is not known': {
      'sa.yaml': account,
      'deploy.yaml': run('chekout').replace('  namespace: shop\n', ''),
    },
    'an account that may be it': {
      'sa.yaml': account,
      'other.yaml': accountYaml('{{ .Values.name }}', 'shop'),
      'deploy.yaml': run('chekout'),
    },
  },
  fires: {
    'a letter': {
      files: { 'sa.yaml': account, 'deploy.yaml': run('«chekout»') },
      severity: 'warning',
      message: "'chekout' is no service account of namespace 'shop' here; did you mean 'checkout'?",
      becomes: { 'sa.yaml': account, 'deploy.yaml': run('checkout') },
    },
    'an overlay gives the account a prefix': {
      files: {
        'base/kustomization.yaml': 'resources: [sa.yaml, deploy.yaml]\n',
        'base/sa.yaml': account,
        'base/deploy.yaml': run('«chekout»'),
        'prod/kustomization.yaml': 'namePrefix: prod-\nresources: [../base]\n',
      },
      fix: "Run as 'checkout'",
    },
    'another namespace': {
      files: { 'sa.yaml': account, 'deploy.yaml': run('«checkout»', 'shops') },
      becomes: { 'sa.yaml': account, 'deploy.yaml': run('checkout', 'shop') },
    },
  },
});

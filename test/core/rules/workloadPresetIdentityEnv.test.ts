import {
  accountYaml,
  associationYaml,
  deploymentYaml,
  exampleArn,
} from '../../../src/core/rules/support/manifestExamples.js';
import { workloadPresetIdentityEnv } from '../../../src/core/rules/workloadPresetIdentityEnv.js';
import { ruleTest } from '../../support/ruleTester.js';

const account = accountYaml('cart', 'shop', [`eks.amazonaws.com/role-arn: ${exampleArn('cart')}`]);
const association = associationYaml('shop', 'cart', 'cart');
const deployment = (...env: string[]) =>
  deploymentYaml('cart', 'shop', {
    account: 'cart',
    container: env.length === 0 ? [] : ['env:', ...env.map((line) => `  ${line}`)],
  });
const role = '- { name: AWS_ROLE_ARN, value: x }';

ruleTest(workloadPresetIdentityEnv, {
  silent: {
    'no mechanism': { 'deploy.yaml': deployment(role, '- { name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /token }') },
    'an account without a role': { 'sa.yaml': accountYaml('cart', 'shop'), 'deploy.yaml': deployment(role) },
    'other variables': { 'sa.yaml': account, 'deploy.yaml': deployment('- { name: AWS_REGION, value: x }') },
    'the other mechanism’s, which does no harm': {
      'sa.yaml': account,
      'deploy.yaml': deployment('- { name: AWS_CONTAINER_CREDENTIALS_FULL_URI, value: x }'),
    },
    'another namespace': { 'sa.yaml': account.replace('shop', 'store'), 'deploy.yaml': deployment(role) },
  },
  fires: {
    'beside an annotation': {
      files: { 'sa.yaml': account, 'deploy.yaml': deployment('- { name: «AWS_ROLE_ARN», value: x }') },
      severity: 'error',
      message: /'AWS_ROLE_ARN' is set by hand/,
      becomes: { 'sa.yaml': account, 'deploy.yaml': deployment() },
    },
    'the token file': {
      files: {
        'sa.yaml': account,
        'deploy.yaml': deployment(
          '- name: «AWS_WEB_IDENTITY_TOKEN_FILE»',
          '  value: /token',
          '- name: A',
          '  value: b',
        ),
      },
    },
    'beside an association': {
      files: {
        'a.yaml': association,
        'deploy.yaml': deployment('- { name: «AWS_CONTAINER_CREDENTIALS_FULL_URI», value: x }'),
      },
      message: /Pod Identity/,
    },
    'a token file beside an association': {
      files: {
        'a.yaml': association,
        'deploy.yaml': deployment('- { name: «AWS_WEB_IDENTITY_TOKEN_FILE», value: x }'),
      },
    },
    'in a chart’s values': {
      files: {
        'Chart.yaml': 'name: x\nversion: 0.1.0\n',
        'values.yaml': `serviceAccount:\n  annotations:\n    eks.amazonaws.com/role-arn: ${exampleArn('cart')}\nenv:\n  - name: «AWS_ROLE_ARN»\n    value: x\n`,
      },
    },
  },
});

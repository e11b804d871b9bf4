import { policyUnscopedSecrets } from '../../../src/core/rules/policyUnscopedSecrets.js';
import { ruleTest } from '../../support/ruleTester.js';

const policy = (action: string, resource = '"*"', more = '') => ({
  'policy.json': `{ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": ${action}, "Resource": ${resource}${more} }] }`,
});

ruleTest(policyUnscopedSecrets, {
  silent: {
    'one secret': policy('"secretsmanager:GetSecretValue"', '"arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"'),
    'a listing': policy('["secretsmanager:ListSecrets", "ssm:DescribeParameters"]'),
    'under a condition': policy(
      '"kms:Decrypt"',
      '"*"',
      ', "Condition": { "StringEquals": { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } }',
    ),
    'the whole service, which has a rule of its own': policy('"secretsmanager:*"'),
  },
  fires: {
    secrets: {
      files: policy('«"secretsmanager:GetSecretValue"»'),
      severity: 'warning',
      message: /all of the account's secrets/,
    },
    parameters: { files: policy('[«"ssm:GetParameter*"», «"ssm:GetParametersByPath"»]') },
    keys: { files: policy('["kms:DescribeKey", «"kms:Decrypt"»]', '["*"]') },
  },
});

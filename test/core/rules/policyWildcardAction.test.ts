import { policyWildcardAction } from '../../../src/core/rules/policyWildcardAction.js';
import { ruleTest } from '../../support/ruleTester.js';

const policy = (action: string, resource = '"*"', effect = 'Allow') => ({
  'policy.json': `{ "Version": "2012-10-17", "Statement": [{ "Effect": "${effect}", "Action": ${action}, "Resource": ${resource} }] }`,
});
const template = (principal: string) => ({
  'template.yaml': `Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: ${principal} }, Action: ['sts:AssumeRole', 'sts:TagSession'] }] }\n      Policies:\n        - PolicyName: x\n          PolicyDocument:\n            Version: '2012-10-17'\n            Statement:\n              - Effect: Allow\n                Action: ${principal.startsWith('pods') ? '«s3:*»' : 's3:*'}\n                Resource: '*'\n`,
});

ruleTest(policyWildcardAction, {
  silent: {
    'named actions': policy('["s3:GetObject", "s3:Get*"]'),
    'one bucket': policy('"s3:*"', '"arn:aws:s3:::x/*"'),
    'a deny': policy('"*"', '"*"', 'Deny'),
    'a role of something else': template('ec2.amazonaws.com'),
    'a hole': policy('"s3:*"', '"<BUCKET_ARN>"'),
  },
  fires: {
    everything: { files: policy('«"*"»'), severity: 'warning', message: /everything in the account/ },
    'a service': { files: policy('["sqs:SendMessage", «"s3:*"»]', '["*"]'), message: /everything of 's3'/ },
    'of a workload’s role': { files: template('pods.eks.amazonaws.com') },
  },
});

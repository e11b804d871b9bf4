import { policyUnknownManagedPolicy } from '../../../src/core/rules/policyUnknownManagedPolicy.js';
import { clusterConfig } from '../../../src/core/rules/support/eksctlExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const eksctl = (arn: string) =>
  clusterConfig(
    'iam:',
    '  withOIDC: true',
    '  serviceAccounts:',
    '    - metadata: { name: cart, namespace: shop }',
    `      attachPolicyARNs: [${arn}]`,
  );

ruleTest(policyUnknownManagedPolicy, {
  silent: {
    'a right one': eksctl('"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"'),
    'one with a path': eksctl('"arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"'),
    'of an account': eksctl('"arn:aws:iam::111122223333:policy/x:y"'),
    'of a role that no pod uses': {
      'template.yaml':
        "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: 'sts:AssumeRole' }] }\n      ManagedPolicyArns: ['arn:aws:iam::aws:policy:AmazonS3ReadOnlyAccess']\n",
    },
  },
  fires: {
    'a colon for the slash': {
      files: eksctl('«"arn:aws:iam::aws:policy:AmazonS3ReadOnlyAccess"»'),
      severity: 'error',
      becomes: { 'manifest.yaml': eksctl('"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"') },
    },
    'a colon in the path': { files: eksctl('«"arn:aws:iam::aws:policy/service-role:AmazonEBSCSIDriverPolicy"»') },
    CloudFormation: {
      files: {
        'template.yaml':
          "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: pods.eks.amazonaws.com }, Action: ['sts:AssumeRole', 'sts:TagSession'] }] }\n      ManagedPolicyArns: [«'arn:aws:iam::aws:policy:AmazonS3ReadOnlyAccess'»]\n",
      },
    },
  },
});

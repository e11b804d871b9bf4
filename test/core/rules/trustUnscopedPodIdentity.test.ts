import { trustUnscopedPodIdentity } from '../../../src/core/rules/trustUnscopedPodIdentity.js';
import { ruleTest } from '../../support/ruleTester.js';
import { irsa, pods } from './trustCases.js';
import { text } from './trustTexts.js';

ruleTest(trustUnscopedPodIdentity, {
  silent: {
    'the account': text(pods()),
    'the cluster': text(
      pods({ Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:eks:eu-west-1:111122223333:cluster/blue' } } }),
    ),
    'the namespace': text(pods({ Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'shop' } } })),
    'tagging in a statement of its own': text(
      pods({ Action: 'sts:AssumeRole' }),
      pods({ Action: 'sts:TagSession', Condition: undefined }),
    ),
    'conditions that are not known': text(pods({ Condition: '<CONDITION>' })),
    IRSA: text(irsa()),
  },
  fires: {
    'no condition': {
      files: text(pods({ Principal: { Service: '«pods.eks.amazonaws.com»' }, Condition: undefined })),
      severity: 'hint',
      becomes: text(
        pods({
          Condition: {
            StringEquals: {
              'aws:RequestTag/kubernetes-namespace': 'NAMESPACE',
              'aws:RequestTag/kubernetes-service-account': 'SERVICE_ACCOUNT',
            },
          },
        }),
      ),
    },
    'a condition on something else': {
      files: text(
        pods({
          Principal: { Service: '«pods.eks.amazonaws.com»' },
          Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
        }),
      ),
    },
    'where a request comes from is no cluster': {
      files: text(
        pods({
          Principal: { Service: '«pods.eks.amazonaws.com»' },
          Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
        }),
      ),
    },
    'an association that uses the role': {
      files: {
        'main.tf': `resource "aws_iam_role" "r" {
  name = "r"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = «"pods.eks.amazonaws.com"» }, Action = ["sts:AssumeRole", "sts:TagSession"] }]
  })
}

resource "aws_eks_pod_identity_association" "a" {
  cluster_name    = "blue"
  namespace       = "shop"
  service_account = "cart"
  role_arn        = aws_iam_role.r.arn
}
`,
      },
      fix: 'Only for shop/cart',
    },
  },
});

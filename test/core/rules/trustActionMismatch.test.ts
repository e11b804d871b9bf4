import { trustActionMismatch } from '../../../src/core/rules/trustActionMismatch.js';
import { ruleTest } from '../../support/ruleTester.js';
import { irsa, PROVIDER, pods } from './trustCases.js';
import { marked, text } from './trustTexts.js';

const WEB = 'sts:AssumeRoleWithWebIdentity';
const tagged = { Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'shop' } } };

ruleTest(trustActionMismatch, {
  silent: {
    IRSA: text(irsa()),
    'Pod Identity': text(pods()),
    'letter case': text(irsa({ Action: 'STS:assumerolewithwebidentity' })),
    patterns: text(irsa({ Action: 'sts:Assume*' }), pods({ Action: 'sts:*' })),
    'two statements': text(irsa({ Action: 'sts:TagSession' }), irsa()),
    'both principals in one statement': text(
      irsa({
        Principal: { Federated: PROVIDER, Service: 'pods.eks.amazonaws.com' },
        Action: [WEB, 'sts:AssumeRole', 'sts:TagSession'],
      }),
    ),
    'a misspelled action': text(irsa({ Action: 'sts:AssumeRoleWithWebIdentiy' })),
    'the cluster role of Auto Mode': text(pods({ Principal: { Service: 'eks.amazonaws.com' }, Condition: undefined })),
    'other services of EKS': text(
      pods({ Principal: { Service: ['eks-fargate-pods.amazonaws.com', 'eks-nodegroup.amazonaws.com'] } }),
    ),
    'an action that is not known yet': text(irsa({ Action: '<ACTION>' })),
    NotAction: text(irsa({ Action: undefined, NotAction: 'sts:TagSession' })),
  },
  fires: {
    'AssumeRole for a provider': {
      files: marked('"Action": "sts:AssumeRole"', irsa({ Action: 'sts:AssumeRole' })),
      message: `'${PROVIDER}' is an OIDC provider and needs '${WEB}'; 'sts:AssumeRole' is not for it.`,
      becomes: text(irsa()),
    },
    'web identity for Pod Identity': {
      files: marked(`"Action": "${WEB}"`, pods({ Action: WEB })),
      becomes: text(pods()).replace(/\[\s+("[^"]+"),\s+("[^"]+")\s+\]/, '[$1, $2]'),
    },
    'web identity beside the right ones': {
      files: text(pods({ Action: ['sts:AssumeRole', 'sts:TagSession', WEB] })).replace(/"Action": \[[^\]]*\]/, '«$&»'),
      becomes: text(pods()),
    },
    'another service': {
      files: text(pods({ Principal: { Service: 'eks-pods.amazonaws.com' } })).replace(/"Principal": \{[^}]*\}/, '«$&»'),
      message: "'eks-pods.amazonaws.com' is not the service of EKS Pod Identity; that is 'pods.eks.amazonaws.com'.",
      becomes: text(pods()),
    },
    "the cluster's service with session tags": {
      files: text(pods({ Principal: { Service: 'eks.amazonaws.com' }, ...tagged })).replace(
        /"Principal": \{[^}]*\}/,
        '«$&»',
      ),
      becomes: text(pods(tagged)),
    },
    "the cluster's service, and an association": {
      files: {
        'main.tf': `resource "aws_iam_role" "r" {
  name = "r"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Effect = "Allow", «Principal = { Service = "eks.amazonaws.com" }», Action = ["sts:AssumeRole", "sts:TagSession"] }]
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
    },
  },
});

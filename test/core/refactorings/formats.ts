import type { Texts } from './support.js';

export const ID = '7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D';
export const ISSUER = `oidc.eks.eu-west-1.amazonaws.com/id/${ID}`;
export const OTHER = 'oidc.eks.eu-west-1.amazonaws.com/id/C04F5E1D9B8A47736251F0E9D8C7B6A5';
export const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;

export function account(namespace: string, name: string, role?: string): string {
  const annotations =
    role === undefined
      ? ''
      : `  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/${role}\n`;
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n${annotations}`;
}

/** Statements that must not be touched, one that is odd in its layout. */
export const GITHUB = `{ "Sid": "Deploy",   "Effect": "Allow",
          "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {"StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:shop/cart:ref:refs/heads/main"}} }`;

export function irsaJson(subjects: readonly string[], issuer = ISSUER, pad = 8): string {
  const value = subjects.length === 1 ? JSON.stringify(subjects[0]) : JSON.stringify(subjects);
  return `{
  "Effect": "Allow",
  "Principal": { "Federated": "arn:aws:iam::111122223333:oidc-provider/${issuer}" },
  "Action": "sts:AssumeRoleWithWebIdentity",
  "Condition": {
    "StringEquals": {
      "${issuer}:sub": ${value},
      "${issuer}:aud": "sts.amazonaws.com"
    }
  }
}`.replaceAll('\n', `\n${' '.repeat(pad)}`);
}

export function roleJson(name: string, statements: readonly string[]): string {
  return `{
  "Role": {
    "Path": "/",
    "RoleName": "${name}",
    "Arn": "arn:aws:iam::111122223333:role/${name}",
    "AssumeRolePolicyDocument": {
      "Version": "2012-10-17",
      "Statement": [
        ${statements.join(',\n        ')}
      ]
    }
  }
}
`;
}

/** One service account, shop/cart, with its role by IRSA, in each format; `kept` must stand there afterwards as it did. */
export interface IrsaCase {
  readonly files: Texts;
  readonly kept: readonly string[];
}

const CLUSTER = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata:
  name: orders-prod
  region: eu-west-1
iam:
  withOIDC: true
  podIdentityAssociations:
    - namespace: mail
      serviceAccountName: mailer
      roleARN: arn:aws:iam::111122223333:role/mailer
addons:
  - name: vpc-cni
  - name: eks-pod-identity-agent
`;

const cloudFormationRole = (pad: string) => `AWSTemplateFormatVersion: "2010-09-09"
Resources:
  CartRole: # the shop's
    Type: AWS::IAM::Role
    Properties:
      RoleName: cart
      AssumeRolePolicyDocument:${pad}
`;

export const irsaCases: Readonly<Record<string, IrsaCase>> = {
  'IAM JSON, to AWS CLI': {
    files: {
      'iam/cart.json': roleJson('cart', [irsaJson(['system:serviceaccount:shop:cart']), GITHUB]),
      'k8s/cart.yaml': account('shop', 'cart', 'cart'),
    },
    kept: [GITHUB],
  },
  'IAM JSON, to eksctl': {
    files: {
      'iam/cart.json': roleJson('cart', [GITHUB, irsaJson(['system:serviceaccount:shop:cart'])]),
      'k8s/cart.yaml': account('shop', 'cart', 'cart'),
      'cluster.yaml': CLUSTER,
    },
    kept: [GITHUB, 'serviceAccountName: mailer'],
  },
  'IAM JSON, one of several subjects': {
    files: {
      'iam/cart.json': roleJson('cart', [
        irsaJson(['system:serviceaccount:shop:cart', 'system:serviceaccount:shop:basket']),
      ]),
      'k8s/cart.yaml': account('shop', 'cart', 'cart'),
      'k8s/basket.yaml': account('shop', 'basket', 'cart'),
    },
    kept: ['system:serviceaccount:shop:basket', PROVIDER],
  },
  'Terraform jsonencode': {
    files: {
      'infra/main.tf': `resource "aws_iam_role" "cart" {
  name = "cart"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Federated = "${PROVIDER}" }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "${ISSUER}:sub" = "system:serviceaccount:shop:cart"
            "${ISSUER}:aud" = "sts.amazonaws.com"
          }
        }
      },
      # people
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:root" }, Action = "sts:AssumeRole" },
    ]
  })
}

resource "kubernetes_service_account_v1" "cart" {
  metadata {
    name      = "cart"
    namespace = "shop"
    annotations = {
      "eks.amazonaws.com/role-arn" = aws_iam_role.cart.arn
    }
  }
}
`,
    },
    kept: [
      '      # people\n      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:root" }, Action = "sts:AssumeRole" },',
    ],
  },
  'Terraform policy document, manifest beside it': {
    files: {
      'infra/main.tf': `data "aws_iam_policy_document" "cart" {
  statement {
    sid     = "Pods"
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [module.eks.oidc_provider_arn]
    }
    condition {
      test     = "StringEquals"
      variable = "\${module.eks.oidc_provider}:sub"
      values   = ["system:serviceaccount:shop:cart"]
    }
    condition {
      test     = "StringEquals"
      variable = "\${module.eks.oidc_provider}:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
  statement { # people
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
  }
}

resource "aws_iam_role" "cart" {
  name               = "cart"
  assume_role_policy = data.aws_iam_policy_document.cart.json
}
`,
      'k8s/cart.yaml': account('shop', 'cart', 'cart'),
    },
    kept: ['  statement { # people\n    actions = ["sts:AssumeRole"]'],
  },
  'Terraform heredoc': {
    files: {
      'infra/main.tf': `resource "aws_iam_role" "cart" {
  name = "cart"
  assume_role_policy = <<-EOF
    {
      "Version": "2012-10-17",
      "Statement": [
        ${irsaJson(['system:serviceaccount:shop:cart'])},
        ${GITHUB}
      ]
    }
  EOF
}
`,
      'k8s/cart.yaml': account('shop', 'cart', 'cart'),
    },
    kept: [GITHUB],
  },
  'Terraform JSON': {
    files: {
      'infra/main.tf.json': `${JSON.stringify(
        {
          resource: {
            aws_iam_role: { cart: { name: 'cart', assume_role_policy: `\${data.aws_iam_policy_document.cart.json}` } },
          },
          data: {
            aws_iam_policy_document: {
              cart: {
                statement: [
                  {
                    actions: ['sts:AssumeRoleWithWebIdentity'],
                    principals: [{ type: 'Federated', identifiers: [PROVIDER] }],
                    condition: [
                      { test: 'StringEquals', variable: `${ISSUER}:sub`, values: ['system:serviceaccount:shop:cart'] },
                      { test: 'StringEquals', variable: `${ISSUER}:aud`, values: ['sts.amazonaws.com'] },
                    ],
                  },
                ],
              },
            },
          },
        },
        null,
        2,
      )}\n`,
      'k8s/cart.yaml': account('shop', 'cart', 'cart'),
    },
    kept: [],
  },
  'CloudFormation YAML': {
    files: {
      'stack.yaml': `${cloudFormationRole('')}        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              Federated: ${PROVIDER}
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals:
                ${ISSUER}:sub: system:serviceaccount:shop:cart
                ${ISSUER}:aud: sts.amazonaws.com
          # people
          - Effect: Allow
            Principal: {AWS: !Sub "arn:aws:iam::\${AWS::AccountId}:root"}
            Action: sts:AssumeRole
`,
      'k8s/cart.yaml': account('shop', 'cart', 'cart'),
    },
    kept: [
      `          # people\n          - Effect: Allow\n            Principal: {AWS: !Sub "arn:aws:iam::\${AWS::AccountId}:root"}`,
    ],
  },
  'CloudFormation Fn::Sub': {
    files: {
      'stack.yaml': `${cloudFormationRole(` !Sub |\n        {\n          "Version": "2012-10-17",\n          "Statement": [\n        ${irsaJson(['system:serviceaccount:shop:cart'])}\n          ]\n        }`)}`,
      'k8s/cart.yaml': account('shop', 'cart', 'cart'),
    },
    kept: [],
  },
  'CloudFormation JSON': {
    files: {
      'stack.json': `${JSON.stringify(
        {
          AWSTemplateFormatVersion: '2010-09-09',
          Parameters: { Cluster: { Type: 'String' } },
          Resources: {
            CartRole: {
              Type: 'AWS::IAM::Role',
              Properties: {
                RoleName: 'cart',
                AssumeRolePolicyDocument: {
                  Version: '2012-10-17',
                  Statement: [JSON.parse(irsaJson(['system:serviceaccount:shop:cart'])), JSON.parse(GITHUB)],
                },
              },
            },
            MailerAssociation: {
              Type: 'AWS::EKS::PodIdentityAssociation',
              Properties: {
                ClusterName: { Ref: 'Cluster' },
                Namespace: 'mail',
                ServiceAccount: 'mailer',
                RoleArn: 'arn:aws:iam::111122223333:role/mailer',
              },
            },
          },
        },
        null,
        4,
      )}\n`,
      'k8s/cart.yaml': account('shop', 'cart', 'cart'),
    },
    kept: ['repo:shop/cart:ref:refs/heads/main'],
  },
  ACK: {
    files: {
      'role.yaml': `apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata:
  name: cart
  namespace: aws
spec:
  name: cart
  assumeRolePolicyDocument: |
    {
      "Version": "2012-10-17",
      "Statement": [
        ${irsaJson(['system:serviceaccount:shop:cart'])},
        ${GITHUB}
      ]
    }
---
${account('shop', 'cart', 'cart')}`,
    },
    kept: [GITHUB],
  },
  Crossplane: {
    files: {
      'role.yaml': `apiVersion: iam.aws.upbound.io/v1beta1
kind: Role
metadata:
  name: cart
spec:
  forProvider:
    assumeRolePolicy: '${JSON.stringify({ Version: '2012-10-17', Statement: [JSON.parse(irsaJson(['system:serviceaccount:shop:cart']))] })}'
`,
      'k8s/cart.yaml': account('shop', 'cart', 'cart'),
    },
    kept: [],
  },
  'eksctl, its own role': {
    files: {
      'cluster.yaml': `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata:
  name: orders-prod
  region: eu-west-1
iam:
  withOIDC: true
  serviceAccounts:
    - metadata:
        name: cart
        namespace: shop
      attachPolicyARNs:
        - arn:aws:iam::aws:policy/AmazonSQSFullAccess
    - metadata:
        name: dns
        namespace: kube-system
      wellKnownPolicies:
        externalDNS: true
addons:
  - name: vpc-cni
`,
    },
    kept: [
      '    - metadata:\n        name: dns\n        namespace: kube-system\n      wellKnownPolicies:\n        externalDNS: true',
    ],
  },
  'Helm values': {
    files: {
      'iam/cart.json': roleJson('cart', [irsaJson(['system:serviceaccount:shop:cart'])]),
      'chart/values.yaml': `serviceAccount:\n  create: true\n  name: cart\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/cart\n`,
    },
    kept: ['  create: true\n  name: cart\n'],
  },
  'Kustomize patch': {
    files: {
      'iam/cart.json': roleJson('cart', [irsaJson(['system:serviceaccount:shop:cart'])]),
      'base/kustomization.yaml': 'resources:\n  - account.yaml\n',
      'base/account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: cart\n',
      'prod/kustomization.yaml': `namespace: shop
resources:
  - ../base
patches:
  - patch: |-
      apiVersion: v1
      kind: ServiceAccount
      metadata:
        name: cart
        annotations:
          eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/cart
          owner: shop
`,
    },
    kept: ['          owner: shop'],
  },
};

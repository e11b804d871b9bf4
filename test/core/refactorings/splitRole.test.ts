import { beforeAll, describe, expect, it } from 'vitest';
import { sharedRoles, splitRole } from '../../../src/core/refactorings/splitRole.js';
import { analyze, readyForTerraform } from '../../support/ruleTester.js';
import { account, GITHUB, ISSUER, irsaJson, PROVIDER, roleJson } from './formats.js';
import { applied, decision, done, findings, identityOf, refusal, serious, type Texts } from './support.js';

const SUBJECTS = [
  'system:serviceaccount:shop:basket',
  'system:serviceaccount:shop:cart',
  'system:serviceaccount:shop:till',
];
const accounts = {
  'k8s/basket.yaml': account('shop', 'basket', 'shop'),
  'k8s/cart.yaml': account('shop', 'cart', 'shop'),
  'k8s/till.yaml': account('shop', 'till', 'shop'),
};
const document = (pad: string) =>
  `{\n  "Version": "2012-10-17",\n  "Statement": [\n    ${irsaJson(SUBJECTS, ISSUER, 4)},\n    ${GITHUB}\n  ]\n}`.replaceAll(
    '\n',
    `\n${pad}`,
  );

const cases: Readonly<
  Record<
    string,
    { files: Texts; mechanism: 'irsa' | 'pod-identity'; kept: readonly string[]; copied: readonly RegExp[] }
  >
> = {
  'IAM JSON': {
    files: { 'iam/shop.json': roleJson('shop', [irsaJson(SUBJECTS), GITHUB]), ...accounts },
    mechanism: 'irsa',
    kept: [GITHUB],
    copied: [/"RoleName": "shop-cart",\s+"Arn": "arn:aws:iam::111122223333:role\/shop-cart"/],
  },
  'Terraform, policy document': {
    files: {
      'infra/main.tf': `data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["${PROVIDER}"]
    }
    condition {
      test     = "StringLike"
      variable = "${ISSUER}:sub"
      values   = ["system:serviceaccount:shop:*"]
    }
    condition {
      test     = "StringEquals"
      variable = "${ISSUER}:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "shop" {
  name               = "shop"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
`,
      'infra/policies.tf': `resource "aws_iam_role_policy_attachment" "queue" {
  role       = aws_iam_role.shop.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSQSFullAccess"
}

resource "aws_iam_role_policy" "bucket" {
  role   = aws_iam_role.shop.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::shop/*" }] })
}
`,
      'infra/kubernetes.tf': ['basket', 'cart', 'till']
        .map(
          (name) => `resource "kubernetes_service_account_v1" "${name}" {
  metadata {
    name      = "${name}"
    namespace = "shop"
    annotations = {
      "eks.amazonaws.com/role-arn" = aws_iam_role.shop.arn
    }
  }
}
`,
        )
        .join('\n'),
    },
    mechanism: 'irsa',
    kept: ['resource "aws_iam_role_policy_attachment" "queue" {\n  role       = aws_iam_role.shop.name'],
    copied: [
      /resource "aws_iam_role_policy_attachment" "queue_till" \{\n {2}role {7}= aws_iam_role\.shop_till\.name/,
      /resource "aws_iam_role_policy" "bucket_cart" \{\n {2}role {3}= aws_iam_role\.shop_cart\.id/,
      /"eks\.amazonaws\.com\/role-arn" = aws_iam_role\.shop_till\.arn/,
    ],
  },
  'Terraform, jsonencode, Pod Identity': {
    files: {
      'infra/main.tf': `resource "aws_iam_role" "shop" {
  name = "shop"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = { StringEquals = { "aws:SourceAccount" = "111122223333" } }
    }]
  })
}
${['basket', 'cart', 'till'].map((name) => `\nresource "aws_eks_pod_identity_association" "${name}" {\n  cluster_name    = "orders-prod"\n  namespace       = "shop"\n  service_account = "${name}"\n  role_arn        = aws_iam_role.shop.arn\n}\n`).join('')}`,
      ...Object.fromEntries(Object.keys(accounts).map((file) => [file, account('shop', file.slice(4, -5))])),
    },
    mechanism: 'pod-identity',
    kept: [],
    copied: [/service_account = "cart"\n {2}role_arn {8}= aws_iam_role\.shop_cart\.arn/],
  },
  CloudFormation: {
    files: {
      'stack.yaml': `Resources:
  ShopRole: # shared
    Type: AWS::IAM::Role
    Properties:
      RoleName: shop
      AssumeRolePolicyDocument: ${document('        ')}
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/AmazonSQSFullAccess
  Inline:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: bucket
      Roles:
        - !Ref ShopRole
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: s3:GetObject
            Resource: arn:aws:s3:::shop/*
`,
      ...accounts,
    },
    mechanism: 'irsa',
    kept: [GITHUB.replaceAll('\n', '\n        '), '  ShopRole: # shared'],
    copied: [
      / {2}ShopCartRole: # shared\n {4}Type: AWS::IAM::Role\n {4}Properties:\n {6}RoleName: shop-cart/,
      /- !Ref ShopRole\n {8}- !Ref ShopCartRole\n {8}- !Ref ShopTillRole/,
    ],
  },
  ACK: {
    files: {
      'role.yaml': `apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata:
  name: shop
spec:
  name: shop
  policies:
    - arn:aws:iam::aws:policy/AmazonSQSFullAccess
  assumeRolePolicyDocument: |
    ${document('    ')}
`,
      ...accounts,
    },
    mechanism: 'irsa',
    kept: [GITHUB.replaceAll('\n', '\n    ')],
    copied: [
      /---\napiVersion: iam\.services\.k8s\.aws\/v1alpha1\nkind: Role\nmetadata:\n {2}name: shop-cart\nspec:\n {2}name: shop-cart\n {2}policies:/,
    ],
  },
  Crossplane: {
    files: {
      'role.yaml': `apiVersion: iam.aws.upbound.io/v1beta1
kind: Role
metadata:
  name: shop
spec:
  forProvider:
    assumeRolePolicy: |
      ${document('      ')}
---
apiVersion: iam.aws.upbound.io/v1beta1
kind: RolePolicyAttachment
metadata:
  name: shop-queue
spec:
  forProvider:
    policyArn: arn:aws:iam::aws:policy/AmazonSQSFullAccess
    roleRef:
      name: shop
`,
      ...accounts,
    },
    mechanism: 'irsa',
    kept: [GITHUB.replaceAll('\n', '\n      ')],
    copied: [/kind: RolePolicyAttachment\nmetadata:\n {2}name: shop-queue-till\n[\s\S]*roleRef:\n {6}name: shop-till/],
  },
};

function split(texts: Texts) {
  const analysis = analyze(texts);
  const [role, ...others] = sharedRoles(analysis.workspace());
  expect(others).toEqual([]);
  return done(splitRole(analysis.workspace(), role!, analysis));
}

describe('one role for many to a role each', () => {
  beforeAll(readyForTerraform);

  for (const [format, { files, mechanism, kept, copied }] of Object.entries(cases)) {
    for (const crlf of [false, true]) {
      const form = (text: string) => (crlf ? text.replace(/\r?\n/g, '\r\n') : text);
      it(`${format}${crlf ? ' (CRLF)' : ''}`, () => {
        const texts = Object.fromEntries(Object.entries(files).map(([file, text]) => [file, form(text)]));
        const allowed = format.includes('policy document') ? ['infra/main.tf: warning trust-wildcard-subject'] : [];
        expect(serious(texts).map((each) => each.split(': ').slice(0, 2).join(': '))).toEqual(allowed);
        const after = applied(texts, split(texts));
        const shown = Object.entries(after)
          .map(([file, text]) => `# ${file}\n${text}`)
          .join('\n');
        if (!crlf) expect(shown).toMatchSnapshot();
        expect(serious(after), shown).toEqual([]);
        expect(
          findings(after).filter((each) => each.includes('trust-shared-role')),
          shown,
        ).toEqual([]);
        const names = ['basket', 'cart', 'till'];
        const policies = names.map((name) => identityOf(after, `shop/${name}`).policy!);
        expect(new Set(policies).size, shown).toBe(3);
        names.forEach((name, i) => {
          const got = names.map((other) =>
            decision(policies[i]!, 'shop', other, mechanism === 'irsa' ? ISSUER : undefined),
          );
          expect(got, `${name}\n${shown}`).toEqual(names.map((other) => (other === name ? 'allowed' : 'denied')));
        });
        for (const text of kept) expect(shown).toContain(form(text));
        for (const pattern of copied) expect(shown.replaceAll('\r\n', '\n')).toMatch(pattern);
        if (crlf)
          for (const [file, text] of Object.entries(after))
            expect(text.replaceAll('\r\n', ''), file).not.toContain('\n');
        expect(sharedRoles(analyze(after).workspace())).toEqual([]);
      });
    }
  }

  it('refuses what it cannot do whole', () => {
    const analysis = analyze({
      'iam/shop.json': roleJson('shop', [irsaJson(SUBJECTS)]),
      'k8s/cart.yaml': accounts['k8s/cart.yaml'],
    });
    const [role] = analysis.workspace().roles();
    expect(refusal(splitRole(analysis.workspace(), role!, analysis))).toBe(
      "'shop' is used by one service account alone",
    );
    const counted = analyze({
      'main.tf': `resource "aws_iam_role" "shop" {\n  count = 1\n  name = "shop"\n  assume_role_policy = jsonencode(${JSON.stringify(JSON.parse(document('')))})\n}\n`,
      ...accounts,
    });
    const [repeated] = sharedRoles(counted.workspace());
    if (repeated)
      expect(refusal(splitRole(counted.workspace(), repeated, counted))).toMatch(
        /not a single Terraform block|no address/,
      );
  });
});

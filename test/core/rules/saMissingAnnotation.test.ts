import { saMissingAnnotation } from '../../../src/core/rules/saMissingAnnotation.js';
import {
  accountYaml,
  associationYaml,
  exampleArn,
  irsaRole,
} from '../../../src/core/rules/support/manifestExamples.js';
import { ISSUER, irsa, trust } from '../../../src/core/rules/support/trustExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const role = irsaRole('shop-cart', 'shop', 'cart');
const subject = (value: string, operator = 'StringEquals') =>
  trust(
    irsa({
      Condition: { [operator]: { [`${ISSUER}:sub`]: value }, StringLike: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' } },
    }),
  );
const marked = accountYaml('cart', 'shop').replace('cart', '«cart»');

ruleTest(saMissingAnnotation, {
  silent: {
    'it carries one': {
      'sa.yaml': accountYaml('cart', 'shop', [`eks.amazonaws.com/role-arn: ${exampleArn('shop-cart')}`]),
      'role.json': role,
    },
    'it carries another': {
      'sa.yaml': accountYaml('cart', 'shop', [`eks.amazonaws.com/role-arn: ${exampleArn('other')}`]),
      'role.json': role,
    },
    'a misspelled one': {
      'sa.yaml': accountYaml('cart', 'shop', [`eks.amazonaws.com/rolearn: ${exampleArn('shop-cart')}`]),
      'role.json': role,
    },
    'one of kiam': { 'sa.yaml': accountYaml('cart', 'shop', ['iam.amazonaws.com/role: shop-cart']), 'role.json': role },
    'an association': {
      'sa.yaml': accountYaml('cart', 'shop'),
      'role.json': role,
      'association.yaml': associationYaml('shop', 'cart', 'shop-cart'),
    },
    'another namespace': { 'sa.yaml': accountYaml('cart', 'store'), 'role.json': role },
    'no namespace': { 'sa.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: cart\n', 'role.json': role },
    'a pattern': {
      'sa.yaml': accountYaml('cart', 'shop'),
      ...subject('system:serviceaccount:shop:*', 'ForAnyValue:StringLike'),
    },
    'a templated annotation': {
      'sa.yaml':
        'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: cart\n  namespace: shop\n  annotations:\n    {{- toYaml .Values.annotations | nindent 4 }}\n',
      'role.json': role,
    },
    'a patch adds it': {
      'base/kustomization.yaml': 'resources: [sa.yaml]\n',
      'base/sa.yaml': accountYaml('cart', 'shop'),
      'prod/kustomization.yaml': `resources: [../base]\npatches:\n  - target: { kind: ServiceAccount, name: cart }\n    patch: |-\n      - op: add\n        path: /metadata/annotations\n        value: { eks.amazonaws.com/role-arn: "${exampleArn('shop-cart')}" }\n`,
      'role.json': role,
    },
    'one of two overlays is for another namespace': {
      'base/kustomization.yaml': 'resources: [sa.yaml]\n',
      'base/sa.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: cart\n',
      'a/kustomization.yaml': 'namespace: shop\nresources: [../base]\n',
      'b/kustomization.yaml': 'namespace: store\nresources: [../base]\n',
      'role.json': role,
    },
  },
  fires: {
    'the ARN is known': {
      files: { 'sa.yaml': marked, 'role.json': role },
      message: /Role 'shop-cart' trusts 'shop\/cart' by IRSA/,
      severity: 'warning',
      becomes: {
        'sa.yaml': accountYaml('cart', 'shop', [`eks.amazonaws.com/role-arn: ${exampleArn('shop-cart')}`]),
        'role.json': role,
      },
    },
    'a trust policy that nobody is tied to': {
      files: { 'sa.yaml': marked, ...subject('system:serviceaccount:shop:cart') },
      becomes: {
        'sa.yaml': accountYaml('cart', 'shop', ['eks.amazonaws.com/role-arn: arn:aws:iam::ACCOUNT_ID:role/ROLE_NAME']),
        ...subject('system:serviceaccount:shop:cart'),
      },
    },
    'beside another annotation': {
      files: {
        'sa.yaml':
          'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: «cart», namespace: shop, annotations: { a: b } }\n',
        'role.json': role,
      },
    },
    'the namespace of the overlay': {
      files: {
        'base/kustomization.yaml': 'resources: [sa.yaml]\n',
        'base/sa.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: «cart»\n',
        'a/kustomization.yaml': 'namespace: shop\nresources: [../base]\n',
        'role.json': role,
      },
    },
    'a role in CloudFormation': {
      files: {
        'sa.yaml': marked,
        'template.yaml': `Resources:\n  Cart:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: shop-cart\n      AssumeRolePolicyDocument: ${JSON.stringify(JSON.parse(Object.values(subject('system:serviceaccount:shop:cart'))[0]!))}\n`,
      },
      fix: exampleArn('shop-cart'),
    },
    'in Terraform': {
      files: {
        'main.tf': `resource "kubernetes_service_account" "cart" {\n  metadata {\n    name      = «"cart"»\n    namespace = "shop"\n  }\n}\n`,
        'role.json': role,
      },
      becomes: {
        'main.tf': `resource "kubernetes_service_account" "cart" {\n  metadata {\n    name      = "cart"\n    namespace = "shop"\n    annotations = {\n      "eks.amazonaws.com/role-arn" = "${exampleArn('shop-cart')}"\n    }\n  }\n}\n`,
        'role.json': role,
      },
    },
  },
});

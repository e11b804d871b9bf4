import { associationTrustDenied } from '../../../src/core/rules/associationTrustDenied.js';
import {
  associationYaml,
  exampleArn,
  irsaRole,
  podIdentityRole,
} from '../../../src/core/rules/support/manifestExamples.js';
import { podIdentity } from '../../../src/core/rules/support/trustExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const role = (...statements: unknown[]) =>
  JSON.stringify(
    {
      Role: {
        RoleName: 'cart',
        Arn: exampleArn('cart'),
        AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: statements },
      },
    },
    null,
    2,
  );
const association = associationYaml('shop', 'cart', 'cart');
const marked = association.replace(exampleArn('cart'), `«${exampleArn('cart')}»`);
const scoped = (tags: Record<string, string | string[]>, operator = 'StringEquals') =>
  podIdentity({
    Condition: {
      [operator]: Object.fromEntries(Object.entries(tags).map(([tag, value]) => [`aws:RequestTag/${tag}`, value])),
    },
  });

ruleTest(associationTrustDenied, {
  silent: {
    'it is let in': { 'a.yaml': association, 'role.json': podIdentityRole('cart', 'shop', 'cart') },
    'without conditions': { 'a.yaml': association, 'role.json': role(podIdentity({ Condition: {} })) },
    'by a pattern': {
      'a.yaml': association,
      'role.json': role(scoped({ 'kubernetes-namespace': 'sh*' }, 'StringLike')),
    },
    'another role': { 'a.yaml': association, 'role.json': podIdentityRole('till', 'x', 'y') },
    'a role that lacks sts:TagSession, which has a rule of its own': {
      'a.yaml': association,
      'role.json': role(podIdentity({ Action: 'sts:AssumeRole', Condition: {} })),
    },
    'the cluster’s service, which has a rule of its own': {
      'a.yaml': association,
      'role.json': role(podIdentity({ Principal: { Service: 'eks.amazonaws.com' }, Condition: {} })),
    },
    'a source that is no cluster, which has a rule of its own': {
      'a.yaml': association,
      'role.json': role(
        podIdentity({
          Condition: {
            ArnLike: { 'aws:SourceArn': 'arn:aws:eks:eu-west-1:111122223333:podidentityassociation/blue/*' },
          },
        }),
      ),
    },
    'tags that are switched off, which is the association’s mistake': {
      'a.yaml': associationYaml('shop', 'cart', 'cart', ['disableSessionTags: true']),
      'role.json': podIdentityRole('cart', 'shop', 'cart'),
    },
    'two statements share the work': {
      'a.yaml': association,
      'role.json': role(
        { ...(scoped({ 'kubernetes-namespace': 'shop' }) as object), Action: 'sts:AssumeRole' },
        { ...(podIdentity({ Condition: {} }) as object), Action: 'sts:TagSession' },
      ),
    },
  },
  fires: {
    'another namespace': {
      files: { 'a.yaml': marked, 'role.json': podIdentityRole('cart', 'store', 'cart') },
      severity: 'error',
      message: "Role 'cart' does not let Pod Identity in for 'shop/cart': namespace 'store' ≠ 'shop'.",
      becomes: { 'a.yaml': association, 'role.json': podIdentityRole('cart', 'shop', 'cart') },
    },
    'on the association’s side': {
      files: { 'a.yaml': marked, 'role.json': podIdentityRole('cart', 'store', 'cart') },
      fix: 'In the association',
      becomes: {
        'a.yaml': associationYaml('store', 'cart', 'cart'),
        'role.json': podIdentityRole('cart', 'store', 'cart'),
      },
    },
    'one of several accounts': {
      files: { 'a.yaml': marked, 'role.json': role(scoped({ 'kubernetes-service-account': ['till', 'desk'] })) },
      fix: 'as well',
    },
    'another cluster': { files: { 'a.yaml': marked, 'role.json': role(scoped({ 'eks-cluster-name': 'green' })) } },
    'another cluster’s ARN': {
      files: {
        'a.yaml': marked,
        'role.json': role(
          podIdentity({
            Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:eks:eu-west-1:111122223333:cluster/green' } },
          }),
        ),
      },
    },
    'a role for IRSA': {
      files: { 'a.yaml': marked, 'role.json': irsaRole('cart', 'shop', 'cart') },
      message: /does not trust 'pods.eks.amazonaws.com'/,
    },
    CloudFormation: {
      files: {
        'template.yaml': `Resources:
  CartRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: ${JSON.stringify({ Version: '2012-10-17', Statement: [scoped({ 'kubernetes-namespace': 'store' })] })}
  Cart:
    Type: AWS::EKS::PodIdentityAssociation
    Properties:
      ClusterName: blue
      Namespace: shop
      ServiceAccount: cart
      RoleArn: «!GetAtt CartRole.Arn»
`,
      },
    },
    Terraform: {
      files: {
        'main.tf': `resource "aws_iam_role" "cart" {
  name               = "cart"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = { StringEquals = { "aws:RequestTag/kubernetes-namespace" = "store" } }
    }]
  })
}

resource "aws_eks_pod_identity_association" "cart" {
  cluster_name    = "blue"
  namespace       = "shop"
  service_account = "cart"
  role_arn        = «aws_iam_role.cart.arn»
}
`,
      },
    },
  },
});

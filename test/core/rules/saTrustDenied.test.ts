// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Terraform
import { saTrustDenied } from '../../../src/core/rules/saTrustDenied.js';
import {
  accountYaml,
  associationYaml,
  exampleArn,
  irsaRole,
  podIdentityRole,
} from '../../../src/core/rules/support/manifestExamples.js';
import { ISSUER, irsa, podIdentity } from '../../../src/core/rules/support/trustExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const annotated = (value: string, ...more: string[]) =>
  accountYaml('api', 'payments', [`eks.amazonaws.com/role-arn: ${value}`, ...more]);
const ARN = exampleArn('payments-api');
const marked = annotated(`«${ARN}»`);
const role = (...statements: unknown[]) =>
  JSON.stringify(
    {
      Role: {
        RoleName: 'payments-api',
        Arn: ARN,
        AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: statements },
      },
    },
    null,
    2,
  );
const subjects = (sub: unknown, operator = 'StringEquals') =>
  irsa({ Condition: { [operator]: { [`${ISSUER}:sub`]: sub as string, [`${ISSUER}:aud`]: 'sts.amazonaws.com' } } });

const terraform = (accounts: string, resource: string) => ({
  'main.tf': `module "reader" {
  source    = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks"
  role_name = "reader"
  oidc_providers = {
    main = {
      provider_arn               = module.eks.oidc_provider_arn
      namespace_service_accounts = [${accounts}]
    }
  }
}

${resource}
`,
});
const proxyAddon = `resource "aws_eks_addon" "proxy" {
  cluster_name             = "blue"
  addon_name               = "kube-proxy"
  service_account_role_arn = module.reader.iam_role_arn
}`;

ruleTest(saTrustDenied, {
  silent: {
    'an add-on whose account is not known, for a role that lets nobody in': terraform('', proxyAddon),
    'it is let in': { 'sa.yaml': annotated(ARN), 'role.json': irsaRole('payments-api', 'payments', 'api') },
    'by a pattern': {
      'sa.yaml': annotated(ARN),
      'role.json': role(subjects('system:serviceaccount:pay*:api', 'StringLike')),
    },
    'the role is not here': {
      'sa.yaml': annotated(exampleArn('other')),
      'role.json': irsaRole('payments-api', 'x', 'y'),
    },
    'another account’s role': {
      'sa.yaml': annotated('arn:aws:iam::999999999999:role/payments-api'),
      'role.json': irsaRole('payments-api', 'x', 'y'),
    },
    'a bare trust policy is tied to nobody': {
      'sa.yaml': annotated(ARN),
      'payments-api.json': JSON.stringify({
        Version: '2012-10-17',
        Statement: [subjects('system:serviceaccount:x:y')],
      }),
    },
    'a namespace that is not known': {
      'sa.yaml': `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations:\n    eks.amazonaws.com/role-arn: ${ARN}\n`,
      'role.json': irsaRole('payments-api', 'payment', 'api'),
    },
    'a subject with a hole': {
      'sa.yaml': annotated(ARN),
      'role.json': role(subjects('system:serviceaccount:<NAMESPACE>:api')),
    },
    'a literal star, which has a rule of its own': {
      'sa.yaml': annotated(ARN),
      'role.json': role(subjects('system:serviceaccount:payments:*')),
    },
    'a subject in capitals': {
      'sa.yaml': annotated(ARN),
      'role.json': role(subjects('system:serviceaccount:Payments:api')),
    },
    'swapped claims': {
      'sa.yaml': annotated(ARN),
      'role.json': role(
        irsa({ Condition: { StringEquals: { [`${ISSUER}:aud`]: 'system:serviceaccount:payments:api' } } }),
      ),
    },
    'a malformed issuer': {
      'sa.yaml': annotated(ARN),
      'role.json': role(
        irsa({
          Condition: {
            StringEquals: {
              [`https://${ISSUER}:sub`]: 'system:serviceaccount:payments:api',
              [`${ISSUER}:aud`]: 'sts.amazonaws.com',
            },
          },
        }),
      ),
    },
    'the wrong action': { 'sa.yaml': annotated(ARN), 'role.json': role(irsa({ Action: 'sts:AssumeRole' })) },
    'a deny of everybody': {
      'sa.yaml': annotated(ARN),
      'role.json': role(irsa(), { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRoleWithWebIdentity' }),
    },
    'a deny of the only one': {
      'sa.yaml': annotated(ARN),
      'role.json': role(irsa(), {
        Effect: 'Deny',
        Principal: '*',
        Action: 'sts:*',
        Condition: { StringEquals: { [`${ISSUER}:sub`]: 'system:serviceaccount:payments:api' } },
      }),
    },
    'an association wins': {
      'sa.yaml': annotated(ARN),
      'role.json': irsaRole('payments-api', 'payment', 'api'),
      'association.yaml': associationYaml('payments', 'api', 'other'),
    },
    'one of two overlays fits': {
      'base/kustomization.yaml': 'resources: [sa.yaml]\n',
      'base/sa.yaml': annotated(ARN),
      'a/kustomization.yaml': 'namespace: payment\nresources: [../base]\n',
      'b/kustomization.yaml': 'namespace: store\nresources: [../base]\n',
      'role.json': irsaRole('payments-api', 'payment', 'api'),
    },
  },
  fires: {
    'a name with a hole': {
      files: terraform(
        '"desk:reader"',
        'resource "kubernetes_service_account" "reader" {\n  metadata {\n    name        = "${var.stage}-reader"\n    namespace   = "desk"\n    annotations = { "eks.amazonaws.com/role-arn" = «module.reader.iam_role_arn» }\n  }\n}',
      ),
      fix: "name '${var.stage}-reader' → 'reader'",
    },
    'a letter of the namespace': {
      files: { 'sa.yaml': marked, 'role.json': irsaRole('payments-api', 'payment', 'api') },
      message: "Role 'payments-api' does not let 'payments/api' in: namespace 'payment' ≠ 'payments'.",
      severity: 'error',
      becomes: { 'sa.yaml': annotated(ARN), 'role.json': irsaRole('payments-api', 'payments', 'api') },
    },
    'on the account’s side': {
      files: { 'sa.yaml': marked, 'role.json': irsaRole('payments-api', 'payment', 'api') },
      fix: 'On the service account',
      becomes: {
        'sa.yaml': annotated(ARN).replace('namespace: payments', 'namespace: payment'),
        'role.json': irsaRole('payments-api', 'payment', 'api'),
      },
    },
    'another name': {
      files: { 'sa.yaml': marked, 'role.json': irsaRole('payments-api', 'payments', 'apis') },
      message: /'apis' ≠ 'api'/,
    },
    'one of several subjects': {
      files: {
        'sa.yaml': marked,
        'role.json': role(subjects(['system:serviceaccount:payments:worker', 'system:serviceaccount:payments:web'])),
      },
      fix: 'as well',
    },
    'a pattern that does not match': {
      files: { 'sa.yaml': marked, 'role.json': role(subjects('system:serviceaccount:store:*', 'StringLike')) },
      fix: 'as well',
    },
    'a literal star in another namespace': {
      files: { 'sa.yaml': marked, 'role.json': role(subjects('system:serviceaccount:store:*')) },
    },
    'a name that is wrong in every namespace': {
      files: {
        'sa.yaml': `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations:\n    eks.amazonaws.com/role-arn: «${ARN}»\n`,
        'role.json': irsaRole('payments-api', 'payments', 'worker'),
      },
    },
    'another audience': {
      files: {
        'sa.yaml': annotated(`«${ARN}»`, 'eks.amazonaws.com/audience: vault'),
        'role.json': irsaRole('payments-api', 'payments', 'api'),
      },
      message: /audience 'sts.amazonaws.com' ≠ 'vault'/,
    },
    'a deny that names it': {
      files: {
        'sa.yaml': marked,
        'role.json': role(subjects(['system:serviceaccount:payments:api', 'system:serviceaccount:payments:web']), {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringEquals: { [`${ISSUER}:sub`]: 'system:serviceaccount:payments:api' } },
        }),
      },
      message: /statement 2 denies it/,
    },
    'a role for Pod Identity': {
      files: { 'sa.yaml': marked, 'role.json': podIdentityRole('payments-api', 'payments', 'api') },
      message: /trusts no OIDC provider/,
    },
    'a role for EC2': {
      files: {
        'sa.yaml': marked,
        'role.json': role({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
      },
    },
    'a path that is missing': {
      files: {
        'sa.yaml': marked,
        'role.json': JSON.stringify({
          Role: {
            RoleName: 'payments-api',
            Path: '/eks/',
            Arn: 'arn:aws:iam::111122223333:role/eks/payments-api',
            AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [irsa()] },
          },
        }),
      },
      severity: 'warning',
      message: /has the path '\/eks\/'/,
    },
    'the value of a patch': {
      files: {
        'base/kustomization.yaml': 'resources: [sa.yaml]\n',
        'base/sa.yaml': accountYaml('api', 'payments'),
        'prod/kustomization.yaml': 'resources: [../base]\npatches:\n  - path: patch.yaml\n',
        'prod/patch.yaml': `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations:\n    eks.amazonaws.com/role-arn: «${ARN}»\n`,
        'role.json': irsaRole('payments-api', 'payment', 'api'),
      },
    },
    'in CloudFormation': {
      files: {
        'sa.yaml': marked,
        'template.yaml': `Resources:\n  Api:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: payments-api\n      AssumeRolePolicyDocument: ${JSON.stringify({ Version: '2012-10-17', Statement: [subjects('system:serviceaccount:store:api'), podIdentity()] })}\n`,
      },
    },
  },
});

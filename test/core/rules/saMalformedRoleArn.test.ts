import { saMalformedRoleArn } from '../../../src/core/rules/saMalformedRoleArn.js';
import { ruleTest } from '../../support/ruleTester.js';

const account = (value: string) => `apiVersion: v1
kind: ServiceAccount
metadata:
  name: reports
  namespace: finance
  annotations:
    eks.amazonaws.com/role-arn: ${value}
`;

ruleTest(saMalformedRoleArn, {
  silent: {
    'a role ARN': account('arn:aws:iam::111122223333:role/reports'),
    'a path': account('arn:aws:iam::111122223333:role/eks/prod/reports'),
    'another partition': account('arn:aws-cn:iam::111122223333:role/reports'),
    'an empty value': account('""'),
    'no value yet': account(''),
    'a placeholder': account('arn:aws:iam::<ACCOUNT_ID>:role/reports'),
    'a template': account('{{ .Values.roleArn }}'),
    'a templated account': account('arn:aws:iam::{{ .Values.account }}:role/reports'),
    'a misplaced one is said elsewhere': `apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  annotations:\n    eks.amazonaws.com/role-arn: nonsense\nspec: {}\n`,
    'a role of another kind':
      'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: x\n  annotations:\n    iam.gke.io/gcp-service-account: x@y.iam.gserviceaccount.com\n',
  },
  fires: {
    'a blank at the end, in quotes': {
      files: account('«"arn:aws:iam::111122223333:role/reports "»'),
      message: /holds blanks/,
      severity: 'error',
      becomes: { 'manifest.yaml': account('"arn:aws:iam::111122223333:role/reports"') },
    },
    'a line break of a block scalar': {
      files: account('|\n«      arn:aws:iam::111122223333:role/reports').replace(/\n$/, '\n»'),
    },
    'a blank in the middle': { files: account("«'arn:aws:iam::111122223333:role/ reports'»") },
    'a blank beside a hole': { files: account('«"arn:aws:iam::{{ .Values.account }}:role/reports "»') },
    'a short account': {
      files: account('«arn:aws:iam::1111:role/reports»'),
      message: /'1111' is not twelve digits/,
      becomes: { 'manifest.yaml': account('arn:aws:iam::ACCOUNT_ID:role/reports') },
    },
    'a short account, the role is known': {
      files: {
        'manifest.yaml': account('«arn:aws:iam::1111:role/reports»'),
        'role.json': '{ "Role": { "RoleName": "reports", "Arn": "arn:aws:iam::111122223333:role/reports" } }',
      },
    },
    'a bare name': {
      files: account('«reports»'),
      message:
        "'reports' is no role ARN: it does not begin with 'arn:'. It should read 'arn:aws:iam::ACCOUNT:role/NAME'.",
      becomes: { 'manifest.yaml': account('arn:aws:iam::ACCOUNT_ID:role/reports') },
    },
    'an assumed role': {
      files: account('«arn:aws:sts::111122223333:assumed-role/reports/session»'),
      message: /it names a session \('assumed-role'\), not the role itself/,
      becomes: { 'manifest.yaml': account('arn:aws:iam::111122223333:role/reports') },
    },
    'a policy': {
      files: account('«arn:aws:iam::111122223333:policy/reports»'),
      becomes: { 'manifest.yaml': account('arn:aws:iam::111122223333:role/reports') },
    },
    'an instance profile': { files: account('«arn:aws:iam::111122223333:instance-profile/reports»') },
    'an unknown partition': {
      files: account('«arn:aws-china:iam::111122223333:role/reports»'),
      becomes: { 'manifest.yaml': account('arn:aws-cn:iam::111122223333:role/reports') },
    },
    'a colon too few': {
      files: account('«arn:aws:iam:111122223333:role/reports»'),
      becomes: { 'manifest.yaml': account('arn:aws:iam::111122223333:role/reports') },
    },
    'a region': { files: account('«arn:aws:iam:eu-west-1:111122223333:role/reports»') },
    'a colon before the name': { files: account('«arn:aws:iam::111122223333:role:reports»') },
    'no name': { files: account('«"arn:aws:iam::111122223333:role/"»') },
    'the name of a role of the module': {
      files: {
        'main.tf':
          'resource "aws_iam_role" "x" {\n  name               = "x"\n  assume_role_policy = "{}"\n}\n\nresource "kubernetes_service_account" "x" {\n  metadata {\n    name        = "x"\n    annotations = { "eks.amazonaws.com/role-arn" = «aws_iam_role.x.name» }\n  }\n}\n',
      },
      fix: 'aws_iam_role.x.arn',
    },
    'in a Kustomize patch': {
      files: {
        'base/kustomization.yaml': 'resources: [sa.yaml]\n',
        'base/sa.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: reports\n',
        'prod/kustomization.yaml':
          'namespace: finance\nresources: [../base]\npatches:\n  - target: { kind: ServiceAccount, name: reports }\n    patch: |-\n      - op: add\n        path: /metadata/annotations\n        value: { eks.amazonaws.com/role-arn: «"arn:aws:iam::1111:role/reports"» }\n',
      },
    },
    'in a chart’s values': {
      files: {
        'Chart.yaml': 'name: x\nversion: 0.1.0\n',
        'values.yaml': 'serviceAccount:\n  create: true\n  annotations:\n    eks.amazonaws.com/role-arn: «reports»\n',
      },
    },
  },
});

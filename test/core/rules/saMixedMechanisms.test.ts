import { saMixedMechanisms } from '../../../src/core/rules/saMixedMechanisms.js';
import {
  accountYaml,
  associationYaml,
  deploymentYaml,
  exampleArn,
} from '../../../src/core/rules/support/manifestExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const annotated = accountYaml('mailer', 'mail', [`eks.amazonaws.com/role-arn: ${exampleArn('mailer')}`]);
const marked = accountYaml('mailer', 'mail', [`eks.amazonaws.com/role-arn: «${exampleArn('mailer')}»`]);

ruleTest(saMixedMechanisms, {
  silent: {
    'annotation only': annotated,
    'association only': {
      'sa.yaml': accountYaml('mailer', 'mail'),
      'a.yaml': associationYaml('mail', 'mailer', 'mailer'),
    },
    'another namespace': { 'sa.yaml': annotated, 'a.yaml': associationYaml('mails', 'mailer', 'mailer') },
    'a namespace that is not known': {
      'sa.yaml': annotated.replace('  namespace: mail\n', ''),
      'a.yaml': associationYaml('mail', 'mailer', 'mailer'),
    },
    'one branch of a template or the other': `{{- if .Values.irsa }}\n${annotated}{{- else }}\n---\n${associationYaml('mail', 'mailer', 'x')}{{- end }}\n`,
    'an empty annotation': {
      'sa.yaml': accountYaml('mailer', 'mail', ['eks.amazonaws.com/role-arn: ""']),
      'a.yaml': associationYaml('mail', 'mailer', 'mailer'),
    },
  },
  fires: {
    'one role by both': {
      files: {
        'sa.yaml': accountYaml('mailer', 'mail', [`eks.amazonaws.com/role-arn: «${exampleArn('mailer')}»`]),
        'a.yaml': associationYaml('mail', 'mailer', 'mailer'),
      },
      message:
        "'mail/mailer' also has a Pod Identity association, which wins: the annotation does nothing for its pods, and on Fargate and Windows they get no credentials.",
    },
    'the nearest of several accounts of one name': {
      files: {
        'one/k8s/sa.yaml': accountYaml('mailer', 'mail', [`eks.amazonaws.com/role-arn: ${exampleArn('one')}`]),
        'two/k8s/sa.yaml': accountYaml('mailer', 'mail', [`eks.amazonaws.com/role-arn: «${exampleArn('two')}»`]),
        'two/associations/a.yaml': associationYaml('mail', 'mailer', 'mailer'),
      },
    },
    ACK: {
      files: { 'sa.yaml': marked, 'a.yaml': associationYaml('mail', 'mailer', 'mailer-pods') },
      severity: 'warning',
      message: /association, which wins.*on Fargate and Windows they get no credentials/,
      becomes: { 'sa.yaml': accountYaml('mailer', 'mail'), 'a.yaml': associationYaml('mail', 'mailer', 'mailer-pods') },
    },
    eksctl: {
      files: {
        'sa.yaml': marked,
        'cluster.yaml':
          'apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: { name: blue, region: eu-west-1 }\niam:\n  podIdentityAssociations:\n    - { namespace: mail, serviceAccountName: mailer, roleARN: "arn:aws:iam::111122223333:role/x" }\n',
      },
    },
    'on Windows': {
      files: {
        'sa.yaml': marked,
        'a.yaml': associationYaml('mail', 'mailer', 'x'),
        'deploy.yaml': deploymentYaml('mailer', 'mail', {
          account: 'mailer',
          pod: ['nodeSelector:', '  kubernetes.io/os: windows'],
        }),
      },
      message: /and on Windows they get no credentials/,
    },
    Terraform: {
      files: {
        'main.tf': `resource "kubernetes_service_account" "x" {\n  metadata {\n    name      = "mailer"\n    namespace = "mail"\n    annotations = {\n      "eks.amazonaws.com/role-arn" = «"${exampleArn('mailer')}"»\n    }\n  }\n}\n\nresource "aws_eks_pod_identity_association" "x" {\n  cluster_name    = "blue"\n  namespace       = "mail"\n  service_account = "mailer"\n  role_arn        = "${exampleArn('x')}"\n}\n`,
      },
    },
  },
});

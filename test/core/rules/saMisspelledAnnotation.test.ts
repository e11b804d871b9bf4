import { saMisspelledAnnotation } from '../../../src/core/rules/saMisspelledAnnotation.js';
import { ruleTest } from '../../support/ruleTester.js';

const ARN = 'arn:aws:iam::111122223333:role/thumbnailer';
const account = (...lines: string[]) =>
  `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: thumbnailer\n  namespace: media\n${lines.map((line) => `  ${line}\n`).join('')}`;
const annotated = (...lines: string[]) => account('annotations:', ...lines.map((line) => `  ${line}`));
const RIGHT = annotated(`eks.amazonaws.com/role-arn: ${ARN}`);

ruleTest(saMisspelledAnnotation, {
  silent: {
    'every right key': annotated(
      `eks.amazonaws.com/role-arn: ${ARN}`,
      'eks.amazonaws.com/audience: sts.amazonaws.com',
      'eks.amazonaws.com/sts-regional-endpoints: "true"',
      'eks.amazonaws.com/token-expiration: "3600"',
    ),
    'other annotations': annotated(
      'iam.gke.io/gcp-service-account: x@y.iam.gserviceaccount.com',
      'azure.workload.identity/client-id: 00000000-0000-0000-0000-000000000000',
      'example.com/audience: everybody',
      'example.com/role-arn: arn:aws:iam::111122223333:role/x',
      'meta.helm.sh/release-name: thumbnailer',
      'eks.amazonaws.com/created-by: eksctl',
    ),
    'the annotation of kiam, which has a rule of its own': annotated(`iam.amazonaws.com/role: ${ARN}`),
    'a templated key': annotated(`{{ .Values.key }}: ${ARN}`),
    'right labels': account('labels:', '  app: x', '  eks.amazonaws.com/skip-pod-identity-webhook: "true"'),
    'a key of another object': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  annotations:\n    eks.amazonaws.com/rolearn: ${ARN}\n`,
    'a section of values with more in it': {
      'Chart.yaml': 'name: x\nversion: 0.1.0\n',
      'values.yaml': `serviceAccount:\n  create: true\n  roleArn: ${ARN}\n  automount: true\n  audience: x\n  annotations: {}\n`,
    },
  },
  fires: {
    'without its hyphen': {
      files: annotated(`«eks.amazonaws.com/rolearn»: ${ARN}`),
      message: /it should be 'eks.amazonaws.com\/role-arn'/,
      becomes: { 'manifest.yaml': RIGHT },
    },
    'with an underscore': {
      files: annotated(`«eks.amazonaws.com/role_arn»: ${ARN}`),
      becomes: { 'manifest.yaml': RIGHT },
    },
    'in camel case': { files: annotated(`«eks.amazonaws.com/roleArn»: ${ARN}`), becomes: { 'manifest.yaml': RIGHT } },
    'in quotes': { files: annotated(`«"eks.amazonaws.com/role-Arn"»: ${ARN}`) },
    'with another domain': {
      files: annotated(`«iam.eks.amazonaws.com/role-arn»: ${ARN}`),
      becomes: { 'manifest.yaml': RIGHT },
    },
    'of IAM': { files: annotated(`«iam.amazonaws.com/role-arn»: ${ARN}`) },
    'of China': { files: annotated(`«eks.amazonaws.com.cn/role-arn»: ${ARN}`) },
    'of a shorter domain': { files: annotated(`«eks.aws.com/role-arn»: ${ARN}`) },
    'with letters swapped': { files: annotated(`«eks.amazonaws.com/role-anr»: ${ARN}`) },
    'of a shorter name': { files: annotated(`«eks.amazonaws.com/role»: ${ARN}`) },
    'of a longer name': { files: annotated(`«eks.amazonaws.com/iam-role-arn»: ${ARN}`) },
    'without a domain': { files: annotated(`«role-arn»: ${ARN}`) },
    'another option': {
      files: annotated('«eks.amazonaws.com/sts-regional-endpoint»: "true"'),
      message: /sts-regional-endpoints/,
    },
    'another option in short': {
      files: annotated('«eks.amazonaws.com/token-expiry»: "3600"'),
      message: /token-expiration/,
    },
    'beside the right one': {
      files: annotated(`eks.amazonaws.com/role-arn: ${ARN}`, `«eks.amazonaws.com/rolearn»: ${ARN}`),
      becomes: { 'manifest.yaml': RIGHT },
    },
    'under labels': {
      files: account('labels:', '  app: thumbnailer', `  «eks.amazonaws.com/role-arn»: ${ARN}`),
      message: /is a label/,
      becomes: {
        'manifest.yaml': account(
          'annotations:',
          `  eks.amazonaws.com/role-arn: ${ARN}`,
          'labels:',
          '  app: thumbnailer',
        ),
      },
    },
    'the only label': {
      files: account('labels:', `  «eks.amazonaws.com/role-arn»: ${ARN}`),
      becomes: { 'manifest.yaml': RIGHT },
    },
    'under labels, with annotations': {
      files: account('annotations:', '  a: b', 'labels:', `  «eks.amazonaws.com/role-arn»: ${ARN}`),
    },
    'under labels, in braces': {
      files: `apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: x, labels: { app: x, «eks.amazonaws.com/role-arn»: "${ARN}" } }\n`,
    },
    'right under metadata': {
      files: account(`«eks.amazonaws.com/role-arn»: ${ARN}`),
      becomes: { 'manifest.yaml': RIGHT },
    },
    'right under metadata, with annotations': {
      files: account('annotations:', '  a: b', `«eks.amazonaws.com/role-arn»: ${ARN}`),
    },
    'under another word': {
      files: account('annotation:', `  «eks.amazonaws.com/role-arn»: ${ARN}`),
      becomes: { 'manifest.yaml': RIGHT },
    },
    'beside metadata': {
      files: `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: thumbnailer\nannotations:\n  «eks.amazonaws.com/role-arn»: ${ARN}\n`,
      becomes: {
        'manifest.yaml': `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: thumbnailer\n  annotations:\n    eks.amazonaws.com/role-arn: ${ARN}\n`,
      },
    },
    'in parts': { files: annotated('«eks.amazonaws.com:', `  role-arn»: ${ARN}`), becomes: { 'manifest.yaml': RIGHT } },
    'annotations in annotations': {
      files: annotated('annotations:', `  «eks.amazonaws.com/role-arn»: ${ARN}`),
      becomes: { 'manifest.yaml': RIGHT },
    },
    'two in parts': {
      files: annotated('«eks.amazonaws.com:', `  role-arn»: ${ARN}`, '  «audience»: y'),
      becomes: {
        'manifest.yaml': annotated(`eks.amazonaws.com/role-arn: "${ARN}"`, 'eks.amazonaws.com/audience: "y"'),
      },
    },
    'of a pod': {
      files:
        'apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  annotations:\n    «eks.amazonaws.com/skip-container»: a\nspec: {}\n',
      message: /skip-containers/,
    },
    'in a JSON patch': {
      files: {
        'kustomization.yaml':
          'resources: [sa.yaml]\npatches:\n  - target: { kind: ServiceAccount, name: x }\n    patch: |-\n      - op: add\n        path: /metadata/annotations/«eks.amazonaws.com~1rolearn»\n        value: arn:aws:iam::111122223333:role/x\n',
        'sa.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: x\n',
      },
    },
  },
});

import { deploymentYaml } from '../../../src/core/rules/support/manifestExamples.js';
import { workloadStaticCredentials } from '../../../src/core/rules/workloadStaticCredentials.js';
import { ruleTest } from '../../support/ruleTester.js';

const deployment = (...container: string[]) => deploymentYaml('importer', 'etl', { container });
const secret = (namespace: string, key = 'AWS_ACCESS_KEY_ID', kind = 'Secret', field = 'stringData') =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: importer-env\n${namespace === '' ? '' : `  namespace: ${namespace}\n`}${field}:\n  ${key}: AKIAIOSFODNN7EXAMPLE\n`;

ruleTest(workloadStaticCredentials, {
  silent: {
    "a chart's option": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: controller
spec:
  template:
    spec:
      containers:
        - name: controller
          env:
            {{- if .Values.envSecretName }}
            - name: AWS_ACCESS_KEY_ID
              valueFrom:
                secretKeyRef:
                  name: {{ .Values.envSecretName }}
                  key: key_id
            {{- end }}
            - name: LOG_LEVEL
              value: info
`,
    'a Secret that need not exist': `apiVersion: v1
kind: Pod
metadata:
  name: csi
spec:
  containers:
    - name: csi
      env:
        - name: AWS_ACCESS_KEY_ID
          valueFrom:
            secretKeyRef: { name: aws-secret, key: key_id, optional: true }
`,
    'other variables': deployment(
      'env:',
      '  - { name: AWS_REGION, value: eu-west-1 }',
      '  - { name: AWS_PROFILE, value: x }',
      '  - { name: DB_PASSWORD, value: y }',
    ),
    'emptied on purpose': deployment('env:', '  - { name: AWS_ACCESS_KEY_ID, value: "" }'),
    'a Secret nobody knows': deployment('envFrom:', '  - secretRef: { name: importer-env }'),
    'a Secret of another namespace': {
      'deploy.yaml': deployment('envFrom:', '  - secretRef: { name: importer-env }'),
      'secret.yaml': secret('other'),
    },
    'a Secret without keys': {
      'deploy.yaml': deployment('envFrom:', '  - secretRef: { name: importer-env }'),
      'secret.yaml': secret('etl', 'TOKEN'),
    },
    'a ConfigMap of the same name': {
      'deploy.yaml': deployment('envFrom:', '  - secretRef: { name: importer-env }'),
      'secret.yaml': secret('etl', 'AWS_ACCESS_KEY_ID', 'ConfigMap', 'data'),
    },
    'a field of the pod': deployment(
      'env:',
      '  - name: AWS_SESSION_TOKEN',
      '    valueFrom: { fieldRef: { fieldPath: metadata.name } }',
    ),
  },
  fires: {
    'a literal': {
      files: deployment(
        'env:',
        '  - name: «AWS_ACCESS_KEY_ID»',
        '    value: AKIAIOSFODNN7EXAMPLE',
        '  - name: LOG',
        '    value: x',
      ),
      message: /static AWS keys \(as a literal\)/,
      severity: 'error',
      becomes: { 'manifest.yaml': deployment('env:', '  - name: LOG', '    value: x') },
    },
    'the only variable': {
      files: deployment('env:', '  - name: «AWS_SECRET_ACCESS_KEY»', '    value: x'),
      becomes: { 'manifest.yaml': deployment() },
    },
    'from a Secret': {
      files: deployment(
        'env:',
        '  - name: A',
        '    value: b',
        '  - name: «AWS_SESSION_TOKEN»',
        '    valueFrom:',
        '      secretKeyRef:',
        '        name: aws',
        '        key: token',
      ),
      becomes: { 'manifest.yaml': deployment('env:', '  - name: A', '    value: b') },
    },
    'from a ConfigMap': {
      files: deployment(
        'env:',
        '  - { name: «AWS_ACCESS_KEY_ID», valueFrom: { configMapKeyRef: { name: a, key: b } } }',
      ),
      message: /ConfigMap 'a'/,
    },
    'in braces': {
      files: deployment('env: [{ name: A, value: b }, { name: «AWS_ACCESS_KEY_ID», value: x }]'),
      becomes: { 'manifest.yaml': deployment('env: [{ name: A, value: b }]') },
    },
    'two of them': {
      files: deployment(
        'env:',
        '  - name: «AWS_ACCESS_KEY_ID»',
        '    value: x',
        '  - name: «AWS_SECRET_ACCESS_KEY»',
        '    value: y',
      ),
    },
    'all of them at once': {
      files: deployment(
        'env:',
        '  - { name: LOG, value: x }',
        '  - { name: «AWS_ACCESS_KEY_ID», value: x }',
        '  - { name: «AWS_SECRET_ACCESS_KEY», value: y }',
      ),
      fix: 'Remove all',
      becomes: { 'manifest.yaml': deployment('env:', '  - { name: LOG, value: x }') },
    },
    'all of them at once, in braces': {
      files: deployment(
        'env: [{ name: LOG, value: x }, { name: «AWS_ACCESS_KEY_ID», value: x }, { name: «AWS_SECRET_ACCESS_KEY», value: y }]',
      ),
      fix: 'Remove all',
      becomes: { 'manifest.yaml': deployment('env: [{ name: LOG, value: x }]') },
    },
    Terraform: {
      files: {
        'main.tf':
          'resource "kubernetes_pod" "x" {\n  metadata {\n    name = "x"\n  }\n  spec {\n    container {\n      name = "x"\n      env {\n        name  = «"AWS_ACCESS_KEY_ID"»\n        value = "x"\n      }\n    }\n  }\n}\n',
      },
      becomes: {
        'main.tf':
          'resource "kubernetes_pod" "x" {\n  metadata {\n    name = "x"\n  }\n  spec {\n    container {\n      name = "x"\n    }\n  }\n}\n',
      },
    },
    'an init container': {
      files:
        'apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  initContainers:\n    - name: a\n      env:\n        - name: «AWS_ACCESS_KEY_ID»\n          value: x\n',
    },
    'a Secret of the workspace': {
      files: {
        'deploy.yaml': deployment('envFrom:', '  - «secretRef: { name: importer-env }»'),
        'secret.yaml': secret('etl'),
      },
      message: /Secret 'importer-env' holds 'AWS_ACCESS_KEY_ID'/,
      becomes: { 'deploy.yaml': deployment(), 'secret.yaml': secret('etl') },
    },
    'a Secret beside it, neither with a namespace': {
      files: {
        'all.yaml': `apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  containers:\n    - name: x\n      envFrom:\n        - «secretRef:\n            name: importer-env»\n---\n${secret('')}`,
      },
    },
    'a ConfigMap of the workspace': {
      files: {
        'deploy.yaml': deployment('envFrom:', '  - «configMapRef: { name: importer-env }»'),
        'map.yaml': secret('etl', 'AWS_ACCESS_KEY_ID', 'ConfigMap', 'data'),
      },
    },
    'a chart’s values, as a mapping': {
      files: {
        'Chart.yaml': 'name: x\nversion: 0.1.0\n',
        'values.yaml': 'env:\n  LOG: x\n  «AWS_ACCESS_KEY_ID»: AKIAIOSFODNN7EXAMPLE\n',
      },
      becomes: { 'Chart.yaml': 'name: x\nversion: 0.1.0\n', 'values.yaml': 'env:\n  LOG: x\n' },
    },
    'a chart’s values, as a list': {
      files: {
        'Chart.yaml': 'name: x\nversion: 0.1.0\n',
        'values.yaml': 'extraEnv:\n  - name: «AWS_ACCESS_KEY_ID»\n    value: x\n',
      },
    },
    'a key of AWS beside an endpoint of somebody else': {
      files: {
        'deploy.yaml': deployment(
          'env:',
          '  - { name: AWS_ENDPOINT_URL, value: http://minio:9000 }',
          '  - { name: «AWS_ACCESS_KEY_ID», value: AKIAIOSFODNN7EXAMPLE }',
        ),
      },
    },
    'an endpoint of AWS': {
      files: {
        'deploy.yaml': deployment(
          'env:',
          '  - { name: AWS_ENDPOINT_URL_S3, value: https://s3.eu-west-1.amazonaws.com }',
          '  - { name: «AWS_ACCESS_KEY_ID», value: x }',
        ),
      },
    },
    'an endpoint that has nothing to do with AWS': {
      files: {
        'deploy.yaml': deployment(
          'env:',
          '  - { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: http://collector:4317 }',
          '  - { name: «AWS_ACCESS_KEY_ID», value: x }',
        ),
      },
    },
    'a patch': {
      files: {
        'kustomization.yaml': 'resources: [deploy.yaml]\npatches:\n  - path: patch.yaml\n',
        'deploy.yaml': deployment(),
        'patch.yaml':
          'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: importer\nspec:\n  template:\n    spec:\n      containers:\n        - name: importer\n          env:\n            - name: «AWS_ACCESS_KEY_ID»\n              value: x\n',
      },
    },
  },
});

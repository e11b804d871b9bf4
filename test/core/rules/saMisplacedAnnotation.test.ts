import { saMisplacedAnnotation } from '../../../src/core/rules/saMisplacedAnnotation.js';
import { accountYaml, deploymentYaml } from '../../../src/core/rules/support/manifestExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const ARN = 'arn:aws:iam::444455556666:role/gateway';
const ROLE = `eks.amazonaws.com/role-arn: ${ARN}`;
const MARKED = `«eks.amazonaws.com/role-arn»: ${ARN}`;

ruleTest(saMisplacedAnnotation, {
  silent: {
    'on the service account': accountYaml('gateway', 'edge', [ROLE]),
    'what pods may have': deploymentYaml('gateway', 'edge', {
      podAnnotations: ['eks.amazonaws.com/skip-containers: a', 'eks.amazonaws.com/token-expiration: "3600"'],
    }),
    'a template of a service account in an operator’s resource':
      'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: x\nspec:\n  serviceAccountTemplate:\n    metadata:\n      annotations:\n        eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/x\n',
    'a manifest in a ConfigMap': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  pod.yaml: |\n    kind: Pod\n    metadata:\n      annotations:\n        ${ROLE}\n`,
    'a chart’s account': {
      'Chart.yaml': 'name: x\nversion: 0.1.0\n',
      'values.yaml': `serviceAccount:\n  annotations:\n    ${ROLE}\npodAnnotations:\n  eks.amazonaws.com/skip-containers: a\n`,
    },
  },
  fires: {
    'on a template, the account in another file': {
      files: {
        'deploy.yaml': deploymentYaml('gateway', 'edge', { account: 'gateway', podAnnotations: [MARKED] }),
        'sa.yaml': accountYaml('gateway', 'edge'),
      },
      message: /belongs on the service account/,
      becomes: {
        'deploy.yaml': deploymentYaml('gateway', 'edge', { account: 'gateway' }),
        'sa.yaml': accountYaml('gateway', 'edge', [ROLE]),
      },
    },
    'on the Deployment, beside another annotation': {
      files: {
        'all.yaml': `${deploymentYaml('gateway', 'edge', { account: 'gateway', annotations: ['a: b', MARKED] })}---\n${accountYaml('gateway', 'edge', ['c: d'])}`,
      },
      becomes: {
        'all.yaml': `${deploymentYaml('gateway', 'edge', { account: 'gateway', annotations: ['a: b'] })}---\n${accountYaml('gateway', 'edge', ['c: d', ROLE])}`,
      },
    },
    'the account does not exist': {
      files: { 'deploy.yaml': deploymentYaml('gateway', 'edge', { account: 'gateway', podAnnotations: [MARKED] }) },
      becomes: {
        'deploy.yaml': `${deploymentYaml('gateway', 'edge', { account: 'gateway' })}---\n${accountYaml('gateway', 'edge', [ROLE])}`,
      },
    },
    'no account is named': {
      files: { 'deploy.yaml': deploymentYaml('gateway', 'edge', { podAnnotations: [MARKED] }) },
      becomes: {
        'deploy.yaml':
          `${deploymentYaml('gateway', 'edge').replace(/( +containers:\n[\s\S]*)$/, '$1')}---\n${accountYaml('gateway', 'edge', [ROLE])}`.replace(
            '          image: example.com/gateway:1\n',
            '          image: example.com/gateway:1\n      serviceAccountName: gateway\n',
          ),
      },
    },
    'the account has another role': {
      files: {
        'deploy.yaml': deploymentYaml('gateway', 'edge', { account: 'gateway', podAnnotations: [MARKED] }),
        'sa.yaml': accountYaml('gateway', 'edge', ['eks.amazonaws.com/role-arn: arn:aws:iam::444455556666:role/other']),
      },
    },
    'in a namespace': {
      files: {
        'ns.yaml': `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: edge\n  annotations:\n    ${MARKED}\n`,
        'sa.yaml': accountYaml('gateway', 'edge'),
      },
      becomes: {
        'ns.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: edge\n',
        'sa.yaml': accountYaml('gateway', 'edge', [ROLE]),
      },
    },
    'on a pod': {
      files: `apiVersion: v1\nkind: Pod\nmetadata:\n  name: gateway\n  namespace: edge\n  annotations:\n    ${MARKED}\nspec:\n  serviceAccountName: gateway\n  containers: []\n`,
    },
    'on a pod, in braces': {
      files: `apiVersion: v1\nkind: Pod\nmetadata: { name: gateway, annotations: { «eks.amazonaws.com/role-arn»: "${ARN}" } }\nspec: { serviceAccountName: gateway, containers: [] }\n`,
    },
    'other options on a pod': {
      files: deploymentYaml('gateway', 'edge', {
        account: 'gateway',
        podAnnotations: ['«eks.amazonaws.com/audience»: x', '«eks.amazonaws.com/sts-regional-endpoints»: "true"'],
      }),
    },
    'misspelled on a pod': {
      files: deploymentYaml('gateway', 'edge', {
        account: 'gateway',
        podAnnotations: [`«eks.amazonaws.com/rolearn»: ${ARN}`],
      }),
      message: /spelled 'eks.amazonaws.com\/role-arn'/,
    },
    'skip-containers on an account': {
      files: {
        'sa.yaml': accountYaml('gateway', 'edge', ['«eks.amazonaws.com/skip-containers»: envoy']),
        'deploy.yaml': deploymentYaml('gateway', 'edge', { account: 'gateway' }),
      },
      becomes: {
        'sa.yaml': accountYaml('gateway', 'edge'),
        'deploy.yaml': deploymentYaml('gateway', 'edge', {
          account: 'gateway',
          podAnnotations: ['eks.amazonaws.com/skip-containers: envoy'],
        }),
      },
    },
    'skip-containers on a Deployment': {
      files: {
        'deploy.yaml': deploymentYaml('gateway', 'edge', {
          account: 'gateway',
          annotations: ['«eks.amazonaws.com/skip-containers»: envoy'],
        }),
      },
      becomes: {
        'deploy.yaml': deploymentYaml('gateway', 'edge', {
          account: 'gateway',
          podAnnotations: ['eks.amazonaws.com/skip-containers: envoy'],
        }),
      },
    },
    'on a job’s template': {
      files: `apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: nightly\n  namespace: etl\nspec:\n  jobTemplate:\n    metadata:\n      annotations:\n        ${MARKED}\n    spec:\n      template:\n        spec:\n          serviceAccountName: nightly\n          containers: []\n`,
    },
    'in a chart’s values': {
      files: {
        'Chart.yaml': 'name: x\nversion: 0.1.0\n',
        'values.yaml': `serviceAccount:\n  create: true\n  annotations: {}\npodAnnotations:\n  ${MARKED}\n`,
      },
      becomes: {
        'Chart.yaml': 'name: x\nversion: 0.1.0\n',
        'values.yaml': `serviceAccount:\n  create: true\n  annotations: { eks.amazonaws.com/role-arn: ${ARN} }\n`,
      },
    },
    'in a chart’s values without a section': {
      files: {
        'Chart.yaml': 'name: x\nversion: 0.1.0\n',
        'values.yaml': `replicas: 1\npodAnnotations:\n  ${MARKED}\n`,
      },
    },
    'two of them on a template': {
      files: {
        'deploy.yaml': deploymentYaml('gateway', 'edge', {
          account: 'gateway',
          podAnnotations: [MARKED, '«eks.amazonaws.com/audience»: x'],
        }),
        'sa.yaml': accountYaml('gateway', 'edge'),
      },
      fix: 'all of them',
      becomes: {
        'deploy.yaml': deploymentYaml('gateway', 'edge', { account: 'gateway' }),
        'sa.yaml': accountYaml('gateway', 'edge', [ROLE, 'eks.amazonaws.com/audience: x']),
      },
    },
    'in Terraform, without an account': {
      files: {
        'main.tf': `resource "kubernetes_pod" "x" {\n  metadata {\n    name      = "gateway"\n    namespace = "edge"\n    annotations = {\n      «"eks.amazonaws.com/role-arn"» = "${ARN}"\n    }\n  }\n  spec {\n    service_account_name = "gateway"\n    container {\n      name = "x"\n    }\n  }\n}\n`,
      },
    },
    'in a JSON patch of the workload': {
      files: {
        'kustomization.yaml': `resources: [deploy.yaml, sa.yaml]\npatches:\n  - target: { kind: Deployment, name: gateway }\n    patch: |-\n      - op: add\n        path: /spec/template/metadata/annotations\n        value:\n          ${MARKED}\n`,
        'deploy.yaml': deploymentYaml('gateway', 'edge', { account: 'gateway' }),
        'sa.yaml': accountYaml('gateway', 'edge'),
      },
      fix: 'Patch service account',
    },
    'as the path of a JSON patch of the workload': {
      files: {
        'kustomization.yaml': `resources: [deploy.yaml, sa.yaml]\npatches:\n  - target: { kind: Deployment, name: gateway }\n    patch: |-\n      - op: add\n        path: /spec/template/metadata/annotations/«eks.amazonaws.com~1role-arn»\n        value: ${ARN}\n`,
        'deploy.yaml': deploymentYaml('gateway', 'edge', { account: 'gateway' }),
        'sa.yaml': accountYaml('gateway', 'edge', ['example.com/owner: edge']),
      },
      fix: 'Patch service account',
      becomes: {
        'kustomization.yaml': `resources: [deploy.yaml, sa.yaml]\npatches:\n  - target: { kind: ServiceAccount, name: gateway }\n    patch: |-\n      - op: add\n        path: /metadata/annotations/eks.amazonaws.com~1role-arn\n        value: ${ARN}\n`,
        'deploy.yaml': deploymentYaml('gateway', 'edge', { account: 'gateway' }),
        'sa.yaml': accountYaml('gateway', 'edge', ['example.com/owner: edge']),
      },
    },
    'in a Kustomize patch of the workload': {
      files: {
        'base/kustomization.yaml': 'resources: [deploy.yaml, sa.yaml]\n',
        'base/deploy.yaml': deploymentYaml('gateway', 'edge', { account: 'gateway' }),
        'base/sa.yaml': accountYaml('gateway', 'edge'),
        'prod/kustomization.yaml': 'resources: [../base]\npatches:\n  - path: patch.yaml\n',
        'prod/patch.yaml': `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: gateway\n  annotations:\n    ${MARKED}\n`,
      },
    },
  },
});

import { describe, expect, test } from 'vitest';
import { identities } from '../../../src/core/features/identities.js';
import { diagnose } from '../../../src/core/troubleshoot/diagnose.js';
import { fileEvidence } from '../../../src/core/troubleshoot/evidence.js';
import { workspaceOf } from '../features/support.js';

const ARN = 'arn:aws:iam::111122223333:role/worker';
const KEY = 'eks.amazonaws.com/role-arn';
const ERROR = 'the annotation has no effect';

function account(name = 'worker', more: readonly string[] = []): string {
  return [
    'apiVersion: v1',
    'kind: ServiceAccount',
    'metadata:',
    `  name: ${name}`,
    '  namespace: payments',
    ...more,
    '',
  ].join('\n');
}

const annotated = (key: string) => ['  annotations:', `    ${key}: ${ARN}`];

interface Wish {
  readonly name?: string;
  readonly runsAs?: string;
  readonly onPods?: boolean;
}

function deployment({ name = 'worker', runsAs, onPods = false }: Wish): string {
  return [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata:',
    `  name: ${name}`,
    '  namespace: payments',
    'spec:',
    '  template:',
    '    metadata:',
    '      labels: { app: worker }',
    ...(onPods ? ['      annotations:', `        ${KEY}: ${ARN}`] : []),
    '    spec:',
    ...(runsAs ? [`      serviceAccountName: ${runsAs}`] : []),
    '      containers:',
    '        - name: worker',
    '          image: worker',
    '',
  ].join('\n');
}

const base = {
  'base/kustomization.yaml': 'resources: [sa.yaml, deploy.yaml]\n',
  'base/sa.yaml': account(),
  'base/deploy.yaml': deployment({ runsAs: 'worker' }),
};

function overlay(...patch: readonly string[]): string {
  return ['resources: [../base]', 'patches:', ...patch, ''].join('\n');
}

function jsonPatch(kind: string, path: string): string {
  return overlay(
    `  - target: { kind: ${kind}, name: worker }`,
    '    patch: |-',
    '      - op: add',
    `        path: ${path}`,
    `        value: ${ARN}`,
  );
}

function firstCheck(files: Readonly<Record<string, string>>, name = 'worker') {
  const { analysis, workspace } = workspaceOf(files);
  analysis.refresh();
  const identity = identities(workspace).find((each) => each.name === name)!;
  const { results, symptom } = diagnose(ERROR, { files: fileEvidence(analysis, identity) });
  expect(symptom?.id).toBe('no-effect');
  const place = results.find(({ check }) => check.id === 'annotation-place')!;
  return { first: results[0]!, place: place.answer };
}

describe('an annotation without effect is named by the first check', () => {
  test.each<readonly [string, Readonly<Record<string, string>>, string, RegExp]>([
    [
      'misspelled on the account',
      { 'sa.yaml': account('worker', annotated('eks.amazonaws.com/rolearn')) },
      'sa.yaml:7',
      /'eks\.amazonaws\.com\/rolearn'/,
    ],
    [
      'on the pods that run as it',
      { 'sa.yaml': account(), 'deploy.yaml': deployment({ runsAs: 'worker', onPods: true }) },
      'deploy.yaml:11',
      /pod's template/,
    ],
    [
      'on pods that do not name it yet',
      { 'sa.yaml': account(), 'deploy.yaml': deployment({ onPods: true }) },
      'deploy.yaml:11',
      /pod's template/,
    ],
    [
      'on its namespace',
      {
        'sa.yaml': account(),
        'ns.yaml': ['apiVersion: v1', 'kind: Namespace', 'metadata:', '  name: payments', ...annotated(KEY), ''].join(
          '\n',
        ),
      },
      'ns.yaml:6',
      /a Namespace/,
    ],
    [
      'in a JSON patch of its workload',
      {
        ...base,
        'prod/kustomization.yaml': jsonPatch('Deployment', '/metadata/annotations/eks.amazonaws.com~1role-arn'),
      },
      'prod/kustomization.yaml:6',
      /a Deployment/,
    ],
    [
      'misspelled in a JSON patch of it',
      {
        ...base,
        'prod/kustomization.yaml': jsonPatch('ServiceAccount', '/metadata/annotations/eks.amazonaws.com~1rolearn'),
      },
      'prod/kustomization.yaml:6',
      /rolearn/,
    ],
    [
      'misspelled in a JSON patch that is a file',
      {
        ...base,
        'prod/kustomization.yaml': overlay(
          '  - target: { kind: ServiceAccount, name: worker }',
          '    path: patch.yaml',
        ),
        'prod/patch.yaml': [
          '- op: add',
          '  path: /metadata/annotations/eks.amazonaws.com~1rolearn',
          `  value: ${ARN}`,
          '',
        ].join('\n'),
      },
      'prod/patch.yaml:2',
      /rolearn/,
    ],
    [
      'misspelled in a patch of it',
      {
        ...base,
        'prod/kustomization.yaml': overlay('  - path: patch.yaml'),
        'prod/patch.yaml': account('worker', annotated('eks.amazonaws.com/rolearn')),
      },
      'prod/patch.yaml:7',
      /rolearn/,
    ],
    [
      'in a patch of its workload',
      {
        ...base,
        'prod/kustomization.yaml': overlay('  - path: patch.yaml'),
        'prod/patch.yaml': [
          'apiVersion: apps/v1',
          'kind: Deployment',
          'metadata:',
          '  name: worker',
          ...annotated(KEY),
          '',
        ].join('\n'),
      },
      'prod/patch.yaml:6',
      /a Deployment/,
    ],
  ])('%s', (_, files, source, text) => {
    const { first } = firstCheck(files);
    expect(first.check.id).toBe('annotation-place');
    expect(first.answer).toMatchObject({ state: 'failed', source });
    expect(first.answer.text).toMatch(text);
  });
});

describe('an annotation that is not meant for the account is not held against it', () => {
  test('on pods of another account', () => {
    const files = {
      'sa.yaml': account(),
      'deploy.yaml': deployment({ runsAs: 'worker' }),
      'other.yaml': account('other'),
      'others.yaml': deployment({ name: 'other', runsAs: 'other', onPods: true }),
    };
    expect(firstCheck(files).place.state).toBe('passed');
    expect(firstCheck(files, 'other').place).toMatchObject({ state: 'failed', source: 'others.yaml:11' });
  });
  test('on the namespace, where it has one of its own', () => {
    const files = {
      'sa.yaml': account('worker', annotated(KEY)),
      'ns.yaml': ['apiVersion: v1', 'kind: Namespace', 'metadata:', '  name: payments', ...annotated(KEY), ''].join(
        '\n',
      ),
    };
    expect(firstCheck(files).place.state).toBe('passed');
  });
  test('in a patch of another account', () => {
    const files = {
      ...base,
      'prod/kustomization.yaml': jsonPatch(
        'ServiceAccount',
        '/metadata/annotations/eks.amazonaws.com~1rolearn',
      ).replace('name: worker', 'name: other'),
    };
    expect(firstCheck(files).place.state).toBe('passed');
  });
});

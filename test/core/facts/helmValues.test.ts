import { describe, expect, it } from 'vitest';
import { readHelmReleases, readHelmValues } from '../../../src/core/facts/helmValues.js';
import { applyEdits, renameKey } from '../../../src/core/syntax/edits.js';
import { read, shown, typed } from './reading.js';

const ROLE = 'arn:aws:iam::111122223333:role/cart';
const section = `serviceAccount:
  create: true
  name: ""
  annotations:
    eks.amazonaws.com/role-arn: ${ROLE}
`;

describe('Helm values', () => {
  it('are known by name, chart, or an identity annotation', () => {
    for (const [text, file, chart, taken] of [
      ['a: b\n', 'charts/x/values.yaml', undefined, 1],
      ['a: b\n', 'values-prod.yaml', undefined, 1],
      ['a: b\n', 'env/prod.values.yml', undefined, 1],
      ['a: b\n', 'deploy/values/prod.yaml', undefined, 1],
      ['a: b\n', 'charts/x/prod.yaml', 'charts/x', 1],
      ['a: b\n', 'charts/x/templates/a.yaml', 'charts/x', 0],
      [section, 'prod.yaml', undefined, 1],
      [
        'releases:\n  - values:\n      - serviceAccount: { annotations: { eks.amazonaws.com/x: y } }\n',
        'helmfile.yaml',
        undefined,
        1,
      ],
      ['serviceAccount: { annotations: { iam.gke.io/x: y } }\n', 'prod.yaml', undefined, 0],
      ['a: b\n', 'a.yaml', undefined, 0],
      [`kind: X\n${section}`, 'values.yaml', undefined, 0],
    ] as const)
      expect([file, text, read(readHelmValues, text, file, chart).taken]).toEqual([file, text, taken]);
  });

  it('have service accounts at any depth', () => {
    const text = `${section}
server:
  serviceAccount: { name: server, labels: { eks.amazonaws.com/role-arn: x } }
serviceAccounts:
  one: { create: true, annotations: { eks.amazonaws.com/role-arn: x } }
  two: { name: two }
worker:
  serviceAccountAnnotations: { eks.amazonaws.com/role-arn: x }
broken:
  serviceAccount: { eks.amazonaws.com/role-arn: x }
`;
    const { serviceAccounts } = read(readHelmValues, text, 'charts/x/values.yaml', 'charts/x').facts;
    expect(
      serviceAccounts.map(({ metadata, chart }) => [
        shown(metadata.name),
        metadata.annotations.length,
        metadata.labels.length,
        metadata.others.length,
        chart,
      ]),
    ).toEqual([
      [undefined, 1, 0, 0, 'charts/x'],
      ['server', 0, 1, 0, 'charts/x'],
      [undefined, 1, 0, 0, 'charts/x'],
      ['two', 0, 0, 0, 'charts/x'],
      [undefined, 1, 0, 0, 'charts/x'],
      [undefined, 0, 0, 1, 'charts/x'],
    ]);
    expect(typed(text, serviceAccounts[0]?.metadata.annotations[0]?.value)).toBe(ROLE);
  });

  it('have pod annotations', () => {
    const { annotated } = read(
      readHelmValues,
      'a:\n  podAnnotations: { eks.amazonaws.com/role-arn: x }\n',
      'values.yaml',
    ).facts;
    expect(annotated.map(({ kind, metadata }) => [kind, metadata.annotations[0]?.key.raw])).toEqual([
      ['Pod', 'eks.amazonaws.com/role-arn'],
    ]);
  });

  it('have environment variables in every form', () => {
    const text = `env:
  - { name: AWS_ACCESS_KEY_ID, value: a }
  - { name: OTHER, value: b }
api:
  extraEnvVars: { AWS_SECRET_ACCESS_KEY: x }
  envFrom: [{ secretRef: { name: keys } }]
museum:
  env: { open: { A: b }, secret: { AWS_SECRET_ACCESS_KEY: c } }
plain:
  environment: production
  env: { A: b }
`;
    const { workloads } = read(readHelmValues, text, 'values.yaml').facts;
    expect(
      workloads.map(({ containers: [container] }) => [
        container?.env.map(({ name }) => name.raw).filter((name) => name.startsWith('AWS_')),
        container?.envFrom.map(({ name }) => name?.raw),
      ]),
    ).toEqual([
      [['AWS_ACCESS_KEY_ID'], []],
      [['AWS_SECRET_ACCESS_KEY'], ['keys']],
      [['AWS_SECRET_ACCESS_KEY'], []],
    ]);
  });

  it('have whole objects', () => {
    const { serviceAccounts } = read(
      readHelmValues,
      'extraObjects:\n  - { apiVersion: v1, kind: ServiceAccount, metadata: { name: cart } }\n',
      'values.yaml',
    ).facts;
    expect(serviceAccounts.map(({ source, metadata }) => [source, shown(metadata.name)])).toEqual([
      ['manifest', 'cart'],
    ]);
  });

  it('end where an alias turns back', () => {
    expect(
      read(readHelmValues, `a: &a\n  b: *a\n  c: [*a, *a]\n${section}`, 'values.yaml').facts.serviceAccounts,
    ).toHaveLength(1);
  });
});

describe('releases', () => {
  const indent = (by: number) => section.trimEnd().replace(/^/gm, ' '.repeat(by)).trimStart();
  it.each([
    ['Flux', `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n    ${indent(4)}\n`],
    [
      'Argo CD, object',
      `apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n      valuesObject:\n        ${indent(8)}\n`,
    ],
    [
      'Argo CD, text',
      `apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  sources:\n    - helm:\n        values: |\n          ${indent(10)}\n`,
    ],
    ['RKE', `apiVersion: helm.cattle.io/v1\nkind: HelmChart\nspec:\n  valuesContent: |-\n    ${indent(4)}\n`],
  ])('hold values: %s', (_name, text) => {
    const { facts, taken } = read(readHelmReleases, text);
    expect(taken).toBe(1);
    expect(typed(text, facts.serviceAccounts[0]?.metadata.annotations[0]?.value)).toBe(ROLE);
  });

  it('hold single parameters', () => {
    const text = String.raw`apiVersion: argoproj.io/v1alpha1
kind: Application
spec:
  source:
    helm:
      parameters:
        - name: image.tag
          value: x
        - name: "api.serviceAccount.annotations.eks\\.amazonaws\\.com/rolearn"
          value: arn:aws:iam::111122223333:role/cart
`;
    const { serviceAccounts } = read(readHelmReleases, text).facts;
    const { key, value } = serviceAccounts[0]!.metadata.annotations[0]!;
    expect(key.raw).toBe('eks.amazonaws.com/rolearn');
    expect(typed(text, value)).toBe(ROLE);
    expect(applyEdits(text, [renameKey({ key, value: undefined }, 'eks.amazonaws.com/role-arn')])).toBe(
      text.replace('rolearn', 'role-arn'),
    );
  });

  it('are no other kinds', () => {
    expect(read(readHelmReleases, 'apiVersion: v1\nkind: Pod\n').taken).toBe(0);
  });
});

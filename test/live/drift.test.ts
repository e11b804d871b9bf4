import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Analysis } from '../../src/core/analysis.js';
import { type Drift, findDrift } from '../../src/core/identity/drift.js';
import { compareAccount } from '../../src/core/identity/driftComparison.js';
import type { LiveView } from '../../src/core/identity/driftView.js';
import type { Edit } from '../../src/core/syntax/edits.js';
import type { LiveCluster } from '../../src/live/types.js';
import { loadHclForTests } from '../core/syntax/hclFixture.js';
import { never, open, type RunningDemo, runDemo } from './support.js';

const account = '111122223333';
const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`;

let demo: RunningDemo;
let cluster: LiveCluster;
let view: LiveView;

beforeAll(async () => {
  demo = await runDemo();
  cluster = await open(demo);
  await cluster.read(never());
  view = cluster.view()!;
  await loadHclForTests();
});

afterAll(async () => {
  cluster.close();
  await demo.stop();
});

function workspaceOf(files: Readonly<Record<string, string>>) {
  const analysis = new Analysis();
  for (const [file, text] of Object.entries(files)) analysis.setFile(file, text);
  analysis.refresh();
  return analysis;
}

function driftOf(files: Readonly<Record<string, string>>, live: LiveView = view): readonly Drift[] {
  return findDrift(workspaceOf(files).workspace(), live).drifts;
}

/** Without what the cluster has beside the files. */
function inFiles(files: Readonly<Record<string, string>>, live: LiveView = view) {
  return driftOf(files, live).filter(({ kind }) => kind !== 'account-only-live');
}

function said(drifts: readonly Drift[]): string[] {
  return drifts.map(({ kind, short }) => `${kind}: ${short}`);
}

function applied(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((changed, { start, end, newText }) => changed.slice(0, start) + newText + changed.slice(end), text);
}

/** Taking over what the cluster has leaves no difference of that kind. */
function pulled(file: string, text: string): string {
  const [drift] = inFiles({ [file]: text });
  expect(drift?.pull, drift?.message).toBeDefined();
  const after = applied(text, drift!.pull!.edits);
  expect(said(inFiles({ [file]: after }))).toEqual([]);
  return after;
}

function sa(namespace: string, name: string, role?: string): string {
  return [
    'apiVersion: v1',
    'kind: ServiceAccount',
    'metadata:',
    `  name: ${name}`,
    `  namespace: ${namespace}`,
    ...(role === undefined ? [] : ['  annotations:', `    eks.amazonaws.com/role-arn: ${role}`]),
    '',
  ].join('\n');
}

function association(fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(([key, value]) => `  ${key} = ${value}`);
  return ['resource "aws_eks_pod_identity_association" "this" {', ...lines, '}', ''].join('\n');
}

function liveRole(name: string, change: (text: string) => string = (text) => text): string {
  const document = change(cluster.trustPolicy(roleArn(name))!);
  return `${JSON.stringify(
    { Role: { Path: '/', RoleName: name, Arn: roleArn(name), AssumeRolePolicyDocument: JSON.parse(document) } },
    null,
    2,
  )}\n`;
}

describe('service accounts', () => {
  it('says nothing where file and cluster agree', () => {
    expect(said(inFiles({ 'a.yaml': sa('checkout', 'api', roleArn('checkout-api')) }))).toEqual([]);
    expect(said(inFiles({ 'a.yaml': sa('checkout', 'frontend') }))).toEqual([]);
  });

  it('tells another annotation, one that is missing and one that is too many, and pulls them', () => {
    const other = inFiles({ 'a.yaml': sa('checkout', 'api', roleArn('other')) });
    expect(other[0]).toMatchObject({
      kind: 'annotation',
      severity: 'warning',
      message: `In orders-prod, checkout/api is annotated with '${roleArn('checkout-api')}', in the file with '${roleArn('other')}'.`,
    });
    expect(pulled('a.yaml', sa('checkout', 'api', roleArn('other')))).toBe(
      sa('checkout', 'api', roleArn('checkout-api')),
    );
    expect(pulled('a.yaml', sa('checkout', 'api'))).toBe(sa('checkout', 'api', roleArn('checkout-api')));
    expect(pulled('a.yaml', sa('checkout', 'frontend', roleArn('x')))).toBe(sa('checkout', 'frontend'));
  });

  it('stands on the value, or on the name where there is none', () => {
    const at = (text: string) => {
      const { place } = inFiles({ 'a.yaml': text })[0]!;
      return text.slice(place!.start, place!.end);
    };
    expect(at(sa('checkout', 'api', roleArn('other')))).toBe(roleArn('other'));
    expect(at(sa('checkout', 'api'))).toBe('api');
  });

  it('tells what only one side has', () => {
    expect(said(inFiles({ 'a.yaml': sa('checkout', 'gone', roleArn('x')) }))).toEqual([
      'account-only-in-file: not in orders-prod',
    ]);
    const only = driftOf({ 'a.yaml': sa('checkout', 'api', roleArn('checkout-api')) });
    expect(only.map(({ namespace, name }) => `${namespace}/${name}`)).toContain('checkout/worker');
    expect(only.every(({ namespace }) => namespace === 'checkout')).toBe(true);
    const { manifest } = only.find(({ name }) => name === 'worker')!;
    expect(said(inFiles({ 'a.yaml': manifest!() }))).toEqual([]);
  });

  it('claims nothing of what was not read or is filled in by a template', () => {
    expect(said(inFiles({ 'a.yaml': sa('checkout', 'gone') }, { ...view, isListed: () => false }))).toEqual([]);
    expect(said(inFiles({ 'a.yaml': sa('checkout', 'api', '"{{ .Values.role }}"') }))).toEqual([]);
    expect(
      said(inFiles({ 'a.yaml': sa('checkout', 'api', 'arn:aws:iam::111122223333:role/{{ .Values.name }}') })),
    ).toEqual([]);
    expect(
      said(inFiles({ 'a.yaml': sa('checkout', 'api', 'arn:aws:iam::444455556666:role/{{ .Values.name }}') })),
    ).toHaveLength(1);
    const report = findDrift(workspaceOf({ 'a.yaml': sa('"{{ .Release.Namespace }}"', 'api') }).workspace(), view);
    expect(report).toMatchObject({ compared: 0, notCompared: 1, drifts: [] });
  });

  it('lets one of several environments agree', () => {
    expect(
      said(
        inFiles({
          'staging/a.yaml': sa('checkout', 'api', roleArn('staging-api')),
          'prod/a.yaml': sa('checkout', 'api', roleArn('checkout-api')),
        }),
      ),
    ).toEqual([]);
  });
});

describe('associations', () => {
  const right = {
    cluster_name: '"orders-prod"',
    namespace: '"reports"',
    service_account: '"warehouse"',
    role_arn: `"${roleArn('reports-warehouse')}"`,
    target_role_arn: '"arn:aws:iam::444455556666:role/warehouse-reader"',
  };
  const target = () => view.accounts.get('reports/warehouse')!.association!.targetRoleArn!;

  it('says nothing where they agree, or where the file is for another cluster', () => {
    expect(said(inFiles({ 'a.tf': association({ ...right, target_role_arn: `"${target()}"` }) }))).toEqual([]);
    expect(
      said(
        inFiles({ 'a.tf': association({ ...right, cluster_name: '"staging"', role_arn: '"arn:aws:iam::1:role/x"' }) }),
      ),
    ).toEqual([]);
    expect(
      said(inFiles({ 'a.tf': association({ ...right, target_role_arn: `"${target()}"`, role_arn: 'var.role' }) })),
    ).toEqual([]);
  });

  it('tells each field that differs, and pulls it', () => {
    const text = association({
      ...right,
      role_arn: `"${roleArn('old')}"`,
      target_role_arn: `"${target()}"`,
      disable_session_tags: 'true',
    });
    const drifts = inFiles({ 'a.tf': text });
    expect(said(drifts)).toEqual([
      'association: role: orders-prod has reports-warehouse',
      'association: disabled session tags: orders-prod has false',
    ]);
    const after = applied(
      text,
      drifts.flatMap(({ pull }) => pull!.edits),
    );
    expect(said(inFiles({ 'a.tf': after }))).toEqual([]);
  });

  it('tells one that only the file has, and one that only the cluster has', () => {
    const text = association({ ...right, namespace: '"checkout"', service_account: '"frontend"' });
    expect(said(inFiles({ 'a.tf': text }))).toEqual(['association-only-in-file: no association in orders-prod']);
    expect(said(inFiles({ 'a.tf': text }, { ...view, associationsKnown: false }))).toEqual([]);
    expect(said(inFiles({ 'a.yaml': sa('reports', 'warehouse') }))).toEqual([
      'association-only-live: association a-warehouse000000001 is not in the files',
    ]);
  });
});

describe('trust policies', () => {
  it('says nothing of order, lists of one and case', () => {
    expect(said(inFiles({ 'role.json': liveRole('checkout-api') }))).toEqual([]);
    const reworded = liveRole('checkout-api', (text) =>
      text
        .replace('"sts:AssumeRoleWithWebIdentity"', '["STS:assumeRoleWithWebIdentity"]')
        .replace('"StringEquals"', '"stringequals"'),
    );
    expect(said(inFiles({ 'role.json': reworded }))).toEqual([]);
  });

  it('tells who is let in by one and not by the other, and pulls the policy', () => {
    const text = liveRole('checkout-worker', (live) => live.replace('wrker', 'worker'));
    const [drift] = inFiles({ 'role.json': text });
    expect(drift).toMatchObject({
      kind: 'trust-policy',
      severity: 'warning',
      roleArn: roleArn('checkout-worker'),
      message:
        "The trust policy of 'checkout-worker' means something else in AWS: checkout/worker is denied there and allowed by the file.",
    });
    expect(pulled('role.json', text)).toBe(liveRole('checkout-worker'));
  });

  it('tells another wording with the same verdicts as information', () => {
    const wider = liveRole('checkout-api', (live) => {
      const policy = JSON.parse(live) as { Statement: unknown[] };
      policy.Statement.push({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' });
      return JSON.stringify(policy);
    });
    expect(inFiles({ 'role.json': wider })).toMatchObject([
      {
        severity: 'information',
        message: expect.stringMatching(/same verdict .* Only the file says: Allow Principal \[Service:ec2/),
      },
    ]);
  });

  it('leaves references of the file alone', () => {
    const tf = `resource "aws_iam_role" "worker" {
  name               = "checkout-worker"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.this.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
    }]
  })
}
`;
    expect(inFiles({ 'main.tf': tf }).every(({ pull }) => pull === undefined)).toBe(true);
  });
});

describe('comparison', () => {
  it('is the same text where nothing differs, and shows what does', () => {
    const files = {
      'a.yaml': sa('checkout', 'worker', roleArn('checkout-worker')),
      'role.json': liveRole('checkout-worker'),
    };
    const same = compareAccount(workspaceOf(files).workspace(), view, 'checkout', 'worker');
    expect(same.file).toBe(same.live);
    const changed = { ...files, 'role.json': liveRole('checkout-worker', (text) => text.replace('wrker', 'worker')) };
    const { file, live } = compareAccount(workspaceOf(changed).workspace(), view, 'checkout', 'worker');
    expect(file.replace('checkout:worker', 'checkout:wrker')).toBe(live);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterSnapshot, LiveCluster } from '../../src/live/types.js';
import { never, open, type RunningDemo, rowOf, runDemo, snapshotOf } from './support.js';

let demo: RunningDemo;
let cluster: LiveCluster;
let snapshot: ClusterSnapshot;

beforeAll(async () => {
  demo = await runDemo();
  cluster = await open(demo);
  snapshot = await cluster.read(never());
});

afterAll(async () => {
  cluster.close();
  await demo.stop();
});

describe('the demo cluster', () => {
  it('says which cluster, whose eyes, and that nothing but the planted is missing', () => {
    const { name, region, account, kind } = snapshot;
    expect({ name, region, account, kind }).toEqual({
      name: 'orders-prod',
      region: 'eu-west-1',
      account: '111122223333',
      kind: 'eks',
    });
    expect(snapshot.callerAws).toEqual({ known: true, value: demo.scenario.caller.arn });
    expect(snapshot.callerKubernetes).toEqual({ known: true, value: 'engineer' });
    expect(snapshot.failures.map(({ what, reason }) => `${what}: ${reason}`)).toEqual([
      'iam:GetRole orders-exporter: forbidden',
    ]);
  });

  it('gives a right verdict for every service account', () => {
    const sort = (a: { account: string }, b: { account: string }) => (a.account < b.account ? -1 : 1);
    const got = snapshot.serviceAccounts.map((row) => ({
      account: `${row.namespace}/${row.name}`,
      mechanism: row.mechanism,
      roleArn: row.roleArn,
      trust: row.trust,
      status: row.status,
      stale: row.pods.stale,
      missing: demo.scenario.serviceAccounts
        .find(({ namespace, name }) => namespace === row.namespace && name === row.name)
        ?.expected.rules?.filter((rule) => !row.findings.some(({ ruleId }) => ruleId === rule)),
    }));
    const wanted = demo.scenario.serviceAccounts.map(({ namespace, name, expected }) => ({
      account: `${namespace}/${name}`,
      mechanism: expected.mechanism,
      roleArn: expected.roleArn,
      trust: expected.trust,
      status: expected.status,
      stale: expected.stalePods ?? 0,
      missing: expected.rules && [],
    }));
    expect(got.sort(sort)).toEqual(wanted.sort(sort));
  });

  it('names the exact difference where trust denies', () => {
    expect(rowOf(snapshot, 'checkout/worker').trustDetail?.nearestMiss).toBe("'wrker' ≠ 'worker'");
    expect(rowOf(snapshot, 'payments/refunds').summary).toBe("trust denies: namespace 'payment' ≠ 'payments'");
  });

  it('finds what concerns the cluster as a whole', () => {
    expect(snapshot.findings.map(({ ruleId, object }) => `${ruleId} ${object}`)).toEqual([
      'node-open-imds ng-default',
      'node-open-imds ng-windows',
      'association-unknown-service-account a-tempo0000000000001',
    ]);
  });

  it('explains the chain', () => {
    const text = cluster.explain('checkout', 'worker')?.text ?? '';
    expect(text).toMatch(/^checkout\/worker → arn:aws:iam::111122223333:role\/checkout-worker {4}DENIED\n/);
    expect(text).toContain('sub system:serviceaccount:checkout:worker');
    expect(text).toMatch(/…:sub.*StringEquals {2}system:serviceaccount:checkout:wrker {2}✗/);
    expect(text).toMatch(/…:aud.*sts\.amazonaws\.com {2}✓/);
  });

  it("hands out a role's trust policy, indented", () => {
    const policy = cluster.trustPolicy('arn:aws:iam::111122223333:role/checkout-worker') ?? '';
    expect(policy.split('\n').length).toBeGreaterThan(10);
    expect(JSON.parse(policy).Statement).toHaveLength(1);
  });

  it('makes each call once', async () => {
    demo.requests.entries.length = 0;
    await snapshotOf(demo);
    const counts = demo.requests.counts();
    const associations = demo.scenario.associations.length;
    expect(counts['eks DescribePodIdentityAssociation']).toBe(associations);
    const subjects = demo.requests.entries
      .filter(({ operation }) => operation === 'GetRole')
      .map(({ subject }) => subject);
    expect(new Set(subjects).size).toBe(subjects.length);
    for (const operation of ['kubernetes list serviceaccounts', 'kubernetes list pods', 'kubernetes list nodes']) {
      expect(counts[operation], operation).toBe(1);
    }
    expect(counts['kubernetes list namespaces']).toBeUndefined();
  });

  it('reads one namespace only when asked', async () => {
    demo.requests.entries.length = 0;
    const one = await snapshotOf(demo, { namespace: 'payments' });
    expect(new Set(one.serviceAccounts.map(({ namespace }) => namespace))).toEqual(new Set(['payments']));
    expect(rowOf(one, 'payments/ledger').trust).toBe('denied');
    expect(demo.requests.count('GetRole', 'checkout-api')).toBe(0);
  });

  it('reads namespace by namespace where nothing may be listed over all', async () => {
    const seen = await snapshotOf(demo, { context: 'orders-prod-readonly' });
    expect(seen.serviceAccounts.filter(({ namespace }) => namespace === 'checkout')).toHaveLength(4);
    expect(rowOf(seen, 'checkout/worker').trust).toBe('denied');
    expect(seen.failures.map(({ what, reason }) => `${what}: ${reason}`)).toContain('list serviceaccounts: forbidden');
    // Associations name accounts of namespaces that may not be listed: shown, and never as fine.
    expect(rowOf(seen, 'payments/api').status).toBe('unknown');
  });

  it('shows the AWS half where the cluster refuses the sign-in, without a second try', async () => {
    demo.requests.entries.length = 0;
    const seen = await snapshotOf(demo, { context: 'orders-prod-signed-out' });
    expect(demo.requests.entries.filter(({ service }) => service === 'kubernetes')).toHaveLength(1);
    expect(seen.listed).toBe(false);
    expect(seen.failures.map(({ reason }) => reason)).toEqual(['unauthenticated']);
    expect(seen.issuer).toBeDefined();
    expect(seen.serviceAccounts.some(({ status }) => status === 'ok')).toBe(false);
  });

  it('asks a cluster that is not there once', async () => {
    const seen = await snapshotOf(demo, { context: 'staging' });
    expect(seen.failures.map(({ reason }) => reason)).toEqual(['unreachable']);
    expect(seen.serviceAccounts).toEqual([]);
  });

  it('shows the Kubernetes half without AWS credentials', async () => {
    const { AWS_ACCESS_KEY_ID: id, HOME: home } = process.env;
    delete process.env.AWS_ACCESS_KEY_ID;
    process.env.HOME = '/nonexistent';
    try {
      const seen = await snapshotOf(demo);
      expect(seen.failures.map(({ what, reason }) => `${what}: ${reason}`)).toEqual([
        'sts:GetCallerIdentity: unauthenticated',
      ]);
      expect(seen.serviceAccounts).toHaveLength(snapshot.serviceAccounts.length);
      expect(seen.serviceAccounts.some(({ status }) => status === 'ok')).toBe(false);
      // Its pods show Pod Identity, so it is that, whatever the role may be.
      expect(rowOf(seen, 'payments/api')).toMatchObject({
        mechanism: 'pod-identity',
        status: 'unknown',
        trust: 'unknown',
      });
    } finally {
      process.env.AWS_ACCESS_KEY_ID = id;
      if (home === undefined) delete process.env.HOME;
      else process.env.HOME = home;
    }
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoServers, startDemo } from '../../src/demo/startDemo.js';
import { openCluster } from '../../src/live/main.js';
import type { ClusterSnapshot, LiveCluster } from '../../src/live/types.js';

let directory: string;
let demo: DemoServers;
const before = { ...process.env };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pod-iam-live-'));
  demo = await startDemo({ directory });
  Object.assign(process.env, demo.env);
});

afterAll(async () => {
  await demo.close();
  process.env = before;
  await rm(directory, { recursive: true, force: true });
});

async function open(context?: string, namespace?: string): Promise<LiveCluster> {
  const opened = await openCluster({
    kubeconfig: demo.kubeconfig,
    timeoutMs: 10_000,
    ...(context === undefined ? {} : { context }),
    ...(namespace === undefined ? {} : { namespace }),
  });
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value;
}

const never = () => new AbortController().signal;

describe('the demo cluster', () => {
  let snapshot: ClusterSnapshot;
  let cluster: LiveCluster;

  beforeAll(async () => {
    cluster = await open();
    snapshot = await cluster.read(never());
  });
  afterAll(() => cluster.close());

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
    const sort = (a: { account: string }, b: { account: string }) => (a.account < b.account ? -1 : 1);
    expect(got.sort(sort)).toEqual(wanted.sort(sort));
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateScenario } from '../../src/demo/generateScenario.js';
import type { ClusterSnapshot, LiveCluster, ServiceAccountIdentity } from '../../src/live/types.js';
import { never, open, type RunningDemo, rowOf, runDemo, until } from './support.js';

/** Small enough for each run of the tests, and large enough that everything has several pages. */
const SIZE = { serviceAccounts: 1_100, pods: 2_300, associations: 450, roles: 90, namespaces: 12 };
const PAGES = { serviceAccounts: 3, pods: 5, associations: 5 };
/** whoami, version, issuer, nodes, caller, cluster, node groups and their templates, Fargate, add-on, provider. */
const CONSTANT = 15;

let demo: RunningDemo;
let cluster: LiveCluster;
let first: ClusterSnapshot;
const partial: ClusterSnapshot[] = [];
let calls: Readonly<Record<string, number>>;

beforeAll(async () => {
  demo = await runDemo({ scenario: generateScenario(SIZE) });
  cluster = await open(demo);
  first = await cluster.read(never(), (snapshot) => partial.push(snapshot));
  calls = demo.requests.counts();
}, 60_000);
afterAll(async () => {
  cluster.close();
  await demo.stop();
});

function answersOf(snapshot: ClusterSnapshot) {
  return snapshot.serviceAccounts.map((row) => [
    `${row.namespace}/${row.name}`,
    row.mechanism,
    row.roleArn,
    row.trust,
    row.status,
    row.pods.total,
    row.pods.stale,
    row.findings.map(({ ruleId }) => ruleId),
  ]);
}

describe('a generated cluster', () => {
  it('is right in every row', () => {
    const { serviceAccounts, workloads } = demo.scenario;
    const pods = new Map(
      workloads.map((workload) => [`${workload.namespace}/${workload.serviceAccount}`, workload.pods.length]),
    );
    const wanted = serviceAccounts.map(({ namespace, name, expected }) => ({
      account: `${namespace}/${name}`,
      mechanism: expected.mechanism,
      roleArn: expected.roleArn,
      trust: expected.trust,
      status: expected.status,
      pods: pods.get(`${namespace}/${name}`) ?? 0,
      stale: expected.stalePods ?? 0,
      missing: [],
    }));
    const got = first.serviceAccounts.map((row, index) => ({
      account: `${row.namespace}/${row.name}`,
      mechanism: row.mechanism,
      roleArn: row.roleArn,
      trust: row.trust,
      status: row.status,
      pods: row.pods.total,
      stale: row.pods.stale,
      missing: (expectedOf(row)?.rules ?? []).filter((rule) => !row.findings.some(({ ruleId }) => ruleId === rule)),
      index,
    }));
    // Sorted, and each once.
    expect(got.map(({ account }) => account)).toEqual(wanted.map(({ account }) => account).sort());
    const byAccount = new Map(wanted.map((one) => [one.account, one]));
    for (const { index: _, ...row } of got) expect(row).toEqual(byAccount.get(row.account));
    expect(first.failures).toEqual([]);
    expect(first.complete).toBe(true);
  });

  it('takes no more calls than pages, distinct roles and associations, and a constant', () => {
    expect(calls['kubernetes list serviceaccounts']).toBe(PAGES.serviceAccounts);
    expect(calls['kubernetes list pods']).toBe(PAGES.pods);
    expect(calls['eks ListPodIdentityAssociations']).toBe(PAGES.associations);
    expect(calls['eks DescribePodIdentityAssociation']).toBe(SIZE.associations);
    expect(calls['iam GetRole']).toBeLessThanOrEqual(SIZE.roles);
    const all = Object.values(calls).reduce((sum, count) => sum + count, 0);
    const pages = PAGES.serviceAccounts + PAGES.pods + PAGES.associations;
    expect(all).toBeLessThanOrEqual(pages + SIZE.roles + SIZE.associations + CONSTANT);
  });

  it('shows rows of the first page before it reads the bulk', () => {
    const [rows] = partial;
    expect(rows?.serviceAccounts.length).toBeGreaterThan(0);
    expect(rows?.complete).toBe(false);
    // Nothing that waits is shown as fine.
    expect(rows?.serviceAccounts.filter(({ pending, status }) => pending && status === 'ok')).toEqual([]);
    const before = demo.requests.entries.findIndex(({ operation }) => operation === 'list pods');
    expect(demo.requests.entries.slice(0, before).some(({ operation }) => operation === 'list serviceaccounts')).toBe(
      true,
    );
  });

  it('says the same after a refresh, by the same calls', async () => {
    demo.requests.clear();
    const again = await cluster.read(never());
    expect(answersOf(again)).toEqual(answersOf(first));
    expect(demo.requests.counts()).toEqual(calls);
  });

  it('follows many changes of pods, each pod counted once', async () => {
    let seen: ClusterSnapshot | undefined;
    const stop = new AbortController();
    const watching = cluster.watch(stop.signal, (snapshot) => {
      seen = snapshot;
    });
    await until(() => demo.requests.count('watch pods') > 0, 'the watch');
    const pods = demo.store.collection('pods');
    const all = pods.all();
    const lists = demo.requests.count('list pods');
    for (let change = 0; change < 3_000; change++) {
      const { key, object } = all[(change * 7919) % all.length]!;
      pods.put(key, { ...object, metadata: { ...object.metadata, labels: { change: String(change) } } });
    }
    // The last change is seen, so all before it were.
    const { key, object } = all[0]!;
    const account = object.spec as { serviceAccountName: string };
    const row = `${object.metadata.namespace}/${account.serviceAccountName}`;
    const before = rowOf(cluster.current, row).pods.total;
    pods.put(`${key}-more`, { ...object, metadata: { ...object.metadata, name: `${object.metadata.name}-more` } });
    await until(() => seen !== undefined && rowOf(seen, row).pods.total === before + 1, 'the last change');
    stop.abort();
    await watching;
    const total = (snapshot: ClusterSnapshot) => snapshot.serviceAccounts.reduce((sum, one) => sum + one.pods.total, 0);
    expect(total(seen!)).toBe(total(first) + 1);
    expect(demo.requests.count('list pods')).toBe(lists);
  }, 30_000);
});

function expectedOf(row: ServiceAccountIdentity) {
  return demo.scenario.serviceAccounts.find(({ namespace, name }) => namespace === row.namespace && name === row.name)
    ?.expected;
}

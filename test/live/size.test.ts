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

  describe('watched', () => {
    const stop = new AbortController();
    let seen: ClusterSnapshot | undefined;
    let states = 0;
    let watching: Promise<void>;

    beforeAll(async () => {
      watching = cluster.watch(stop.signal, (snapshot) => {
        seen = snapshot;
        states++;
      });
      await until(() => demo.requests.count('watch pods') > 0, 'the watch');
    });
    afterAll(async () => {
      stop.abort();
      await watching;
    });

    const pods = () => demo.store.collection('pods');
    const accountOf = (object: { metadata: { namespace?: string }; spec?: unknown }) =>
      `${object.metadata.namespace}/${(object.spec as { serviceAccountName: string }).serviceAccountName}`;

    /** One pod more for the first account: once it is seen, so is everything before it. */
    let more = 0;
    async function untilSeen(): Promise<string> {
      const { key, object } = pods().all()[0]!;
      const account = accountOf(object);
      const total = rowOf(cluster.current, account).pods.total;
      const suffix = `more-${more++}`;
      pods().put(`${key}-${suffix}`, {
        ...object,
        metadata: { ...object.metadata, name: `${object.metadata.name}-${suffix}` },
      });
      await until(() => seen !== undefined && rowOf(seen, account).pods.total === total + 1, 'the last change');
      return account;
    }

    /** Accounts whose rows are not the same objects as before. */
    function judgedAnew(before: ClusterSnapshot): string[] {
      const rows = new Set(before.serviceAccounts);
      return seen!.serviceAccounts.flatMap((row) => (rows.has(row) ? [] : [`${row.namespace}/${row.name}`]));
    }

    const totalOf = (snapshot: ClusterSnapshot) =>
      snapshot.serviceAccounts.reduce((sum, row) => sum + row.pods.total, 0);

    it('judges no row anew for changes that no row is made of', async () => {
      const before = cluster.current!;
      const all = pods().all();
      for (let change = 0; change < 3_000; change++) {
        const { key, object } = all[(change * 7919) % all.length]!;
        const labels = { ...object.metadata.labels, change: String(change) };
        pods().put(key, { ...object, metadata: { ...object.metadata, labels } });
      }
      const account = await untilSeen();
      expect(judgedAnew(before)).toEqual([account]);
    }, 30_000);

    it('judges anew exactly the rows whose pods have changed, however often they did', async () => {
      const before = cluster.current!;
      const statesBefore = states;
      const total = totalOf(before);
      const all = pods().all();
      const changed = new Set<string>();
      for (let change = 0; change < 3_000; change++) {
        const { key } = all[(change % 100) * 17]!;
        const { object } = pods().get(key)!;
        changed.add(accountOf(object));
        // Each ends as Pending, which is not what it was.
        const phase = change % 200 < 100 && change < 2_900 ? 'Running' : 'Pending';
        pods().put(key, { ...object, status: { ...(object.status as object), phase } });
      }
      changed.add(await untilSeen());
      expect(judgedAnew(before).sort()).toEqual([...changed].sort());
      expect(totalOf(seen!)).toBe(total + 1);
      // Thousands of changes are not thousands of states to draw.
      expect(states - statesBefore).toBeLessThan(100);
    }, 30_000);

    it('after the server has forgotten takes the new list, and judges anew what is different in it', async () => {
      const before = cluster.current!;
      const lists = demo.requests.count('list pods');
      const all = pods().all();
      const gone = all.at(-1)!;
      demo.kubernetes.endWatches();
      pods().delete(gone.key);
      demo.store.compact();
      await until(() => demo.requests.count('list pods') > lists, 'the list');
      const account = await untilSeen();
      const without = accountOf(gone.object);
      await until(
        () => rowOf(seen!, without).pods.total === rowOf(before, without).pods.total - 1,
        'the deleted pod to go',
      );
      expect(judgedAnew(before).sort()).toEqual([account, without].sort());
    }, 30_000);
  });
});

function expectedOf(row: ServiceAccountIdentity) {
  return demo.scenario.serviceAccounts.find(({ namespace, name }) => namespace === row.namespace && name === row.name)
    ?.expected;
}

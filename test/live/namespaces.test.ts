import { afterEach, describe, expect, it } from 'vitest';
import { ordersProd } from '../../src/demo/scenario.js';
import type { Scenario } from '../../src/demo/scenarioTypes.js';
import type { ClusterSnapshot, LiveCluster } from '../../src/live/types.js';
import { never, open, type RunningDemo, rowOf, runDemo, until } from './support.js';

/** Lists and watches of all namespaces are refused, and those of all namespaces but some. */
function seenBy(readable: readonly string[], namespacesListed: boolean): Scenario {
  const hidden = ordersProd.namespaces.filter((namespace) => !readable.includes(namespace));
  const denied = [
    { verbs: ['list', 'watch'], resources: ['serviceaccounts', 'pods'], namespaces: ['', ...hidden] },
    ...(namespacesListed ? [] : [{ verbs: ['list', 'watch'], resources: ['namespaces'] }]),
  ];
  return { ...ordersProd, users: ordersProd.users.map((user) => ({ ...user, denied })) };
}

let demo: RunningDemo;
let cluster: LiveCluster;
const stop = new AbortController();

afterEach(async () => {
  cluster.close();
  await demo.stop();
});

const namespacesOf = (snapshot: ClusterSnapshot) =>
  [...new Set(snapshot.serviceAccounts.map(({ namespace }) => namespace))].sort();

/** By the server's own hand, as somebody else would. */
function annotate(key: string, value: string): void {
  const accounts = demo.store.collection('serviceaccounts');
  const { object } = accounts.get(key)!;
  accounts.put(key, {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...object.metadata.annotations, 'eks.amazonaws.com/role-arn': value },
    },
  });
}

describe('where all namespaces may not be read at once', () => {
  it('those that may be are read, and the others say why not', async () => {
    demo = await runDemo({ scenario: seenBy(['checkout', 'orders'], true) });
    cluster = await open(demo);
    const snapshot = await cluster.read(never());
    expect(namespacesOf(snapshot)).toEqual(expect.arrayContaining(['checkout', 'orders']));
    expect(snapshot.namespacesUnread.map(({ namespace }) => namespace)).toEqual(
      ordersProd.namespaces.filter((namespace) => !['checkout', 'orders'].includes(namespace)).sort(),
    );
    expect(new Set(snapshot.namespacesUnread.map(({ why }) => why.replace(/ in .*/, '')))).toEqual(
      new Set(['list serviceaccounts']),
    );
    expect(rowOf(snapshot, 'checkout/api')).toMatchObject({ status: 'ok', unknown: [] });
  });

  it('are followed, each on its own, and an end of history lists that one anew', async () => {
    demo = await runDemo({ scenario: seenBy(['checkout', 'orders'], true), bookmarkMilliseconds: 200 });
    cluster = await open(demo);
    await cluster.read(never());
    let seen: ClusterSnapshot | undefined;
    const watching = cluster.watch(stop.signal, (snapshot) => {
      seen = snapshot;
    });
    await until(() => demo.kubernetes.openWatches === 4, 'a watch for each of two namespaces and resources');
    annotate('checkout/frontend', 'arn:aws:iam::111122223333:role/checkout-api');
    await until(
      () => seen?.serviceAccounts.some((row) => row.name === 'frontend' && row.mechanism === 'irsa') === true,
      'the annotation',
    );
    demo.requests.clear();
    demo.kubernetes.expireWatches();
    await until(() => demo.requests.count('list serviceaccounts') === 2, 'the lists of both');
    expect(demo.requests.entries.filter(({ path }) => /^\/api\/v1\/(?:serviceaccounts|pods)/.test(path))).toEqual([]);
    // Listing one anew takes nothing from the other.
    await until(() => demo.kubernetes.openWatches === 4, 'the watches again');
    expect(namespacesOf(seen!)).toEqual(expect.arrayContaining(['checkout', 'orders']));
    stop.abort();
    await watching;
  });

  it('and their names neither: those of the context, of associations and of the person are tried', async () => {
    demo = await runDemo({ scenario: seenBy(['checkout', 'orders'], false) });
    cluster = await open(demo, { context: 'orders-prod-readonly', namespaces: ['orders', 'platform'] });
    const snapshot = await cluster.read(never());
    expect(namespacesOf(snapshot)).toEqual(expect.arrayContaining(['checkout', 'orders']));
    const unread = snapshot.namespacesUnread.map(({ namespace }) => namespace);
    expect(unread).toEqual(expect.arrayContaining(['*', 'payments', 'platform']));
    expect(unread).not.toContain('orders');
    expect(snapshot.listed).toBe(true);
    const tried = demo.requests.entries.filter(({ operation }) => operation === 'list serviceaccounts');
    expect(new Set(tried.map(({ path }) => path)).size).toBe(tried.length);
  });
});

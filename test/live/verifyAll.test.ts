import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiveCluster, VerifyBatchResult } from '../../src/live/types.js';
import { graver, verifyEach } from '../../src/live/verifyAll.js';
import { never, open, type RunningDemo, rowOf, runDemo } from './support.js';

let demo: RunningDemo;
let cluster: LiveCluster;

beforeEach(async () => {
  demo = await runDemo();
  cluster = await open(demo);
  await cluster.read(never());
  demo.requests.clear();
});
afterEach(async () => {
  cluster.close();
  await demo.stop();
});

const minting = ['create serviceaccounts/token', 'AssumeRoleWithWebIdentity', 'AssumeRoleForPodIdentity'];
const nameOf = ({ namespace, name }: { namespace: string; name: string }) => `${namespace}/${name}`;

describe('verifying many', () => {
  it('plans without asking anybody, and says what is minted and how often', () => {
    const plan = cluster.planVerifyAll({}, ['mint']);
    const irsa = plan.targets.filter(({ how }) => how === 'web-identity').length;
    const pod = plan.targets.filter(({ how }) => how === 'pod-identity').length;
    expect(irsa).toBeGreaterThan(5);
    expect(pod).toBeGreaterThan(3);
    expect(plan.steps).toEqual([
      expect.stringMatching(new RegExp(`^${irsa} times: .*AssumeRoleWithWebIdentity`)),
      expect.stringMatching(new RegExp(`^${pod} times: .*AssumeRoleForPodIdentity`)),
      expect.stringContaining(`${irsa + pod} tokens are minted`),
      '4 at a time at most, fewer where AWS throttles',
    ]);
    // Nobody is lost between those that are verified and those that are not.
    expect([...plan.targets, ...plan.left].map(nameOf).sort()).toEqual(
      demo.scenario.serviceAccounts
        .map(nameOf)
        .concat('monitoring/tempo')
        .filter((key) => rowExists(key))
        .sort(),
    );
    expect(plan.left).toContainEqual({
      namespace: 'checkout',
      name: 'frontend',
      why: 'checkout/frontend has no role of its own.',
    });
    expect(demo.requests.entries).toEqual([]);
  });

  const rowExists = (key: string) => cluster.current?.serviceAccounts.some((row) => nameOf(row) === key) === true;

  it.each([['mint'], ['exec']] as const)('agrees with one by one for all of the cluster, by %s', async (way) => {
    const plan = cluster.planVerifyAll({}, [way]);
    const told: VerifyBatchResult[] = [];
    const results = await cluster.verifyAll(plan, never(), (result) => told.push(result));
    expect(results.map(nameOf)).toEqual(plan.targets.map(nameOf));
    expect(new Set(told)).toEqual(new Set(results));
    for (const { namespace, name, identity } of results) {
      const record = demo.scenario.serviceAccounts.find((each) => each.namespace === namespace && each.name === name);
      if (way === 'mint')
        expect(identity.verdict, `${namespace}/${name}: ${identity.message}`).toBe(
          record?.expected.refusal === undefined ? 'as-expected' : 'refused',
        );
      else {
        // An image without `aws` answers nothing; a pod that answers another is what this way is for.
        const inOrder = record?.expected.status === 'ok' && record.expected.trust === 'allowed';
        if (inOrder) expect(['as-expected', 'unknown'], `${namespace}/${name}`).toContain(identity.verdict);
        expect(identity.how).toBe('exec');
      }
      expect(rowOf(cluster.current, `${namespace}/${name}`).callerIdentity).toEqual(identity);
    }
    // One token for each, and nothing twice.
    const count = plan.targets.filter(({ how }) => how !== 'exec').length;
    expect(demo.requests.count('create serviceaccounts/token')).toBe(count);
  });

  it('does a namespace, and both ways, and then the row shows the graver of two answers', async () => {
    const plan = cluster.planVerifyAll({ namespace: 'payments' }, ['mint', 'exec']);
    expect(new Set(plan.targets.map(({ namespace }) => namespace))).toEqual(new Set(['payments']));
    const of = (name: string) => plan.targets.filter((target) => target.name === name).map(({ how }) => how);
    expect(of('api')).toEqual(['pod-identity', 'exec']);
    const results = await cluster.verifyAll(plan, never());
    expect(results).toHaveLength(plan.targets.length);
    expect(rowOf(cluster.current, 'payments/api').callerIdentity.verdict).toBe('as-expected');
    expect(rowOf(cluster.current, 'payments/ledger').callerIdentity.verdict).toBe('refused');
  });

  it('waits where AWS throttles, for all, and loses none', async () => {
    demo.faults.add({ operation: 'AssumeRoleForPodIdentity', effect: { kind: 'throttle' }, times: 3 });
    const plan = cluster.planVerifyAll({ namespace: 'payments' }, ['mint']);
    const results = await cluster.verifyAll(plan, never());
    expect(results.map(({ identity }) => identity.verdict)).not.toContain('unknown');
    const pods = plan.targets.filter(({ how }) => how === 'pod-identity').length;
    expect(demo.requests.count('AssumeRoleForPodIdentity')).toBe(pods + 3);
  });

  it('is stopped at once, keeps what it has, and mints nothing after', async () => {
    const stop = new AbortController();
    const plan = cluster.planVerifyAll({}, ['mint']);
    const results = await cluster.verifyAll(plan, stop.signal, (_result, done) => {
      if (done === 3) stop.abort(new Error('enough'));
    });
    expect(results.length).toBeGreaterThanOrEqual(3);
    expect(results.length).toBeLessThan(plan.targets.length);
    await new Promise((resolve) => setTimeout(resolve, 50));
    // Those that were under way, and no more.
    for (const operation of minting) expect(demo.requests.count(operation)).toBeLessThanOrEqual(results.length + 4);
    for (const { namespace, name, identity } of results)
      expect(rowOf(cluster.current, `${namespace}/${name}`).callerIdentity).toEqual(identity);
  });

  it('goes on where one fails, and says why there', async () => {
    demo.faults.add({
      operation: 'create serviceaccounts/token',
      subject: 'payments/api',
      effect: { kind: 'error', status: 403, code: 'Forbidden', message: 'no' },
    });
    const results = await cluster.verifyAll(cluster.planVerifyAll({ namespace: 'payments' }, ['mint']), never());
    expect(results.find(({ name }) => name === 'api')?.identity).toMatchObject({
      verdict: 'unknown',
      message: expect.stringContaining('request token for payments/api'),
    });
    expect(results.find(({ name }) => name === 'settlement')?.identity.verdict).toBe('as-expected');
  });
});

it('of two answers shows a difference first, and an answer before none', () => {
  const as = (verdict: 'as-expected' | 'refused' | 'other-role' | 'unknown') => ({ how: 'exec', verdict }) as const;
  expect(graver(undefined, as('unknown')).verdict).toBe('unknown');
  expect(graver(as('as-expected'), as('unknown')).verdict).toBe('as-expected');
  expect(graver(as('unknown'), as('as-expected')).verdict).toBe('as-expected');
  expect(graver(as('refused'), as('as-expected')).verdict).toBe('refused');
  expect(graver(as('as-expected'), as('other-role')).verdict).toBe('other-role');
  const minted = { how: 'web-identity', verdict: 'refused' } as const;
  expect([graver(minted, as('refused')), graver(as('refused'), minted)]).toEqual([minted, minted]);
});

it('holds four at a time', async () => {
  const target = (name: string) => ({ namespace: 'a', name, way: 'mint', how: 'web-identity' }) as const;
  const targets = Array.from({ length: 30 }, (_, index) => target(`n${index}`));
  let running = 0;
  let most = 0;
  const results = await verifyEach(
    targets,
    async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return { identity: { how: 'web-identity', verdict: 'as-expected' }, throttled: false };
    },
    () => undefined,
    never(),
  );
  expect([most, results.length]).toEqual([4, 30]);
});

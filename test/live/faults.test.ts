import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closedPort } from '../../src/demo/httpServer.js';
import type { ClusterSnapshot } from '../../src/live/types.js';
import { failureOf, faultOf, restIsRight, sockets } from './faultChecks.js';
import { CALLS, HARMS, type HarmedCall } from './faultMatrix.js';
import { never, open, type RunningDemo, rowOf, runDemo, snapshotOf, until } from './support.js';

let demo: RunningDemo;
let healthy: ClusterSnapshot;
let socketsBefore: number;

beforeAll(async () => {
  socketsBefore = sockets();
  demo = await runDemo();
  healthy = await snapshotOf(demo);
});
afterEach(() => demo.faults.clear());
afterAll(() => demo.stop());

function requestsOf({ operation, subject }: HarmedCall): number {
  return demo.requests.entries.filter(
    (entry) => entry.operation === operation && (subject === undefined || entry.subject === subject),
  ).length;
}

describe.each(CALLS.map((call) => ({ ...call, name: `${call.service} ${call.operation}` })))('$name fails', (call) => {
  const harms = HARMS.filter(({ absence }) => !(absence && call.absence));
  it.each(harms.map((harm) => ({ ...harm, harm })))('by $name: it is said, the rest is right', async ({ harm }) => {
    demo.faults.add(faultOf(call, harm));
    demo.requests.clear();
    const seen = await snapshotOf(demo);
    const failure = failureOf(seen, call, harm);
    for (const row of call.rows) {
      expect(rowOf(seen, row).unknown.length, `${row}: ${rowOf(seen, row).summary}`).toBeGreaterThan(0);
      expect(rowOf(seen, row).status).not.toBe('ok');
    }
    restIsRight(seen, healthy);
    if (failure.reason === 'unauthenticated' || failure.reason === 'forbidden') {
      // Neither is repeated; a list that may not be had whole is asked for by namespace.
      const asked =
        call.list && failure.reason === 'forbidden'
          ? seen.failures.filter(({ what }) => what.includes(' in ')).length
          : 0;
      expect(requestsOf(call)).toBe((call.operation === 'DescribeLaunchTemplateVersions' ? 2 : 1) + asked);
    }
    if (failure.reason === 'unauthenticated' && call.gate) {
      expect(demo.requests.entries.filter(({ service }) => service === call.service)).toHaveLength(1);
    }
  });

  it('and a refresh recovers', async () => {
    const cluster = await open(demo);
    demo.faults.add(faultOf(call, HARMS[2]!));
    await cluster.read(never());
    demo.faults.clear();
    const seen = await cluster.read(never());
    cluster.close();
    expect(seen.failures).toEqual(healthy.failures);
    expect(seen.serviceAccounts.map(({ status }) => status)).toEqual(
      healthy.serviceAccounts.map(({ status }) => status),
    );
  });
});

describe('an answer that drips but comes', () => {
  it('is as good as any', async () => {
    for (const call of CALLS)
      demo.faults.add(
        faultOf(call, {
          name: '',
          effect: { kind: 'drip', bytes: 4_000, everyMilliseconds: 1 },
          kubernetes: [],
          aws: [],
        }),
      );
    const seen = await snapshotOf(demo);
    expect(seen.failures).toEqual(healthy.failures);
    restIsRight(seen, healthy);
  });
});

describe('AWS that is not there', () => {
  it('is asked once by each kind of call at most, and the cluster is shown', async () => {
    const { AWS_ENDPOINT_URL: before } = process.env;
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${await closedPort()}`;
    try {
      const seen = await snapshotOf(demo);
      expect(seen.failures.map(({ what, reason }) => `${what}: ${reason}`)).toEqual([
        'sts:GetCallerIdentity: unreachable',
      ]);
      expect(seen.serviceAccounts).toHaveLength(healthy.serviceAccounts.length);
      restIsRight(seen, healthy);
    } finally {
      process.env.AWS_ENDPOINT_URL = before;
    }
  });
});

describe('a read that is cancelled', () => {
  it('ends at once, with the reason, and leaves nothing running', async () => {
    demo.faults.add({ service: 'kubernetes', operation: 'list pods', effect: { kind: 'stall' } });
    const cluster = await open(demo);
    const stop = new AbortController();
    demo.requests.clear();
    const reading = cluster.read(stop.signal);
    const refused = expect(reading).rejects.toThrow('enough');
    await until(() => demo.requests.count('list pods') > 0, 'the list');
    stop.abort(new Error('enough'));
    await refused;
    cluster.close();
  });
});

describe('throttling', () => {
  it('is met by a few repetitions', async () => {
    demo.faults.add({ service: 'iam', operation: 'GetRole', effect: { kind: 'throttle' }, times: 2 });
    const seen = await snapshotOf(demo);
    expect(seen.failures).toEqual(healthy.failures);
  });
});

describe('a cluster that is busy', () => {
  it('is asked again when it says so, and not for ever', async () => {
    demo.faults.add({ operation: 'list pods', effect: { kind: 'throttle', retryAfterSeconds: 1 }, times: 1 });
    expect((await snapshotOf(demo)).failures).toEqual(healthy.failures);
    demo.faults.add({ operation: 'list pods', effect: { kind: 'throttle', retryAfterSeconds: 3_600 } });
    demo.requests.clear();
    expect((await snapshotOf(demo)).failures).toContainEqual(
      expect.objectContaining({ what: 'list pods', reason: 'throttled' }),
    );
    expect(demo.requests.count('list pods')).toBe(1);
  });
});

describe('a list that goes stale while it is paged', () => {
  it('is begun anew', async () => {
    // Only what has pages can: the answer to the second page is 410.
    demo.faults.add({
      service: 'kubernetes',
      operation: 'list pods',
      path: /continue=/,
      effect: { kind: 'error', status: 410, code: 'Expired', message: 'too old' },
      times: 1,
    });
    const seen = await snapshotOf(demo);
    expect(seen.failures).toEqual(healthy.failures);
  });
});

describe('after all of that', () => {
  it('no connection is left', async () => {
    // The servers' listening sockets are of another kind; what they accepted ends with its client.
    await until(() => sockets() <= socketsBefore, 'the sockets to close');
  });
});

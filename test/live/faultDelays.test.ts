import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterSnapshot } from '../../src/live/types.js';
import { failureOf, faultOf, restIsRight } from './faultChecks.js';
import { CALLS, DELAYS, type HarmedCall } from './faultMatrix.js';
import { never, open, type RunningDemo, rowOf, runDemo, snapshotOf } from './support.js';

let demo: RunningDemo;
let healthy: ClusterSnapshot;

beforeAll(async () => {
  demo = await runDemo();
  healthy = await snapshotOf(demo);
});
afterEach(() => demo.faults.clear());
afterAll(() => demo.stop());

/** For what makes one wait; everything else is answered long before. */
const DEADLINE_MS = 1_500;

describe.each(DELAYS.map((harm) => ({ ...harm, harm })))('$name', ({ harm }) => {
  const early = (call: HarmedCall) =>
    call.gate || call.operation === 'DescribeCluster' || call.operation.startsWith('List');

  it('ends at the deadline for all calls that need no other, and a refresh recovers', async () => {
    // Where EKS throttles, the SDK slows all calls to it down, and what depends on others of them may not be asked at all.
    const slows = (call: HarmedCall) => harm.name === 'throttling without end' && call.service === 'eks';
    const harmed = CALLS.filter((call) => !early(call) && call.operation !== 'list serviceaccounts' && !slows(call));
    for (const call of harmed) demo.faults.add(faultOf(call, harm));
    const cluster = await open(demo, { timeoutMs: DEADLINE_MS });
    const seen = await cluster.read(never());
    for (const call of harmed) {
      // Without the issuer nobody can be asked for its provider; DescribeCluster has it.
      failureOf(seen, call, harm);
      for (const row of call.rows) expect(rowOf(seen, row).status, row).not.toBe('ok');
    }
    restIsRight(seen, healthy);
    demo.faults.clear();
    const again = await cluster.read(never());
    cluster.close();
    expect(again.failures).toEqual(healthy.failures);
    restIsRight(again, healthy);
  }, 60_000);

  it('ends at the deadline for the calls that others need', async () => {
    const harmed = CALLS.filter(
      (call) =>
        early(call) && (call.service === 'eks' ? call.operation.startsWith('List') : call.service === 'kubernetes'),
    );
    for (const call of harmed) demo.faults.add(faultOf(call, harm));
    const seen = await snapshotOf(demo, { timeoutMs: DEADLINE_MS });
    for (const call of harmed) failureOf(seen, call, harm);
    restIsRight(seen, healthy);
  }, 60_000);

  it.each(CALLS.filter(({ operation }) => /^(?:GetCallerIdentity|DescribeCluster)$/.test(operation)))(
    'ends at the deadline for $operation',
    async (call) => {
      demo.faults.add(faultOf(call, harm));
      const seen = await snapshotOf(demo, { timeoutMs: DEADLINE_MS });
      failureOf(seen, call, harm);
      restIsRight(seen, healthy);
    },
    60_000,
  );
});

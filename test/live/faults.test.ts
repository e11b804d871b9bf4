import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault, FaultEffect } from '../../src/demo/faults.js';
import type { ClusterSnapshot, FailureReason } from '../../src/live/types.js';
import { never, open, type RunningDemo, rowOf, runDemo, snapshotOf } from './support.js';

let demo: RunningDemo;
let healthy: ClusterSnapshot;

beforeAll(async () => {
  demo = await runDemo();
  healthy = await snapshotOf(demo);
});
afterEach(() => demo.faults.clear());
afterAll(() => demo.stop());

/** What goes wrong, and the reasons that may be given for it: by Kubernetes, by AWS. */
const EFFECTS: Readonly<Record<string, { effect: FaultEffect; kubernetes: FailureReason[]; aws: FailureReason[] }>> = {
  '401': {
    effect: { kind: 'error', status: 401, code: 'ExpiredTokenException' },
    kubernetes: ['unauthenticated'],
    aws: ['unauthenticated'],
  },
  '403': {
    effect: { kind: 'error', status: 403, code: 'AccessDeniedException' },
    kubernetes: ['forbidden'],
    aws: ['forbidden'],
  },
  '500': {
    effect: { kind: 'error', status: 500, code: 'InternalFailure' },
    kubernetes: ['invalid-response'],
    aws: ['unreachable'],
  },
  '503': {
    effect: { kind: 'error', status: 503, code: 'ServiceUnavailable' },
    kubernetes: ['unreachable'],
    aws: ['unreachable'],
  },
  throttle: { effect: { kind: 'throttle' }, kubernetes: ['throttled'], aws: ['throttled'] },
  truncate: {
    effect: { kind: 'truncate' },
    kubernetes: ['unreachable', 'invalid-response'],
    aws: ['unreachable', 'invalid-response'],
  },
  garbage: { effect: { kind: 'garbage' }, kubernetes: ['invalid-response'], aws: ['invalid-response'] },
  stall: { effect: { kind: 'stall' }, kubernetes: ['timeout'], aws: ['timeout'] },
  reset: { effect: { kind: 'reset' }, kubernetes: ['unreachable'], aws: ['unreachable'] },
};

/** The call that is harmed, and a row that needs its answer. */
const CALLS: readonly {
  service: 'kubernetes' | 'iam' | 'sts' | 'eks';
  operation: string;
  subject?: string;
  row: string;
  what: RegExp;
}[] = [
  { service: 'kubernetes', operation: 'list serviceaccounts', row: '', what: /^list serviceaccounts$/ },
  { service: 'kubernetes', operation: 'list pods', row: 'checkout/api', what: /^list pods$/ },
  { service: 'kubernetes', operation: 'list nodes', row: '', what: /^list nodes$/ },
  { service: 'eks', operation: 'DescribeCluster', row: '', what: /^eks:DescribeCluster/ },
  {
    service: 'eks',
    operation: 'ListPodIdentityAssociations',
    row: 'checkout/api',
    what: /^eks:ListPodIdentityAssociations/,
  },
  {
    service: 'eks',
    operation: 'DescribePodIdentityAssociation',
    subject: 'a-4wvljrezsukshq1bv',
    row: 'payments/api',
    what: /a-4wvljrezsukshq1bv/,
  },
  { service: 'eks', operation: 'ListNodegroups', row: 'checkout/frontend', what: /^eks:ListNodegroups/ },
  {
    service: 'iam',
    operation: 'GetRole',
    subject: 'checkout-api',
    row: 'checkout/api',
    what: /^iam:GetRole checkout-api$/,
  },
  {
    service: 'iam',
    operation: 'GetOpenIDConnectProvider',
    row: 'checkout/api',
    what: /^iam:GetOpenIDConnectProvider$/,
  },
];

describe.each(CALLS)('$service $operation fails', ({ service, operation, subject, row, what }) => {
  it.each(Object.entries(EFFECTS))(
    'by %s: the row says so, the rest is right',
    async (_, { effect, kubernetes, aws }) => {
      const fault: Fault = { service, operation, ...(subject === undefined ? {} : { subject }), effect };
      demo.faults.add(fault);
      demo.requests.entries.length = 0;
      const seen = await snapshotOf(demo, {
        timeoutMs: effect.kind === 'stall' ? 700 : effect.kind === 'throttle' ? 1_500 : 8_000,
      });
      const failure = seen.failures.find((one) => what.test(one.what));
      expect(failure, JSON.stringify(seen.failures)).toBeDefined();
      expect(service === 'kubernetes' ? kubernetes : aws).toContain(failure!.reason);
      expect(seen.failures.filter((one) => one.what === failure!.what)).toHaveLength(1);
      if (row !== '') {
        expect(rowOf(seen, row).status, rowOf(seen, row).summary).toBe('unknown');
        expect(rowOf(seen, row).unknown.length).toBeGreaterThan(0);
      }
      // What is known to be wrong stays so, and nothing becomes fine that was not.
      for (const now of seen.serviceAccounts) {
        const before = healthy.serviceAccounts.find(
          ({ namespace, name }) => namespace === now.namespace && name === now.name,
        );
        if (now.status === 'ok') expect(before?.status, `${now.namespace}/${now.name}`).toBe('ok');
      }
      if (failure!.reason === 'unauthenticated')
        expect(
          demo.requests.entries.filter(
            (entry) => entry.operation === operation && (subject ?? entry.subject) === entry.subject,
          ),
        ).toHaveLength(1);
    },
    60_000,
  );

  it('and a refresh recovers', async () => {
    const cluster = await open(demo, { timeoutMs: 8_000 });
    demo.faults.add({
      service,
      operation,
      ...(subject === undefined ? {} : { subject }),
      effect: { kind: 'error', status: 403, code: 'AccessDeniedException' },
    });
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

describe('a read that is cancelled', () => {
  it('ends at once, with the reason, and leaves nothing running', async () => {
    demo.faults.add({ service: 'kubernetes', operation: 'list pods', effect: { kind: 'stall' } });
    const cluster = await open(demo);
    const stop = new AbortController();
    const reading = cluster.read(stop.signal);
    setTimeout(() => stop.abort(new Error('enough')), 300);
    await expect(reading).rejects.toThrow('enough');
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
    demo.requests.entries.length = 0;
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

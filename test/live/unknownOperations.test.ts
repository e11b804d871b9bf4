import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RunningDemo, rowOf, runDemo, snapshotOf } from './support.js';

const GONE = 'daemonsets.apps "eks-pod-identity-agent" not found';

let demo: RunningDemo;
beforeAll(async () => {
  demo = await runDemo();
});
afterEach(() => demo.faults.clear());
afterAll(() => demo.stop());

/** That something does not exist is said by name; a server that does not know the question says nothing about it. */
describe('a server that does not know the question', () => {
  it.each([
    ['UnknownOperationException', 404],
    ['UnknownError', 404],
    ['NotImplemented', 501],
  ])('by %s (%i) does not take the agent for missing', async (code, status) => {
    demo.faults.add({ operation: 'DescribeAddon', effect: { kind: 'error', status, code } });
    demo.faults.add({ path: /daemonsets/, effect: { kind: 'error', status: 404, code: 'NotFound', message: GONE } });
    const seen = await snapshotOf(demo);
    expect(seen.agent.known).toBe(false);
    expect(seen.failures.filter(({ what }) => what.startsWith('eks:DescribeAddon'))).toMatchObject([
      { reason: 'invalid-response' },
    ]);
    expect(seen.serviceAccounts.flatMap(({ findings }) => findings).map(({ ruleId }) => ruleId)).not.toContain(
      'live-agent-missing',
    );
  });

  it('does not take the agent for missing where Kubernetes is the one', async () => {
    demo.faults.add({
      operation: 'DescribeAddon',
      effect: { kind: 'error', status: 404, code: 'ResourceNotFoundException' },
    });
    demo.faults.add({
      path: /daemonsets/,
      effect: { kind: 'error', status: 404, code: 'NotFound', message: '404 page not found' },
    });
    const seen = await snapshotOf(demo);
    expect(seen.agent.known).toBe(false);
    expect(seen.failures.filter(({ what }) => what.includes('daemonset'))).toHaveLength(1);
  });

  it('does not take a role for missing', async () => {
    demo.faults.add({
      operation: 'GetRole',
      subject: 'payments-api',
      effect: { kind: 'error', status: 404, code: 'UnknownOperation' },
    });
    const row = rowOf(await snapshotOf(demo), 'payments/api');
    expect(row).toMatchObject({ trust: 'unknown', status: 'unknown' });
  });

  it('does not take the provider for missing', async () => {
    demo.faults.add({
      operation: 'GetOpenIDConnectProvider',
      effect: { kind: 'error', status: 404, code: 'UnknownOperation' },
    });
    const seen = await snapshotOf(demo);
    expect(seen.oidcProvider.known).toBe(false);
    const irsa = seen.serviceAccounts.filter(({ winner, trust }) => winner === 'irsa' && trust === 'allowed');
    expect(irsa.length).toBeGreaterThan(0);
    expect(irsa.map(({ status }) => status)).not.toContain('ok');
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveCluster } from '../../src/live/types.js';
import { never, open, type RunningDemo, rowOf, runDemo } from './support.js';

let demo: RunningDemo;
let cluster: LiveCluster;

beforeAll(async () => {
  demo = await runDemo();
  cluster = await open(demo);
  await cluster.read(never());
});

afterAll(async () => {
  cluster.close();
  await demo.stop();
});

describe('verified caller identity', () => {
  it('agrees with what was expected, for every service account with a role', async () => {
    for (const { namespace, name, expected } of demo.scenario.serviceAccounts) {
      const row = rowOf(cluster.current, `${namespace}/${name}`);
      if (cluster.planVerify(namespace, name).impossible !== undefined) continue;
      const identity = await cluster.verify(namespace, name, never());
      const what = `${namespace}/${name}: ${identity.message ?? identity.actual}`;
      expect(identity.verdict, what).toBe(expected.refusal === undefined ? 'as-expected' : 'refused');
      if (expected.refusal === undefined) {
        const role = (expected.targetRoleArn ?? expected.roleArn)?.split('/').pop();
        expect(identity.actual, what).toContain(`:assumed-role/${role}/`);
        expect(identity.how).toBe(row.winner === 'irsa' ? 'web-identity' : 'pod-identity');
      }
      expect(rowOf(cluster.current, `${namespace}/${name}`).callerIdentity).toEqual(identity);
    }
  });

  it('says what will be minted before it is, and why where it cannot be', () => {
    expect(cluster.planVerify('checkout', 'api')).toMatchObject({
      how: 'web-identity',
      steps: [
        expect.stringContaining('audience sts.amazonaws.com'),
        expect.stringContaining('role/checkout-api'),
        expect.any(String),
      ],
    });
    expect(cluster.planVerify('checkout', 'frontend').impossible).toBe('checkout/frontend has no role of its own.');
    expect(cluster.planVerify('orders', 'archive').impossible).toContain('is no role ARN');
    expect(cluster.planVerify('monitoring', 'tempo').impossible).toBe('monitoring/tempo was not read.');
  });

  it('names the difference where another role answers', async () => {
    // The role is renamed behind our back: what AWS says is what counts.
    const row = rowOf(cluster.current, 'checkout/api');
    expect(row.callerIdentity.expected).toBe('arn:aws:iam::111122223333:role/checkout-api');
    demo.faults.add({
      service: 'sts',
      operation: 'GetCallerIdentity',
      effect: { kind: 'garbage', body: OTHER },
      times: 1,
    });
    const identity = await cluster.verify('checkout', 'api', never());
    expect(identity).toMatchObject({
      verdict: 'other-role',
      actual: 'arn:aws:sts::111122223333:assumed-role/ng-default/i-1',
    });
  });

  it('is unknown, not refused, where the token cannot be had', async () => {
    demo.faults.add({
      operation: 'create serviceaccounts/token',
      effect: { kind: 'error', status: 403, code: 'Forbidden', message: 'no' },
      times: 1,
    });
    const identity = await cluster.verify('checkout', 'api', never());
    expect(identity).toMatchObject({ verdict: 'unknown', how: 'web-identity' });
    expect(identity.message).toContain('request token for checkout/api');
  });

  it('asks inside a running pod, for every mechanism, and agrees', async () => {
    const plan = cluster.planVerify('payments', 'api', 'exec');
    expect(plan).toMatchObject({ how: 'exec', steps: [expect.stringContaining('aws sts get-caller-identity')] });
    const seen: string[] = [];
    for (const { namespace, name, expected } of demo.scenario.serviceAccounts) {
      if (cluster.planVerify(namespace, name, 'exec').impossible !== undefined) continue;
      const identity = await cluster.verify(namespace, name, never(), 'exec');
      const what = `${namespace}/${name}: ${identity.verdict} ${identity.message ?? identity.actual}`;
      if (identity.verdict === 'unknown') continue;
      seen.push(what);
      expect(identity.how).toBe('exec');
      if (expected.refusal !== undefined) expect(identity.verdict, what).toBe('refused');
      else if (expected.trust === 'allowed' && expected.status === 'ok')
        expect(identity.verdict, what).toBe('as-expected');
      if (expected.mechanism === 'node-role' && expected.status === 'ok')
        expect(identity.verdict, what).toBe('as-expected');
    }
    expect(seen.length).toBeGreaterThan(10);
  });

  it('is unknown where neither a token nor a command is allowed', async () => {
    const readonly = await open(demo, { context: 'orders-prod-readonly' });
    await readonly.read(never());
    const ran = await readonly.verify('checkout', 'api', never(), 'exec');
    expect(ran).toMatchObject({ how: 'exec', verdict: 'unknown', message: expect.stringContaining('403') });
    const minted = await readonly.verify('checkout', 'api', never());
    expect(minted).toMatchObject({
      how: 'web-identity',
      verdict: 'unknown',
      message: expect.stringContaining('forbidden'),
    });
    readonly.close();
  });

  it('leaves no token or key in anything that is shown', async () => {
    const shown = JSON.stringify([cluster.current, cluster.explain('checkout', 'api')]);
    expect(shown).not.toMatch(/eyJ[\w-]{10,}\.|ASIA[A-Z0-9]{8,}|demo-token/);
  });
});

const OTHER = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::111122223333:assumed-role/ng-default/i-1</Arn><UserId>X:i-1</UserId><Account>111122223333</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;

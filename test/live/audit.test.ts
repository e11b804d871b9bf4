import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validatePolicy } from '../../src/live/main.js';
import type { LiveCluster } from '../../src/live/types.js';
import { never, open, type RunningDemo, runDemo } from './support.js';

const HOUR = 3_600_000;

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

const target = { timeoutMs: 5_000 };
const issuer = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const document = JSON.stringify({
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${issuer}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Resource: '*',
      Condition: { StringEquals: { [`${issuer}:sub`]: ['system:serviceaccount:a:b', 'system:serviceaccount:a:*'] } },
    },
  ],
});

async function calls(namespace: string, name: string, windowMs?: number) {
  const history = await cluster.recentCalls(namespace, name, never(), windowMs);
  if (!history.ok) throw new Error(history.failure.message);
  return history.value;
}

describe('Access Analyzer', () => {
  it('says what is wrong and where', async () => {
    demo.requests.clear();
    const found = await validatePolicy(target, document, never());
    expect(found).toMatchObject({
      ok: true,
      value: [
        { type: 'WARNING', issueCode: 'MISSING_VERSION', places: [[]] },
        {
          type: 'ERROR',
          issueCode: 'UNSUPPORTED_RESOURCE',
          places: [
            [
              { kind: 'value', name: 'Statement' },
              { kind: 'index', index: 0 },
              { kind: 'key', name: 'Resource' },
            ],
          ],
        },
        {
          type: 'ERROR',
          issueCode: 'WILDCARD_WITHOUT_LIKE_OPERATOR',
          places: [
            [
              { kind: 'value', name: 'Statement' },
              { kind: 'index', index: 0 },
              { kind: 'value', name: 'Condition' },
              { kind: 'value', name: 'StringEquals' },
              { kind: 'value', name: `${issuer}:sub` },
              { kind: 'index', index: 1 },
            ],
          ],
        },
      ],
    });
    expect(demo.requests.counts()).toEqual({ 'access-analyzer ValidatePolicy': 1 });
  });

  it('hands a refusal on with the permission that is missing', async () => {
    demo.faults.add({
      service: 'access-analyzer',
      effect: { kind: 'error', status: 403, code: 'AccessDeniedException', message: 'no' },
      times: 1,
    });
    expect(await validatePolicy(target, document, never())).toMatchObject({
      ok: false,
      failure: { reason: 'forbidden', permission: 'access-analyzer:ValidatePolicy' },
    });
  });

  it('is over at once when the caller leaves', async () => {
    demo.faults.add({ service: 'access-analyzer', effect: { kind: 'stall' }, times: 1 });
    await expect(validatePolicy(target, document, AbortSignal.timeout(100))).rejects.toThrow();
  });
});

describe('CloudTrail', () => {
  it('tells refused calls first, the newest of them first', async () => {
    const { calls: denied, cut, gaps } = await calls('checkout', 'worker');
    expect(denied.map(({ failed, errorCode, certain }) => [failed, errorCode, certain])).toEqual([
      [true, 'AccessDenied', true],
      [true, 'AccessDenied', true],
    ]);
    expect(denied[0]!.at).toBeGreaterThan(denied[1]!.at);
    expect({ cut, gaps }).toEqual({ cut: false, gaps: [] });
  });

  it('tells granted calls of IRSA, and what is asked since', async () => {
    const before = await calls('checkout', 'api');
    expect(before.calls.map(({ operation, failed, roleArn }) => [operation, failed, roleArn])).toEqual([
      ['AssumeRoleWithWebIdentity', false, 'arn:aws:iam::111122223333:role/checkout-api'],
      ['AssumeRoleWithWebIdentity', false, 'arn:aws:iam::111122223333:role/checkout-api'],
    ]);
    await cluster.verify('checkout', 'api', never());
    expect((await calls('checkout', 'api')).calls).toHaveLength(before.calls.length + 1);
  });

  it('sorts the calls of Pod Identity out by their subject', async () => {
    const granted = (await calls('payments', 'api')).calls;
    expect(granted.map(({ operation, failed, certain }) => [operation, failed, certain])).toEqual([
      ['AssumeRoleForPodIdentity', false, true],
      ['AssumeRoleForPodIdentity', false, true],
    ]);
    const refused = (await calls('payments', 'ledger')).calls;
    expect(refused.map(({ failed, errorCode }) => [failed, errorCode])).toEqual([
      [true, 'AccessDeniedException'],
      [true, 'AccessDeniedException'],
    ]);
  });

  it('keeps to the window', async () => {
    expect((await calls('checkout', 'worker', 1.5 * HOUR)).calls).toHaveLength(1);
  });

  it('keeps nothing of credentials', async () => {
    const text = JSON.stringify(await calls('checkout', 'api'));
    expect(text).not.toMatch(/ASIA|demo-session|HIDDEN/);
  });

  it('says what could not be asked, and fails where nothing could', async () => {
    const refuse = {
      service: 'cloudtrail',
      effect: { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'no' },
    } as const;
    demo.faults.add({ ...refuse, times: 1 });
    const { gaps, calls: rest } = await calls('payments', 'api');
    expect(gaps).toEqual([expect.stringMatching(/^cloudtrail:LookupEvents in eu-west-1, Username = .*no$/)]);
    expect(rest).toHaveLength(2);
    demo.faults.add({ ...refuse, times: 3 });
    expect(await cluster.recentCalls('payments', 'api', never())).toMatchObject({
      ok: false,
      failure: { reason: 'forbidden' },
    });
  });
});

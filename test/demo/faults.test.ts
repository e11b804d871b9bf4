import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { Watch } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../src/demo/faults.js';
import { clientSettings, startServers, type TestServers } from '../support/servers.js';

let servers: TestServers;

beforeAll(async () => {
  servers = await startServers();
});

afterEach(() => {
  servers.demo.faults.clear();
  servers.demo.requests.clear();
});

afterAll(() => servers.close());

const role = new GetRoleCommand({ RoleName: 'checkout-api' });

async function errorOf(call: Promise<unknown>): Promise<Error & { code?: number | string }> {
  try {
    await call;
  } catch (error) {
    return error as Error;
  }
  throw new Error('the call succeeded');
}

function listAccounts(): Promise<unknown> {
  return servers.core.listServiceAccountForAllNamespaces();
}

/** A request that has to be given up, because nothing comes. */
async function isSilent(path: string): Promise<boolean> {
  const controller = new AbortController();
  const call = fetch(`${servers.demo.awsUrl}${path}`, { signal: controller.signal }).then((answer) => answer.text());
  while (servers.demo.requests.count() === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  controller.abort();
  return (await errorOf(call)).name === 'AbortError';
}

describe('faults to order', () => {
  it('come in the form of the service that is asked', async () => {
    servers.demo.faults.add({ effect: { kind: 'error', status: 503, code: 'ServiceUnavailable', message: 'go away' } });
    expect(await errorOf(servers.iam.send(role))).toMatchObject({ name: 'ServiceUnavailable', message: 'go away' });
    const error = await errorOf(listAccounts());
    expect(error.code).toBe(503);
    expect(JSON.parse(String((error as { body?: unknown }).body))).toMatchObject({
      kind: 'Status',
      message: 'go away',
      reason: 'ServiceUnavailable',
    });
  });

  it('throttle so many times and no more', async () => {
    servers.demo.faults.add({ operation: 'GetRole', effect: { kind: 'throttle' }, times: 2 });
    const patient = new IAMClient(clientSettings(servers.demo, undefined, 3));
    const { Role } = await patient.send(role);
    patient.destroy();
    expect(Role?.RoleName).toBe('checkout-api');
    expect(servers.demo.requests.count('GetRole', 'checkout-api')).toBe(3);
  });

  it('throttle with Retry-After', async () => {
    servers.demo.faults.add({ service: 'kubernetes', effect: { kind: 'throttle', retryAfterSeconds: 7 } });
    const error = await errorOf(listAccounts());
    expect(error.code).toBe(429);
    expect((error as { headers?: Record<string, string> }).headers?.['retry-after']).toBe('7');
  });

  it('let calls through first, and only harm what is meant', async () => {
    servers.demo.faults.add({ operation: /^list/, after: 1, effect: { kind: 'error', status: 500 } });
    await listAccounts();
    await servers.core.readNamespacedServiceAccount({ namespace: 'checkout', name: 'api' });
    expect((await errorOf(listAccounts())).code).toBe(500);
  });

  it.each<[string, FaultEffect]>([
    ['reset', { kind: 'reset' }],
    ['truncate', { kind: 'truncate' }],
    ['garbage', { kind: 'garbage' }],
  ])('%s an answer', async (_name, effect) => {
    const remove = servers.demo.faults.add({ effect });
    await errorOf(listAccounts());
    await errorOf(servers.iam.send(role));
    remove();
    await listAccounts();
    await servers.iam.send(role);
  });

  it('stall an answer', async () => {
    servers.demo.faults.add({ effect: { kind: 'stall' } });
    expect(await isSilent('/clusters')).toBe(true);
  });

  it('drip an answer, which is whole in the end', async () => {
    servers.demo.faults.add({ operation: 'GetRole', effect: { kind: 'drip', bytes: 200, everyMilliseconds: 1 } });
    expect((await servers.iam.send(role)).Role?.RoleName).toBe('checkout-api');
  });

  it('cut a watch and expire it', async () => {
    const events = async (meanwhile: () => void): Promise<string[]> => {
      const seen: string[] = [];
      await new Promise<void>((resolve, reject) => {
        new Watch(servers.config)
          .watch(
            '/api/v1/namespaces/data/pods',
            { resourceVersion: String(servers.demo.store.currentVersion) },
            (type, object: { code?: number }) => seen.push(`${type} ${object.code ?? ''}`),
            () => resolve(),
          )
          .then(meanwhile, reject);
      });
      return seen;
    };
    expect(await events(() => servers.demo.kubernetes.expireWatches())).toEqual(['ERROR 410']);
    expect(await events(() => servers.demo.kubernetes.endWatches())).toEqual([]);
    servers.demo.faults.add({ operation: 'watch pods', effect: { kind: 'truncate' } });
    expect(await events(() => undefined)).toEqual([]);
    expect(servers.demo.kubernetes.openWatches).toBe(0);
  });

  it('leave a log without secrets', async () => {
    await servers.iam.send(role);
    await listAccounts();
    const text = JSON.stringify(servers.demo.requests.entries);
    expect(text).toContain('GetRole');
    expect(text).not.toContain('demo-token');
    expect(text).not.toContain('AKIADEMO');
    expect(servers.demo.requests.counts()).toEqual({ 'iam GetRole': 1, 'kubernetes list serviceaccounts': 1 });
  });
});

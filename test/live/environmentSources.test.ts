import { describe, expect, it } from 'vitest';
import { failed, success } from '../../src/live/failure.js';
import type { Call, Connection } from '../../src/live/kubernetes/connection.js';
import { readSourceKeys } from '../../src/live/kubernetes/environmentSources.js';
import type { Result } from '../../src/live/types.js';
import { never, rowOf, runDemo, snapshotOf } from './support.js';

const SECRET = { kind: 'Secret', name: 'aws', prefix: '' } as const;

/** What the question was, and what is made of an answer. */
async function ask(
  answer: Result<unknown>,
): Promise<{ readonly call: Call; readonly keys: Result<readonly string[]> }> {
  const calls: Call[] = [];
  const connection = {
    json: async (call: Call) => {
      calls.push(call);
      return answer;
    },
  } as Partial<Connection> as Connection;
  const keys = await readSourceKeys(connection, 'shop', SECRET, never());
  return { call: calls[0]!, keys };
}

describe('the keys of a Secret', () => {
  it('are asked for without the values, and told by who set them', async () => {
    const { call, keys } = await ask(
      success({
        kind: 'PartialObjectMetadata',
        metadata: {
          name: 'aws',
          managedFields: [
            { manager: 'kubectl', fieldsV1: { 'f:data': { '.': {}, 'f:AWS_ACCESS_KEY_ID': {} }, 'f:type': {} } },
            { manager: 'argocd', fieldsV1: { 'f:stringData': { 'f:SECRET_ACCESS_KEY': {}, 'f:PASSWORD': {} } } },
          ],
        },
      }),
    );
    expect(call).toMatchObject({
      path: '/api/v1/namespaces/shop/secrets/aws',
      accept: expect.stringContaining('as=PartialObjectMetadata'),
    });
    expect(keys).toEqual(success(['AWS_ACCESS_KEY_ID', 'SECRET_ACCESS_KEY']));
  });

  it('are read off a whole object where the server leaves nothing out', async () => {
    const whole = { kind: 'Secret', metadata: { name: 'aws' }, data: { AWS_SESSION_TOKEN: 'eA==', url: 'eA==' } };
    expect((await ask(success(whole))).keys).toEqual(success(['AWS_SESSION_TOKEN']));
    expect((await ask(success({ kind: 'Secret', metadata: { name: 'aws' } }))).keys).toEqual(success([]));
  });

  it('are none where it does not exist, and unknown where nobody says so', async () => {
    expect((await ask(failed('get secrets', 'not-found', 'secrets "aws" not found'))).keys).toEqual(success([]));
    for (const answer of [
      failed('get secrets', 'not-found', '404 page not found'),
      failed('get secrets', 'forbidden', 'secrets "aws" is forbidden'),
      success({ kind: 'PartialObjectMetadata', metadata: { name: 'aws' } }),
      success([]),
    ])
      expect((await ask(answer)).keys.ok).toBe(false);
  });
});

describe('pods with envFrom', () => {
  it('show the keys that they take; each object is asked for once, and a refusal is named once', async () => {
    const demo = await runDemo();
    try {
      const pods = demo.store.collection('pods');
      // The demo's user may read no Secret.
      const sources = [
        { secretRef: { name: 'database' } },
        { secretRef: { name: 'mail' } },
        { configMapRef: { name: 'keys' } },
      ];
      const of = (namespace: string, account: string) =>
        pods
          .all()
          .filter(
            ({ object: { metadata, spec } }) =>
              metadata.namespace === namespace && (spec as PodSpec).serviceAccountName === account,
          );
      const give = (entries: ReturnType<typeof of>, envFrom: readonly object[]) => {
        expect(entries.length).toBeGreaterThan(0);
        for (const { key, object } of entries) {
          const spec = object.spec as PodSpec;
          pods.put(key, {
            ...object,
            spec: { ...spec, containers: spec.containers.map((one) => ({ ...one, envFrom })) },
          });
        }
      };
      const before = await snapshotOf(demo);
      const [one, two] = before.serviceAccounts.filter(({ status, pods }) => status === 'ok' && pods.total > 0);
      demo.store.collection('configmaps').put(`${one!.namespace}/keys`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'keys', namespace: one!.namespace },
        data: { AWS_ACCESS_KEY_ID: 'PLANTED', REGION: 'PLANTED' },
      });
      give(of(one!.namespace, one!.name), sources);
      give(of(two!.namespace, two!.name), sources.slice(0, 2));
      demo.requests.clear();
      const seen = await snapshotOf(demo);
      const keyed = rowOf(seen, `${one!.namespace}/${one!.name}`);
      expect(keyed.status).toBe('error');
      expect(keyed.findings.map(({ ruleId }) => ruleId)).toContain('workload-static-credentials');
      const open = rowOf(seen, `${two!.namespace}/${two!.name}`);
      expect(open).toMatchObject({ status: 'unknown', mechanism: two!.mechanism });
      expect(open.unknown.join()).toContain("the Secret 'database'");
      expect(seen.failures.filter(({ what }) => what === 'get secrets')).toMatchObject([{ reason: 'forbidden' }]);
      expect(demo.requests.entries.filter(({ path }) => path.includes('/configmaps/'))).toHaveLength(1);
      expect(JSON.stringify(seen)).not.toContain('PLANTED');
    } finally {
      await demo.stop();
    }
  });
});

interface PodSpec {
  readonly serviceAccountName: string;
  readonly containers: readonly object[];
}

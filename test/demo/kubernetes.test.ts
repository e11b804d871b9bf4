import { request } from 'node:https';
import { AppsV1Api, AuthenticationV1Api, AuthorizationV1Api, KubeConfig, Watch } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestToken, startServers, type TestServers } from '../support/servers.js';

let servers: TestServers;

beforeAll(async () => {
  servers = await startServers({ bookmarkMilliseconds: 20 });
});

afterAll(() => servers.close());

/** The HTTP status that a call of the client failed with. */
async function statusOf(call: Promise<unknown>): Promise<number | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return (error as { code?: number }).code;
  }
}

function bodyOf(error: unknown): { reason?: string; message?: string } {
  return JSON.parse(String((error as { body?: string }).body)) as { reason?: string; message?: string };
}

interface WatchEvent {
  type: string;
  name: string | undefined;
  version: string | undefined;
  code: number | undefined;
}

/** Watches until an event satisfies, and returns all events up to it. */
async function watchUntil(
  path: string,
  query: Record<string, string | boolean>,
  done: (event: WatchEvent) => boolean,
  started: () => Promise<unknown> | undefined = () => undefined,
): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  const watch = new Watch(servers.config);
  await new Promise<void>((resolve, reject) => {
    let controller: AbortController | undefined;
    watch
      .watch(
        path,
        query,
        (type, object: { metadata?: { name?: string; resourceVersion?: string }; code?: number }) => {
          const event = {
            type,
            name: object.metadata?.name,
            version: object.metadata?.resourceVersion,
            code: object.code,
          };
          events.push(event);
          if (done(event)) {
            resolve();
            controller?.abort();
          }
        },
        (error: unknown) => {
          // An end of our own making has been resolved already.
          reject(error instanceof Error ? error : new Error('the watch ended'));
        },
      )
      .then((made) => {
        controller = made;
        return started();
      })
      .catch(reject);
  });
  return events;
}

describe('the Kubernetes API of the demo, by @kubernetes/client-node', () => {
  it('lists in pages that show one state', async () => {
    const first = await servers.core.listPodForAllNamespaces({ limit: 30 });
    const names = first.items.map(({ metadata }) => metadata?.name);
    expect(names).toHaveLength(30);
    const total = 30 + (first.metadata?.remainingItemCount ?? 0);
    let next = first.metadata?._continue;
    servers.demo.store.collection('pods').delete(servers.demo.store.collection('pods').all().at(-1)?.key ?? '');
    while (next) {
      const page = await servers.core.listPodForAllNamespaces({ limit: 30, _continue: next });
      expect(page.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
      names.push(...page.items.map(({ metadata }) => metadata?.name));
      next = page.metadata?._continue;
    }
    expect(names).toHaveLength(total);
  });

  it('says 410 to a continue that has expired', async () => {
    const first = await servers.core.listServiceAccountForAllNamespaces({ limit: 5 });
    servers.demo.store.compact();
    const second = servers.core.listServiceAccountForAllNamespaces({
      limit: 5,
      _continue: first.metadata?._continue ?? '',
    });
    const error: unknown = await second.catch((caught: unknown) => caught);
    expect((error as { code: number }).code).toBe(410);
    expect(bodyOf(error).reason).toBe('Expired');
  });

  it('selects by label and field', async () => {
    const byLabel = await servers.core.listNamespacedPod({
      namespace: 'checkout',
      labelSelector: 'app.kubernetes.io/name in (api, worker)',
    });
    expect(byLabel.items).toHaveLength(5);
    const [pod] = byLabel.items;
    const byField = await servers.core.listPodForAllNamespaces({
      fieldSelector: `metadata.name=${pod?.metadata?.name}`,
    });
    expect(byField.items).toHaveLength(1);
  });

  it('gives pods the environment of the webhook', async () => {
    const pods = await servers.core.listNamespacedPod({
      namespace: 'orders',
      labelSelector: 'app.kubernetes.io/name=api',
    });
    const roles = pods.items.map(
      ({ spec }) => spec?.containers[0]?.env?.find(({ name }) => name === 'AWS_ROLE_ARN')?.value,
    );
    expect(roles.sort()).toEqual([
      'arn:aws:iam::111122223333:role/orders-api',
      'arn:aws:iam::111122223333:role/orders-api-v1',
      undefined,
    ]);
    const [settlement] = (
      await servers.core.listNamespacedPod({
        namespace: 'payments',
        labelSelector: 'app.kubernetes.io/name=settlement',
      })
    ).items;
    const names = settlement?.spec?.containers[0]?.env?.map(({ name }) => name);
    expect(names).toContain('AWS_CONTAINER_CREDENTIALS_FULL_URI');
    expect(names).not.toContain('AWS_ROLE_ARN');
  });

  it('watches from a list on', async () => {
    const list = await servers.core.listNamespacedServiceAccount({ namespace: 'data' });
    const events = await watchUntil(
      '/api/v1/namespaces/data/serviceaccounts',
      { resourceVersion: list.metadata?.resourceVersion ?? '' },
      ({ type }) => type === 'DELETED',
      async () => {
        await servers.core.createNamespacedServiceAccount({ namespace: 'data', body: { metadata: { name: 'fresh' } } });
        await servers.core.createNamespacedServiceAccount({
          namespace: 'orders',
          body: { metadata: { name: 'other' } },
        });
        await servers.core.deleteNamespacedServiceAccount({ namespace: 'data', name: 'fresh' });
      },
    );
    expect(events.map(({ type, name }) => `${type} ${name}`)).toEqual(['ADDED fresh', 'DELETED fresh']);
  });

  it('sends bookmarks to a watch that allows them', async () => {
    const events = await watchUntil(
      '/api/v1/pods',
      { resourceVersion: String(servers.demo.store.currentVersion), allowWatchBookmarks: true },
      ({ type }) => type === 'BOOKMARK',
    );
    expect(events.at(-1)?.version).toBe(String(servers.demo.store.currentVersion));
  });

  it('says 410 inside a watch that starts too far back', async () => {
    const list = await servers.core.listNamespacedServiceAccount({ namespace: 'data' });
    await servers.core.createNamespacedServiceAccount({ namespace: 'data', body: { metadata: { name: 'later' } } });
    servers.demo.store.compact();
    const events = await watchUntil(
      '/api/v1/serviceaccounts',
      { resourceVersion: list.metadata?.resourceVersion ?? '' },
      ({ type }) => type === 'ERROR',
    );
    expect(events.map(({ code }) => code)).toEqual([410]);
  });

  it('refuses without a token and with a wrong one', async () => {
    const url = new URL('/api/v1/pods', servers.demo.kubernetesUrl);
    const status = await new Promise((resolve, reject) => {
      const ca = Buffer.from(servers.config.getCurrentCluster()?.caData ?? '', 'base64');
      request(url, { ca }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(401);
    const config = new KubeConfig();
    config.loadFromFile(servers.demo.kubeconfig);
    config.setCurrentContext('orders-prod-signed-out');
    const core = config.makeApiClient(servers.core.constructor as never) as typeof servers.core;
    expect(await statusOf(core.listNamespace())).toBe(401);
  });

  it('forbids in the words of RBAC', async () => {
    const error: unknown = await servers.core.listSecretForAllNamespaces().catch((caught: unknown) => caught);
    expect((error as { code: number }).code).toBe(403);
    expect(bodyOf(error)).toMatchObject({
      reason: 'Forbidden',
      message:
        'secrets is forbidden: User "engineer" cannot list resource "secrets" in API group "" at the cluster scope',
    });
  });

  it('lets the auditor list in one namespace only', async () => {
    const config = new KubeConfig();
    config.loadFromFile(servers.demo.kubeconfig);
    config.setCurrentContext('orders-prod-readonly');
    const core = config.makeApiClient(servers.core.constructor as never) as typeof servers.core;
    expect(await statusOf(core.listServiceAccountForAllNamespaces())).toBe(403);
    expect((await core.listNamespacedServiceAccount({ namespace: 'checkout' })).items.length).toBeGreaterThan(0);
    const review = await config.makeApiClient(AuthorizationV1Api).createSelfSubjectAccessReview({
      body: { spec: { resourceAttributes: { verb: 'create', resource: 'serviceaccounts', subresource: 'token' } } },
    });
    expect(review.status?.allowed).toBe(false);
  });

  it('knows who asks', async () => {
    const review = await servers.config.makeApiClient(AuthenticationV1Api).createSelfSubjectReview({ body: {} });
    expect(review.status?.userInfo?.username).toBe('engineer');
  });

  it('issues tokens for the audience and pod that are asked for', async () => {
    const [pod] = (
      await servers.core.listNamespacedPod({ namespace: 'checkout', labelSelector: 'app.kubernetes.io/name=api' })
    ).items;
    const token = await requestToken(servers, 'checkout', 'api', 'sts.amazonaws.com', pod?.metadata?.name);
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >;
    expect(claims).toMatchObject({
      aud: ['sts.amazonaws.com'],
      iss: 'https://oidc.eks.eu-west-1.amazonaws.com/id/8A5C2E1B7D90463FA1E2C3D4B5F60718',
      sub: 'system:serviceaccount:checkout:api',
      'kubernetes.io': { pod: { name: pod?.metadata?.name, uid: pod?.metadata?.uid } },
    });
    expect(await statusOf(requestToken(servers, 'checkout', 'api', 'sts.amazonaws.com', 'nobody'))).toBe(404);
    expect(await statusOf(requestToken(servers, 'checkout', 'nobody', 'sts.amazonaws.com'))).toBe(404);
  });

  it('refuses what exists, what is misnamed and what is not there', async () => {
    const create = (namespace: string, name: string): Promise<unknown> =>
      servers.core.createNamespacedServiceAccount({ namespace, body: { metadata: { name } } });
    expect(await statusOf(create('checkout', 'api'))).toBe(409);
    expect(await statusOf(create('checkout', 'Bad_Name'))).toBe(422);
    expect(await statusOf(create('nowhere', 'api'))).toBe(404);
    expect(await statusOf(servers.core.readNamespacedPod({ namespace: 'checkout', name: 'nobody' }))).toBe(404);
  });

  it('refuses an update of an older version', async () => {
    const account = await servers.core.readNamespacedServiceAccount({ namespace: 'checkout', name: 'frontend' });
    const changed = { ...account, metadata: { ...account.metadata, labels: { changed: 'yes' } } };
    await servers.core.replaceNamespacedServiceAccount({ namespace: 'checkout', name: 'frontend', body: changed });
    expect(
      await statusOf(
        servers.core.replaceNamespacedServiceAccount({ namespace: 'checkout', name: 'frontend', body: changed }),
      ),
    ).toBe(409);
  });

  it('starts new pods with the identity of the moment when a template changes', async () => {
    const apps = servers.config.makeApiClient(AppsV1Api);
    const deployment = await apps.readNamespacedDeployment({ namespace: 'checkout', name: 'frontend' });
    const account = await servers.core.readNamespacedServiceAccount({ namespace: 'checkout', name: 'frontend' });
    await servers.core.replaceNamespacedServiceAccount({
      namespace: 'checkout',
      name: 'frontend',
      body: {
        ...account,
        metadata: {
          ...account.metadata,
          annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/checkout-frontend' },
        },
      },
    });
    const template = deployment.spec?.template;
    await apps.replaceNamespacedDeployment({
      namespace: 'checkout',
      name: 'frontend',
      body: {
        ...deployment,
        spec: {
          ...deployment.spec,
          selector: deployment.spec?.selector ?? {},
          template: { ...template, metadata: { ...template?.metadata, annotations: { restarted: 'now' } } },
        },
      },
    });
    const pods = await servers.core.listNamespacedPod({
      namespace: 'checkout',
      labelSelector: 'app.kubernetes.io/name=frontend',
    });
    expect(pods.items).toHaveLength(1);
    expect(pods.items[0]?.spec?.containers[0]?.env).toContainEqual({
      name: 'AWS_ROLE_ARN',
      value: 'arn:aws:iam::111122223333:role/checkout-frontend',
    });
  });
});

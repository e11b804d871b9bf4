import { CreatePodIdentityAssociationCommand, EKSClient } from '@aws-sdk/client-eks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterSnapshot, LiveCluster } from '../../src/live/types.js';
import { never, open, type RunningDemo, rowOf, runDemo, until } from './support.js';

let demo: RunningDemo;
let cluster: LiveCluster;
let seen: ClusterSnapshot | undefined;
const stop = new AbortController();
let watching: Promise<void>;

beforeAll(async () => {
  demo = await runDemo({ bookmarkMilliseconds: 200 });
  cluster = await open(demo);
  await cluster.read(never());
  watching = cluster.watch(stop.signal, (snapshot) => {
    seen = snapshot;
  });
  await until(
    () => demo.requests.count('watch pods') > 0 && demo.requests.count('watch serviceaccounts') > 0,
    'the watches',
  );
});
afterEach(() => demo.faults.clear());
afterAll(async () => {
  stop.abort();
  await watching;
  cluster.close();
  await demo.stop();
});

/** kubectl's `annotate`, by the API. */
async function annotate(namespace: string, name: string, value: string | null): Promise<void> {
  const { kubeconfig } = demo;
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const { CoreV1Api, setHeaderOptions } = await import('@kubernetes/client-node');
  await config
    .makeApiClient(CoreV1Api)
    .patchNamespacedServiceAccount(
      { namespace, name, body: { metadata: { annotations: { 'eks.amazonaws.com/role-arn': value } } } },
      setHeaderOptions('Content-Type', 'application/merge-patch+json'),
    );
}

/** Deletes the account's pods; their controller makes new ones. */
async function restart(namespace: string, serviceAccount: string): Promise<void> {
  const { KubeConfig, CoreV1Api } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(demo.kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  for (const { object } of demo.store.collection('pods').all()) {
    const { serviceAccountName } = object.spec as { serviceAccountName?: string };
    if (object.metadata.namespace === namespace && serviceAccountName === serviceAccount)
      await api.deleteNamespacedPod({ namespace, name: object.metadata.name });
  }
}

describe('watching', () => {
  it('follows an annotation, reads the new role, and finds the pods stale', async () => {
    const role = 'arn:aws:iam::111122223333:role/checkout-api';
    await annotate('checkout', 'frontend', role);
    await until(
      () => seen?.serviceAccounts.some((row) => row.name === 'frontend' && row.trust === 'denied') === true,
      'the annotation',
    );
    const row = rowOf(seen, 'checkout/frontend');
    expect(row).toMatchObject({ mechanism: 'irsa', roleArn: role, status: 'error' });
    expect(row.pods.stale).toBe(1);
  });

  it('lists anew where the server has forgotten, and takes the annotation back', async () => {
    const lists = demo.requests.count('list serviceaccounts');
    // An ERROR event of 410 in each open watch.
    demo.kubernetes.expireWatches();
    await annotate('checkout', 'frontend', null);
    await until(() => rowOf(seen, 'checkout/frontend').mechanism === 'node-role', 'the annotation to go');
    expect(demo.requests.count('list serviceaccounts')).toBeGreaterThan(lists);
  });

  it('goes on where it was after the server ended the watch', async () => {
    const lists = demo.requests.count('list serviceaccounts');
    demo.kubernetes.endWatches();
    await annotate('checkout', 'frontend', 'arn:aws:iam::111122223333:role/none');
    await until(
      () => rowOf(seen, 'checkout/frontend').findings.some(({ ruleId }) => ruleId === 'live-role-not-found'),
      'the change',
    );
    expect(demo.requests.count('list serviceaccounts')).toBe(lists);
  });

  it('reads the node that came up with a pod', async () => {
    const pods = demo.store.collection('pods');
    const nodes = demo.store.collection('nodes');
    const { key, object } = pods.all().find(({ key }) => key.startsWith('payments/api-'))!;
    const node = nodes.all()[0]!.object;
    const labels = { ...node.metadata.labels, 'kubernetes.io/os': 'windows' };
    nodes.put('windows-1', { ...node, metadata: { ...node.metadata, name: 'windows-1', uid: 'w', labels } });
    demo.requests.clear();
    for (const more of ['on-windows', 'on-windows-too'])
      pods.put(`${key}-${more}`, {
        ...object,
        metadata: { ...object.metadata, name: `${object.metadata.name}-${more}`, uid: more },
        spec: { ...(object.spec as object), nodeName: 'windows-1' },
      });
    await until(
      () => rowOf(seen, 'payments/api').findings.some(({ ruleId }) => ruleId === 'workload-unsupported-compute'),
      'the node',
    );
    expect(rowOf(seen, 'payments/api').unknown).toEqual([]);
    expect(demo.requests.entries.filter(({ operation }) => operation === 'get nodes')).toHaveLength(1);
  });

  it('asks for an association anew, once, where a new pod shows another identity than was read', async () => {
    const { awsUrl: endpoint, scenario } = demo;
    const { accessKeyId, secretAccessKey } = scenario.caller;
    const { region } = scenario.cluster;
    const eks = new EKSClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
    const made = await eks.send(
      new CreatePodIdentityAssociationCommand({
        clusterName: scenario.cluster.name,
        namespace: 'checkout',
        serviceAccount: 'frontend',
        roleArn: 'arn:aws:iam::111122223333:role/payments-api',
      }),
    );
    eks.destroy();
    demo.requests.clear();
    await restart('checkout', 'frontend');
    await until(() => rowOf(seen, 'checkout/frontend').association?.roleArn !== undefined, 'the association');
    await until(() => rowOf(seen, 'checkout/frontend').pods.total === 1, 'the old pod to go');
    expect(rowOf(seen, 'checkout/frontend')).toMatchObject({
      winner: 'pod-identity',
      associationId: made.association?.associationId,
      pods: { total: 1, stale: 0 },
    });
    expect(demo.requests.count('ListPodIdentityAssociations')).toBe(1);
    expect(demo.requests.count('DescribePodIdentityAssociation')).toBe(1);
  });

  it('of rows that a refresh has replaced ends, and holds neither them nor its connections', async () => {
    const before = demo.kubernetes.openWatches;
    const other = await open(demo);
    await other.read(never());
    const ended = other.watch(never(), () => undefined);
    await until(() => demo.kubernetes.openWatches === before + 2, 'the watches');
    await other.read(never());
    await ended;
    await until(() => demo.kubernetes.openWatches === before, 'the end of the watches');
    other.close();
  });

  it('makes no busy loop', () => {
    expect(demo.requests.count('watch pods')).toBeLessThan(20);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ordersProd } from '../../src/demo/scenario.js';
import { awsContext, listAwsClusters, openCluster, readAwsProfiles } from '../../src/live/main.js';
import type { AwsCluster, ClusterSnapshot } from '../../src/live/types.js';
import { never, type RunningDemo, rowOf, runDemo } from './support.js';

const { cluster, caller } = ordersProd;
const region = cluster.region;

async function read(aws: AwsCluster): Promise<ClusterSnapshot> {
  const opened = await openCluster({ aws, timeoutMs: 10_000 });
  if (!opened.ok) throw new Error(opened.failure.message);
  try {
    return await opened.value.read(never());
  } finally {
    opened.value.close();
  }
}

describe('EKS clusters without a kubeconfig', () => {
  let demo: RunningDemo;
  let folder: string;

  beforeEach(async () => {
    demo = await runDemo();
    folder = await mkdtemp(join(tmpdir(), 'pod-iam-aws-'));
    const files = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') };
    await writeFile(files.AWS_CONFIG_FILE, '[default]\nregion = eu-west-1\n');
    await writeFile(
      files.AWS_SHARED_CREDENTIALS_FILE,
      `[dev]\naws_access_key_id = ${caller.accessKeyId}\naws_secret_access_key = ${caller.secretAccessKey}\n` +
        `[wrong]\naws_access_key_id = ${caller.accessKeyId}\naws_secret_access_key = another\n`,
    );
    // As an engineer who is away from home has it: no kubeconfig at all.
    Object.assign(process.env, files, { KUBECONFIG: join(folder, 'none') });
  });
  afterEach(async () => {
    await demo.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('are listed in each place, and a place that refuses hides no other', async () => {
    demo.faults.add({
      operation: 'ListClusters',
      effect: { kind: 'error', status: 403, code: 'AccessDeniedException', message: 'no' },
      times: 1,
    });
    const first = await listAwsClusters([{ region: 'us-east-1' }], never());
    expect(first).toEqual({
      clusters: [],
      failures: [expect.objectContaining({ what: 'eks:ListClusters in us-east-1', reason: 'forbidden' })],
    });
    const found = await listAwsClusters(
      [{ region: 'us-east-1' }, { region }, { region, profile: 'dev' }, { region, profile: 'missing' }],
      never(),
    );
    expect(found.clusters).toEqual([
      { name: 'orders-prod', region },
      { name: 'staging', region },
      { name: 'orders-prod', region, profile: 'dev' },
      { name: 'staging', region, profile: 'dev' },
    ]);
    expect(found.failures).toEqual([
      expect.objectContaining({
        what: `eks:ListClusters in ${region} (profile missing)`,
        reason: 'unauthenticated',
      }),
    ]);
  });

  it.each([undefined, 'dev'])(
    'are read like any other, by a token that the cluster takes (profile %s)',
    async (profile) => {
      const snapshot = await read({ name: 'orders-prod', region, ...(profile === undefined ? {} : { profile }) });
      expect(snapshot.serviceAccounts).toHaveLength(ordersProd.serviceAccounts.length);
      expect(snapshot).toMatchObject({
        context: profile === undefined ? 'eks:eu-west-1/orders-prod' : 'eks:eu-west-1/orders-prod@dev',
        name: 'orders-prod',
        kind: 'eks',
        complete: true,
        callerKubernetes: { known: true, value: 'engineer' },
      });
      expect(rowOf(snapshot, 'checkout/api')).toMatchObject({ mechanism: 'irsa', trust: 'allowed', status: 'ok' });
      // One for the endpoint, one for the state.
      expect(demo.requests.count('DescribeCluster')).toBe(2);
      // The signed URL is for the cluster to send: we do not.
      expect(demo.requests.entries.filter(({ method, service }) => method === 'GET' && service === 'sts')).toEqual([]);
    },
  );

  it('call nothing before they are read, and the listing calls nothing of a cluster', async () => {
    const opened = await openCluster({ aws: { name: 'orders-prod', region } });
    if (!opened.ok) throw new Error(opened.failure.message);
    opened.value.close();
    expect(demo.requests.entries).toEqual([]);
    await listAwsClusters([{ region }], never());
    expect(demo.requests.counts()).toEqual({ 'eks ListClusters': 1 });
  });

  it('say that the token was refused, whose it was and what the cluster lacks', async () => {
    const snapshot = await read({ name: 'orders-prod', region, profile: 'wrong' });
    expect(snapshot.callerKubernetes).toMatchObject({ known: false, reason: 'unauthenticated' });
    expect(snapshot.failures).toEqual([
      expect.objectContaining({
        reason: 'unauthenticated',
        message:
          "orders-prod refused the token of the AWS identity of profile 'wrong': it needs an access entry, or a mapping in the ConfigMap aws-auth in this cluster",
      }),
    ]);
    expect(snapshot.listed).toBe(false);
    // AWS's half is still there.
    expect(snapshot.agent.known).toBe(true);
    expect(JSON.stringify(snapshot)).not.toMatch(/k8s-aws-v1|X-Amz-Signature|another/);
  });

  it('say that the endpoint is private where nobody answers', async () => {
    const snapshot = await read({ name: 'staging', region });
    expect(snapshot.listed).toBe(false);
    expect(snapshot.failures[0]).toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(
        /^connection refused.*; the cluster's endpoint is private: it is reached from its VPC only$/,
      ),
    });
  });

  it('say that there is none of that name', async () => {
    const snapshot = await read({ name: 'nope', region });
    const words = snapshot.failures.map(({ what, reason }) => `${what}: ${reason}`);
    expect(words.filter((each) => each === 'eks:DescribeCluster nope: not-found')).toHaveLength(1);
    expect(snapshot.listed).toBe(false);
  });

  it('tell who may not describe them what is missing', async () => {
    demo.faults.add({
      operation: 'DescribeCluster',
      effect: { kind: 'error', status: 403, code: 'AccessDeniedException', message: 'no' },
    });
    const snapshot = await read({ name: 'orders-prod', region });
    expect(snapshot.failures).toEqual([
      expect.objectContaining({ what: 'eks:DescribeCluster orders-prod', permission: 'eks:DescribeCluster' }),
    ]);
  });

  it.each([
    ['an error', { kind: 'error', status: 500, code: 'ServerException', message: 'no' }],
    ['rubbish', { kind: 'garbage' }],
    ['a reset', { kind: 'reset' }],
    ['silence', { kind: 'stall' }],
    ['an expired sign-in', { kind: 'error', status: 403, code: 'ExpiredTokenException', message: 'expired' }],
  ] as const)('survive %s of DescribeCluster: what is unknown says why, and a refresh recovers', async (_, effect) => {
    const opened = await openCluster({ aws: { name: 'orders-prod', region }, timeoutMs: 5_000 });
    if (!opened.ok) throw new Error(opened.failure.message);
    const remove = demo.faults.add({ operation: 'DescribeCluster', effect });
    const harmed = await opened.value.read(never());
    expect(harmed.listed).toBe(false);
    expect(harmed.callerKubernetes.known).toBe(false);
    expect(harmed.failures.length).toBeGreaterThan(0);
    for (const failure of harmed.failures) expect(failure.message).not.toBe('');
    remove();
    const recovered = await opened.value.read(never());
    expect(recovered.serviceAccounts).toHaveLength(ordersProd.serviceAccounts.length);
    opened.value.close();
  });

  it('are named apart from contexts and from each other', () => {
    expect(awsContext({ name: 'a', region, profile: 'dev' })).toMatchObject({
      name: 'eks:eu-west-1/a@dev',
      signIn: 'AWS',
      eks: { name: 'a', region, profile: 'dev' },
      aws: { name: 'a', region, profile: 'dev' },
    });
  });
});

describe('AWS profiles', () => {
  let folder: string;
  const before = { ...process.env };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pod-iam-profiles-'));
    process.env.AWS_CONFIG_FILE = join(folder, 'config');
    process.env.AWS_SHARED_CREDENTIALS_FILE = join(folder, 'credentials');
  });
  afterAll(async () => {
    process.env = before;
    await rm(folder, { recursive: true, force: true });
  });

  it('of no files are none', async () => {
    expect(await readAwsProfiles()).toEqual({ ok: true, value: [] });
  });

  it('come of both files, once each, without what is secret', async () => {
    await writeFile(
      join(folder, 'config'),
      '[default]\nregion = eu-west-1\n[profile dev]\nsso_session = x\nregion=us-east-1\ns3 =\n  region = nested\n[sso-session x]\nregion = eu-north-1\n[profile "two words"]\n',
    );
    await writeFile(
      join(folder, 'credentials'),
      '[dev]\naws_access_key_id = AKIAPLANTED000000000\nregion = eu-west-3\n[old]\naws_secret_access_key = planted\n',
    );
    expect(await readAwsProfiles()).toEqual({
      ok: true,
      value: [
        { name: 'default', region: 'eu-west-1' },
        { name: 'dev', region: 'us-east-1' },
        { name: 'two words' },
        { name: 'old' },
      ],
    });
  });
});

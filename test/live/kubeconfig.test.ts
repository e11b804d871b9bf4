import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eksHint, profileAsUsed } from '../../src/live/eksHint.js';
import { kubeconfigFiles, readContexts, readKubeconfig } from '../../src/live/kubeconfig.js';

const context = { name: 'c', cluster: 'k', user: 'u' };
const cluster = (server: string, name = 'k') => ({ name, server, skipTlsVerify: false });
const exec = (args: string[], env: { name: string; value: string }[] = []) => ({
  name: 'u',
  exec: {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'aws',
    args,
    env,
    provideClusterInfo: false,
    directory: '/',
  },
});

describe('the EKS cluster behind a context', () => {
  it.each([
    [
      'aws eks get-token',
      exec(
        ['--region', 'eu-west-1', 'eks', 'get-token', '--cluster-name', 'orders'],
        [{ name: 'AWS_PROFILE', value: 'work' }],
      ),
      { name: 'orders', region: 'eu-west-1', profile: 'work' },
    ],
    [
      'with = and a role',
      exec([
        'eks',
        'get-token',
        '--cluster-name=orders',
        '--region=eu-west-1',
        '--role-arn',
        'arn:aws:iam::111122223333:role/x',
      ]),
      { name: 'orders', region: 'eu-west-1', roleArn: 'arn:aws:iam::111122223333:role/x' },
    ],
    [
      'aws-iam-authenticator',
      exec(['token', '-i', 'orders'], [{ name: 'AWS_REGION', value: 'us-east-1' }]),
      { name: 'orders', region: 'us-east-1' },
    ],
    [
      'an ARN for a name',
      exec(['token', '-i', 'arn:aws:eks:eu-west-1:111122223333:cluster/orders']),
      { name: 'orders', region: 'eu-west-1', account: '111122223333', partition: 'aws' },
    ],
  ])('%s', (_, user, wanted) => {
    expect(eksHint(context, cluster('https://x'), user)).toEqual(wanted);
  });

  it('is named by an ARN, by eksctl, and its region by the endpoint', () => {
    const arn = 'arn:aws-cn:eks:cn-north-1:111122223333:cluster/orders';
    expect(eksHint({ ...context, cluster: arn }, undefined, undefined)).toEqual({
      name: 'orders',
      region: 'cn-north-1',
      account: '111122223333',
      partition: 'aws-cn',
    });
    expect(eksHint({ ...context, name: 'me@orders.eu-central-1.eksctl.io' }, undefined, undefined)).toEqual({
      name: 'orders',
      region: 'eu-central-1',
    });
    expect(
      eksHint(
        context,
        cluster('https://0123456789ABCDEF0123456789ABCDEF.gr7.ap-southeast-2.eks.amazonaws.com'),
        undefined,
      ),
    ).toEqual({ region: 'ap-southeast-2' });
    expect(
      eksHint(
        context,
        cluster('https://0123456789ABCDEF0123456789ABCDEF.sk1.cn-north-1.eks.amazonaws.com.cn'),
        undefined,
      ),
    ).toEqual({ region: 'cn-north-1' });
    expect(eksHint(context, cluster('https://kind.local:6443'), undefined)).toEqual({});
  });

  it('the exact source wins over the name', () => {
    const named = { ...context, cluster: 'arn:aws:eks:eu-west-1:111122223333:cluster/old' };
    expect(eksHint(named, undefined, exec(['eks', 'get-token', '--cluster-name', 'new']))).toMatchObject({
      name: 'new',
      region: 'eu-west-1',
    });
  });
});

describe('the AWS profile', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  it('is the one that the plugin uses: keys of the environment beat AWS_PROFILE, not --profile', () => {
    const byVariable = exec([], [{ name: 'AWS_PROFILE', value: 'work' }]);
    const byArgument = exec(['--profile', 'work']);
    const hint = { profile: 'work' };
    expect(profileAsUsed(hint, byVariable, {})).toEqual(hint);
    expect(profileAsUsed(hint, byVariable, keys)).toEqual({});
    expect(profileAsUsed(hint, byArgument, keys)).toEqual(hint);
  });
});

describe('kubeconfig files', () => {
  let directory: string;
  const file = async (name: string, text: string) => {
    const path = join(directory, name);
    await writeFile(path, text);
    return path;
  };
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pod-iam-kubeconfig-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('are KUBECONFIG’s list, or the one that was named', () => {
    expect(kubeconfigFiles({}, { KUBECONFIG: ['/a', '', '/b'].join(delimiter) })).toEqual(['/a', '/b']);
    expect(kubeconfigFiles({ kubeconfig: '/c' }, { KUBECONFIG: '/a' })).toEqual(['/c']);
    expect(kubeconfigFiles({}, {})[0]).toMatch(/\.kube.config$/);
  });

  it('merge as in kubectl: the first of a name wins, a missing one is passed over', async () => {
    const a = await file(
      'a',
      'current-context: x\ncontexts:\n- {name: x, context: {cluster: k, user: u}}\nclusters:\n- {name: k, cluster: {server: "https://a/"}}\n',
    );
    const b = await file(
      'b',
      'current-context: y\ncontexts:\n- {name: x, context: {cluster: other, user: u}}\n- {name: y, context: {cluster: k}}\nusers:\n- {name: u, user: {token: secret-of-b, tokenFile: t}}\n',
    );
    process.env.KUBECONFIG = [a, join(directory, 'missing'), b].join(delimiter);
    const read = await readKubeconfig({});
    const contexts = await readContexts({});
    delete process.env.KUBECONFIG;
    if (!read.ok || !contexts.ok) throw new Error('unread');
    expect(read.value.currentContext).toBe('x');
    expect(read.value.contexts.get('x')?.cluster).toBe('k');
    expect(read.value.clusters.get('k')?.server).toBe('https://a');
    expect(read.value.users.get('u')?.tokenFile).toBe(join(directory, 't'));
    expect(contexts.value.contexts.map(({ name, current, signIn }) => ({ name, current, signIn }))).toEqual([
      { name: 'x', current: true, signIn: 'token' },
      { name: 'y', current: false, signIn: 'none' },
    ]);
    expect(JSON.stringify(contexts)).not.toContain('secret-of-b');
  });

  it.each([
    ['a list', '- a\n- b\n'],
    ['no YAML', 'users:\n- name: u\n  user: {token: "secret-token'],
    ['nothing', ''],
    ['rubbish in the right places', 'contexts: 3\nclusters: [1, null, {name: 4}]\nusers: {a: b}\n'],
  ])('%s throws nothing and quotes nothing', async (_, text) => {
    const read = await readContexts({ kubeconfig: await file('odd', text) });
    expect(JSON.stringify(read)).not.toContain('secret-token');
    if (read.ok) expect(read.value.contexts).toEqual([]);
    else expect(read.failure.reason).toBe('invalid-response');
  });

  it.each([
    ['', ''],
    ['comments', '# made by a tool\n---\n\n'],
  ])('one that says nothing (%s) takes nothing away from the others', async (_, text) => {
    const empty = await file('empty', text);
    const full = await file('full', 'contexts:\n- {name: x, context: {cluster: k, user: u}}\n');
    process.env.KUBECONFIG = [empty, full].join(delimiter);
    const read = await readContexts({});
    delete process.env.KUBECONFIG;
    expect(read.ok && read.value.contexts.map(({ name }) => name)).toEqual(['x']);
    expect(await readContexts({ kubeconfig: empty })).toMatchObject({ ok: true, value: { contexts: [] } });
  });

  it('says where it looked when there is none', async () => {
    const read = await readContexts({ kubeconfig: join(directory, 'none') });
    expect(read).toMatchObject({
      ok: false,
      failure: { reason: 'not-found', message: expect.stringContaining('none') },
    });
  });
});

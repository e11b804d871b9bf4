import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServers, type TestServers } from '../support/servers.js';

const run = promisify(execFile);

let servers: TestServers;
/** As in 1.32; Debian's package is of 1.20, which can do less. */
let version: number;

async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run('kubectl', ['--kubeconfig', servers.demo.kubeconfig, ...args], { timeout: 30_000 });
  return stdout;
}

beforeAll(async () => {
  servers = await startServers();
  try {
    const { stdout } = await run('kubectl', ['version', '--client', '-o', 'json']);
    const { clientVersion } = JSON.parse(stdout) as { clientVersion: { minor: string } };
    version = Number.parseInt(clientVersion.minor, 10);
  } catch (error) {
    throw new Error(
      `These tests run the real kubectl, which does not start here (${error instanceof Error ? error.message : String(error)}). Install it, on Debian with: apt-get install kubernetes-client`,
    );
  }
});

afterAll(() => servers.close());

describe('the demo cluster, by the real kubectl', () => {
  it('gets service accounts as a table', async () => {
    const lines = (await kubectl('get', 'serviceaccounts', '-A')).trim().split('\n');
    expect(lines[0]).toMatch(/^NAMESPACE +NAME +SECRETS +AGE$/);
    expect(lines).toHaveLength(servers.demo.scenario.serviceAccounts.length + 1);
    expect(lines[1]).toMatch(/^checkout +api +0 +90d$/);
  });

  it('gets everything of a namespace', async () => {
    const text = await kubectl('get', 'all', '-n', 'payments');
    for (const kind of ['pod/', 'deployment.apps/', 'replicaset.apps/', 'statefulset.apps/', 'job.batch/', 'cronjob']) {
      expect(text).toContain(kind);
    }
  });

  it('reads a list in chunks', async () => {
    const all = await kubectl('get', 'pods', '-A', '-o', 'name');
    const chunked = await kubectl('get', 'pods', '-A', '-o', 'name', '--chunk-size=7');
    expect(chunked).toBe(all);
  });

  it('follows a watch', async () => {
    const child: ChildProcess = spawn('kubectl', ['--kubeconfig', servers.demo.kubeconfig, 'get', 'pods', '-A', '-w']);
    try {
      let text = '';
      const seen = (pattern: RegExp): Promise<void> =>
        new Promise((resolve, reject) => {
          const check = (): void => {
            if (pattern.test(text)) {
              child.stdout?.off('data', check);
              resolve();
            }
          };
          child.stdout?.on('data', check);
          child.once('exit', () => reject(new Error(`kubectl ended: ${text}`)));
          check();
        });
      child.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      await seen(/NAMESPACE +NAME/);
      await seen(/reports +warehouse-/);
      const pods = servers.demo.store.collection('pods');
      const [pod] = pods.all();
      const watched = (): boolean => servers.demo.requests.count('watch pods') > 0;
      while (!watched()) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (pod) {
        pods.put('checkout/brand-new', {
          ...pod.object,
          metadata: { ...pod.object.metadata, name: 'brand-new', namespace: 'checkout' },
        });
      }
      await seen(/checkout +brand-new +1\/1 +Running/);
      pods.delete('checkout/brand-new');
    } finally {
      child.kill();
    }
  });

  it('describes a service account, a pod and a node', async () => {
    const account = await kubectl('describe', 'sa', '-n', 'checkout', 'api');
    expect(account).toMatch(
      /Annotations: +eks\.amazonaws\.com\/role-arn: *arn:aws:iam::111122223333:role\/checkout-api/,
    );
    const pod = await kubectl('describe', 'pod', '-n', 'checkout', '-l', 'app.kubernetes.io/name=worker');
    expect(pod).toContain('AWS_WEB_IDENTITY_TOKEN_FILE');
    expect(pod).toContain('Back-off restarting failed container');
    expect(await kubectl('describe', 'node')).toContain('eks.amazonaws.com/nodegroup=ng-default');
  });

  it('answers auth can-i', async () => {
    expect((await kubectl('auth', 'can-i', 'list', 'pods', '-A')).trim()).toBe('yes');
    const no = await kubectl('auth', 'can-i', 'list', 'secrets').catch((error: { stdout: string }) => error.stdout);
    expect(no.trim()).toBe('no');
    expect(await kubectl('auth', 'can-i', '--list', '-n', 'orders')).toContain('serviceaccounts');
  });

  it('annotates, labels, creates and deletes', async () => {
    await kubectl('annotate', 'sa', '-n', 'orders', 'gateway', 'example.com/note=yes');
    expect(await kubectl('get', 'sa', '-n', 'orders', 'gateway', '-o', 'yaml')).toContain('example.com/note: "yes"');
    await kubectl('create', 'serviceaccount', '-n', 'orders', 'made-here');
    await kubectl('delete', 'serviceaccount', '-n', 'orders', 'made-here');
    const gone = await kubectl('get', 'sa', '-n', 'orders', 'made-here').catch(
      (error: { stderr: string }) => error.stderr,
    );
    expect(gone).toContain('NotFound');
  });

  it('restarts a workload', async () => {
    const names = async (): Promise<string> =>
      kubectl('get', 'pods', '-n', 'monitoring', '-l', 'app.kubernetes.io/name=grafana', '-o', 'name');
    const before = await names();
    await kubectl('rollout', 'restart', '-n', 'monitoring', 'deployment/grafana');
    await kubectl('rollout', 'status', '-n', 'monitoring', 'deployment/grafana', '--timeout=20s');
    const after = await names();
    expect(after.trim().split('\n')).toHaveLength(before.trim().split('\n').length);
    expect(after).not.toBe(before);
  });

  it('creates tokens and runs commands, where this kubectl can', async () => {
    const pod = (await kubectl('get', 'pods', '-n', 'checkout', '-l', 'app.kubernetes.io/name=api', '-o', 'name'))
      .split('\n')[0]
      ?.replace('pod/', '');
    // `create token` came with 1.24; `exec` speaks WebSocket from 1.31 on, and SPDY, which the demo does not, before.
    const token = kubectl('create', 'token', '-n', 'checkout', 'api', '--audience', 'sts.amazonaws.com');
    if (version >= 24) {
      expect((await token).split('.')).toHaveLength(3);
    } else {
      await expect(token).rejects.toThrow();
    }
    const identity = kubectl('exec', '-n', 'checkout', pod ?? '', '--', 'aws', 'sts', 'get-caller-identity');
    if (version >= 31) {
      expect(JSON.parse(await identity)).toMatchObject({
        Arn: expect.stringMatching(/^arn:aws:sts::111122223333:assumed-role\/checkout-api\//),
      });
    } else {
      await expect(identity).rejects.toThrow();
    }
  });

  it('says why the other contexts give nothing', async () => {
    const error = (context: string): Promise<string> =>
      kubectl('--context', context, 'get', 'sa', '-A').then(
        () => '',
        (caught: { stderr: string }) => caught.stderr,
      );
    expect(await error('orders-prod-readonly')).toContain('Forbidden');
    expect(await error('orders-prod-signed-out')).toMatch(/Unauthorized|must be logged in/);
    expect(await error('staging')).toContain('refused');
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signed } from '../../src/live/aws/sign.js';
import { runCredentialPlugin } from '../../src/live/kubernetes/execCredential.js';
import { redact } from '../../src/live/redact.js';

describe('credential plugins', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pod-iam-plugin-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const run = async (script: string, signal = new AbortController().signal, more = {}) => {
    const file = join(directory, 'plugin.cjs');
    await writeFile(file, script);
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: [file],
      env: [{ name: 'FOO', value: 'bar' }],
      provideClusterInfo: true,
      directory,
      ...more,
    };
    return runCredentialPlugin(exec, { name: 'k', server: 'https://k', skipTlsVerify: false }, signal);
  };

  it('give a token and when it ends, and are told which cluster', async () => {
    const result = await run(`
      const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
      const token = process.env.FOO + ' ' + info.spec.cluster.server + ' ' + info.spec.interactive;
      console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: info.apiVersion, status: { token, expirationTimestamp: '2030-01-01T00:00:00Z' } }));`);
    expect(result).toEqual({ ok: true, value: { token: 'bar https://k false', expiresAt: Date.UTC(2030, 0, 1) } });
  });

  it.each([
    [
      'fails',
      `console.error('first'); console.error('token: eyJhbGciOiJSUzI1NiJ9.abc.def expired'); process.exit(3)`,
      'ended with 3: token: [redacted]',
    ],
    ['prints rubbish', `console.log('secret-looking rubbish')`, 'printed no ExecCredential'],
    ['prints another kind', `console.log('{"kind":"Secret","status":{"token":"t"}}')`, 'printed no ExecCredential'],
  ])('one that %s says so and shows no credential', async (_, script, wanted) => {
    const result = await run(script);
    expect(result).toMatchObject({
      ok: false,
      failure: { reason: 'unauthenticated', message: expect.stringContaining(wanted) },
    });
    expect(JSON.stringify(result)).not.toMatch(/eyJ|secret-looking/);
  });

  it('one that is missing is told with its hint', async () => {
    const result = await run('', undefined, { command: 'no-such-plugin', installHint: 'Install it from the moon.' });
    expect(result).toMatchObject({
      ok: false,
      failure: {
        reason: 'unauthenticated',
        message: "'no-such-plugin' is not installed or not on the PATH. Install it from the moon.",
      },
    });
  });

  it('one that hangs is ended', async () => {
    const result = await run(`setInterval(() => undefined, 1000); process.stdout.write('x')`, AbortSignal.timeout(400));
    expect(result).toMatchObject({ ok: false, failure: { reason: 'timeout' } });
  });
});

describe('redact', () => {
  it.each([
    'Bearer abcdefghijklmnop',
    'token=k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8',
    'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJl',
    'AKIAIOSFODNN7EXAMPLE',
    'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    '"SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
    'https://me:hunter2@proxy.example/',
    'https://sts.amazonaws.com/?X-Amz-Signature=0123456789abcdef&X-Amz-Security-Token=FwoGZXIvYXdzE',
    '-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----',
    'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12',
  ])('takes the credential out of %s', (text) => {
    expect(redact(`before ${text} after`)).not.toMatch(
      /abcdefghijklmnop|aHR0cHM|eyJ|AKIA|wJalr|hunter2|0123456789abcdef|FwoG|MIIE/,
    );
  });

  it.each([
    'User: arn:aws:sts::111122223333:assumed-role/engineer/me is not authorized to perform: iam:GetRole on resource: arn:aws:iam::111122223333:role/restricted/orders-exporter',
    'pods is forbidden: User "auditor" cannot list resource "pods" in API group "" at the cluster scope',
    'oidc.eks.eu-west-1.amazonaws.com/id/8A5C2E1B7D90463FA1E2C3D4B5F60718',
  ])('leaves alone what is none: %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('Signature Version 4', () => {
  it("signs as in AWS's own example (get-vanilla)", () => {
    const headers = signed(
      { method: 'GET', url: new URL('https://example.amazonaws.com/'), headers: {}, body: '' },
      { service: 'service', region: 'us-east-1' },
      { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
      new Date('2015-08-30T12:36:00Z'),
    );
    expect(headers.authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    );
  });
});

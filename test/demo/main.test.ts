import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let directory: string;
let bundle: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pod-iam-demo-test-'));
  bundle = join(directory, 'demo.js');
  await build({
    entryPoints: ['src/demo/main.ts'],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    outfile: bundle,
    logLevel: 'error',
  });
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('the demo as a program', () => {
  it('writes a kubeconfig, says what to set, and goes on a signal', async () => {
    const child = spawn(process.execPath, [bundle, '--dir', join(directory, 'run')]);
    let text = '';
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('Interrupt to stop')) {
          resolve();
        }
      });
      child.once('exit', () => reject(new Error(`it ended: ${text}`)));
    });
    const kubeconfig = join(directory, 'run', 'kubeconfig');
    expect(text).toContain(`export KUBECONFIG=${kubeconfig}`);
    expect(text).toMatch(/export AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+/);
    expect(JSON.parse(await readFile(kubeconfig, 'utf8'))).toMatchObject({ 'current-context': 'orders-prod' });
    const code = await new Promise((resolve) => {
      child.removeAllListeners('exit');
      child.once('exit', resolve);
      child.kill('SIGTERM');
    });
    expect(code).toBe(0);
  });

  it('refuses options that it does not have', async () => {
    const run = promisify(execFile)(process.execPath, [bundle, '--nonsense']);
    await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('Usage:') });
  });
});

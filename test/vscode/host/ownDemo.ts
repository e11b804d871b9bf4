import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { LoggedRequest } from '../../../src/demo/requestLog.js';
import { type DemoServers, startDemo } from '../../../src/demo/startDemo.js';

/** The demo's servers inside the extension host, so that a test sees what was sent; their environment is ours until it ends. */
export async function withDemo(work: (demo: DemoServers) => Promise<void>): Promise<void> {
  const demo = await startDemo({ directory: await mkdtemp(join(tmpdir(), 'pod-iam-host-')) });
  const before = { ...process.env };
  Object.assign(process.env, demo.env, { KUBECONFIG: demo.kubeconfig });
  try {
    await work(demo);
  } finally {
    await vscode.commands.executeCommand('podIam.clusters.disconnect', { target: { context: 'orders-prod' } });
    for (const key of Object.keys(process.env)) if (!(key in before)) delete process.env[key];
    Object.assign(process.env, before);
    await demo.close();
  }
}

/** As a person does who opens the cluster's row; it is read when this returns. */
export async function openCluster(context = 'orders-prod'): Promise<void> {
  await vscode.commands.executeCommand('podIam.clusters.refresh');
  await vscode.commands.executeCommand('podIam.clusters.refreshOne', { target: { context } });
}

/** Requests that change or mint something; asking who one is does not. */
export function writes(demo: DemoServers): LoggedRequest[] {
  return demo.requests.entries.filter(
    ({ service, operation, method }) =>
      (service === 'kubernetes' && method !== 'GET' && !/selfsubject/.test(operation)) ||
      /^(?:Create|Update|Delete|Put|Assume)/.test(operation),
  );
}

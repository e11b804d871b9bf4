import { join } from 'node:path';
import { root } from './paths.js';
import { startService } from './processes.js';
import { scratchFolder } from './scratch.js';
import { until } from './until.js';

export interface DemoCluster {
  /** Path of a kubeconfig whose contexts are the demo's. */
  readonly kubeconfig: string;
  /** What to set for the AWS SDKs: endpoints, region, credentials made up for the demo. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts the demo's Kubernetes and AWS servers (dist/demo.js, so build first) on 127.0.0.1. */
export async function startDemoCluster(): Promise<DemoCluster> {
  const service = startService(process.execPath, [
    join(root, 'dist', 'demo.js'),
    '--json',
    '--dir',
    scratchFolder('demo-cluster'),
  ]);
  let ended = false;
  void service.exited.then(() => {
    ended = true;
  });
  const line = await until('the demo cluster to say where it is', 90_000, () => {
    if (ended) throw new Error(`The demo cluster ended at once:\n${service.output()}`);
    return service.output().match(/^\{.*\}$/m)?.[0];
  });
  const { kubeconfig, env } = JSON.parse(line) as { kubeconfig?: unknown; env?: unknown };
  if (typeof kubeconfig !== 'string' || !isRecordOfStrings(env)) {
    throw new Error(`The demo cluster said something unexpected: ${line}`);
  }
  return { kubeconfig, env: { KUBECONFIG: kubeconfig, ...env }, stop: service.stop };
}

function isRecordOfStrings(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' && value !== null && Object.values(value).every((entry) => typeof entry === 'string')
  );
}

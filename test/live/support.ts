import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DemoOptions, type DemoServers, startDemo } from '../../src/demo/startDemo.js';
import { openCluster } from '../../src/live/main.js';
import type { ClusterSnapshot, LiveCluster, OpenOptions, ServiceAccountIdentity } from '../../src/live/types.js';

export interface RunningDemo extends DemoServers {
  stop(): Promise<void>;
}

/** The demo, and its AWS environment as this process's until it is stopped. */
export async function runDemo(options: Omit<DemoOptions, 'directory'> = {}): Promise<RunningDemo> {
  const directory = await mkdtemp(join(tmpdir(), 'pod-iam-live-'));
  const demo = await startDemo({ directory, ...options });
  const before = { ...process.env };
  Object.assign(process.env, demo.env);
  return {
    ...demo,
    stop: async () => {
      process.env = before;
      await demo.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export async function open(demo: DemoServers, options: Partial<OpenOptions> = {}): Promise<LiveCluster> {
  const opened = await openCluster({ kubeconfig: demo.kubeconfig, timeoutMs: 10_000, ...options });
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value;
}

/** Opens, reads once, closes. */
export async function snapshotOf(demo: DemoServers, options: Partial<OpenOptions> = {}): Promise<ClusterSnapshot> {
  const cluster = await open(demo, options);
  try {
    return await cluster.read(never());
  } finally {
    cluster.close();
  }
}

export function never(): AbortSignal {
  return new AbortController().signal;
}

export function rowOf(snapshot: ClusterSnapshot | undefined, key: string): ServiceAccountIdentity {
  const row = snapshot?.serviceAccounts.find(({ namespace, name }) => `${namespace}/${name}` === key);
  if (!row) throw new Error(`no row ${key}`);
  return row;
}

export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`never came: ${what}`);
}

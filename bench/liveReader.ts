// Reads the cluster with the product, in a process of its own, and says what that took.
import { openSync, readSync } from 'node:fs';
import { monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import { openCluster } from '../src/live/main.js';
import type { ClusterSnapshot } from '../src/live/types.js';

export interface Reading {
  readonly firstRowsMs: number;
  readonly totalMs: number;
  readonly blocked: Blocked;
  readonly longestGcMs: number;
  readonly cpuMs: number;
  /** Peak so far of the resident memory. */
  readonly peakMB: number;
  readonly rows: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly failures: number;
}

/** How long the event loop was held at one go. */
export interface Blocked {
  /** By the clock: what other processes took of the CPU meanwhile is in it. */
  readonly wallMs: number;
  /** By the CPU time of the main thread: what we alone did. Absent where the system does not tell. */
  readonly cpuMs: number | undefined;
  /** Turns of the loop of more than 50 ms of CPU time. */
  readonly over50: number;
}

export interface Watching {
  /** When the pods of the watched account were so many more than before. */
  readonly beatsSeen: readonly number[];
  readonly snapshots: number;
  /** Rows that were other objects than in the state before, added up. */
  readonly judgedAnew: number;
  readonly blocked: Blocked;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakMB: number;
}

export type ReaderCommand =
  | { readonly do: 'read' }
  | { readonly do: 'watch'; readonly account: string }
  | { readonly do: 'stop watching' }
  | { readonly do: 'idle' }
  | { readonly do: 'end' };

export type ReaderAnswer = Reading | Watching | { readonly ready: true } | { readonly wallMs: number };

const [kubeconfig = ''] = process.argv.slice(2);
const answer = (message: ReaderAnswer) => process.send?.(message);
const RESOLUTION_MS = 5;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

/** CPU time of the main thread, ns; Linux alone tells it exactly, on every version of Node. */
const schedstat = process.platform === 'linux' ? openSync('/proc/self/schedstat', 'r') : undefined;
const buffer = Buffer.alloc(64);
function threadCpuMs(): number | undefined {
  if (schedstat === undefined) return undefined;
  const length = readSync(schedstat, buffer, 0, buffer.length, 0);
  return Number.parseInt(buffer.toString('latin1', 0, length), 10) / 1e6;
}
let lastTick = threadCpuMs() ?? 0;
let longestTurn = 0;
let longTurns = 0;
setInterval(() => {
  const now = threadCpuMs();
  if (now === undefined) return;
  const turn = now - lastTick;
  lastTick = now;
  longestTurn = Math.max(longestTurn, turn);
  if (turn > 50) longTurns++;
}, 1).unref();

function blocked(): Blocked {
  return {
    wallMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
    cpuMs: schedstat === undefined ? undefined : longestTurn,
    over50: longTurns,
  };
}

function forgetBlocks(): void {
  delay.reset();
  lastTick = threadCpuMs() ?? 0;
  longestTurn = 0;
  longTurns = 0;
  longestGc = 0;
}

let longestGc = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) longestGc = Math.max(longestGc, entry.duration);
}).observe({ entryTypes: ['gc'] });

let stop = new AbortController();

async function start(): Promise<void> {
  const opened = await openCluster({ kubeconfig });
  if (!opened.ok) throw new Error(opened.failure.message);
  const cluster = opened.value;
  process.on('message', (command: ReaderCommand) => {
    if (command.do === 'read') void read();
    else if (command.do === 'watch') void watch(command.account);
    else if (command.do === 'stop watching') stop.abort();
    else if (command.do === 'idle') {
      answer({ wallMs: blocked().wallMs });
      forgetBlocks();
    } else {
      cluster.close();
      process.disconnect();
    }
  });
  answer({ ready: true });

  async function read(): Promise<void> {
    // What came before, loading the code above all, is not part of it.
    await new Promise((resolve) => setTimeout(resolve, 100));
    forgetBlocks();
    const cpu = process.cpuUsage();
    const begun = performance.now();
    let firstRows = Number.NaN;
    const snapshot = await cluster.read(new AbortController().signal, (partial) => {
      if (Number.isNaN(firstRows) && partial.serviceAccounts.length > 0) firstRows = performance.now() - begun;
    });
    const totalMs = performance.now() - begun;
    await new Promise((resolve) => setTimeout(resolve, 100));
    const used = process.cpuUsage(cpu);
    answer({
      firstRowsMs: firstRows,
      totalMs,
      blocked: blocked(),
      longestGcMs: longestGc,
      cpuMs: (used.user + used.system) / 1000,
      peakMB: process.resourceUsage().maxRSS / 1024,
      rows: snapshot.serviceAccounts.length,
      statuses: statuses(snapshot),
      failures: snapshot.failures.length,
    });
  }

  async function watch(account: string): Promise<void> {
    stop = new AbortController();
    const podsOf = (snapshot: ClusterSnapshot | undefined) =>
      snapshot?.serviceAccounts.find((row) => `${row.namespace}/${row.name}` === account)?.pods.total ?? 0;
    const before = podsOf(cluster.current);
    const beatsSeen: number[] = [];
    let snapshots = 0;
    let judgedAnew = 0;
    let rows = cluster.current?.serviceAccounts ?? [];
    forgetBlocks();
    const cpu = process.cpuUsage();
    const begun = performance.now();
    await cluster.watch(stop.signal, (snapshot) => {
      snapshots++;
      const now = snapshot.serviceAccounts;
      // No service account comes or goes meanwhile.
      now.forEach((row, index) => {
        if (row !== rows[index]) judgedAnew++;
      });
      rows = now;
      for (let more = podsOf(snapshot) - before - beatsSeen.length; more > 0; more--) beatsSeen.push(Date.now());
    });
    const used = process.cpuUsage(cpu);
    answer({
      beatsSeen,
      snapshots,
      judgedAnew,
      blocked: blocked(),
      cpuMs: (used.user + used.system) / 1000,
      wallMs: performance.now() - begun,
      peakMB: process.resourceUsage().maxRSS / 1024,
    });
  }
}

function statuses(snapshot: ClusterSnapshot): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of snapshot.serviceAccounts) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

start().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

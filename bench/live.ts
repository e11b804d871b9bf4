// npm run bench -- live: a generated cluster read and followed, against what the bare SDKs need in the same run. Everything is
// on 127.0.0.1; the servers, the reader and the bare SDKs are processes of their own.
//   node scripts/run.mjs bench/live.ts [--rounds N] [--node PATH] [--size ACCOUNTS,PODS,ASSOCIATIONS,ROLES,NAMESPACES]
import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import type { BareReading } from './liveBare.js';
import type { Reading, Watching } from './liveReader.js';
import type { ServerAnswer } from './liveServer.js';
import { median } from './measure.js';

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    node: { type: 'string', default: process.execPath },
    size: { type: 'string', default: '10000,50000,5000,800,200' },
    seconds: { type: 'string', default: '10' },
  },
});
const [serviceAccounts = 0, pods = 0, associations = 0, roles = 0, namespaces = 0] = values.size.split(',').map(Number);
const CHANGES_A_SECOND = 500;
/** Nothing here takes longer, however busy the machine is. */
const PATIENCE_MS = 120_000;

const root = join(import.meta.dirname, '..');
const cache = join(root, '.cache');
await mkdir(cache, { recursive: true });
const bundles = await mkdtemp(join(cache, 'live-'));
const directory = await mkdtemp(join(tmpdir(), 'pod-iam-bench-'));
const children: ChildProcess[] = [];
try {
  await bundle();
  console.log(await measureAll());
} finally {
  for (const child of children) if (child.connected) child.disconnect();
  for (const child of children) if (child.exitCode === null) child.kill();
  await rm(bundles, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
}

/** As they are shipped: bundled, with the SDKs. */
async function bundle(): Promise<void> {
  await build({
    entryPoints: ['liveServer', 'liveReader', 'liveBare'].map((name) => join(root, 'bench', `${name}.ts`)),
    outdir: bundles,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
    absWorkingDir: root,
  });
}

function run(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = fork(join(bundles, `${name}.mjs`), args, {
    execPath: name === 'liveServer' ? process.execPath : values.node,
    execArgv: [],
    env: { ...process.env, ...env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  children.push(child);
  return child;
}

function message<T>(from: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in time')), PATIENCE_MS);
    const ended = () => reject(new Error('a process ended before it answered'));
    from.once('exit', ended);
    from.once('message', (answer) => {
      clearTimeout(timer);
      from.off('exit', ended);
      resolve(answer as T);
    });
  });
}

function ask<T>(child: ChildProcess, command: object): Promise<T> {
  const answer = message<T>(child);
  child.send(command);
  return answer;
}

type Calls = Extract<ServerAnswer, { calls: unknown }>;

async function callsOf(server: ChildProcess): Promise<Calls> {
  const counted = await ask<Calls>(server, { do: 'count calls' });
  server.send({ do: 'forget calls' });
  return counted;
}

async function measureAll(): Promise<string> {
  const server = run('liveServer', [
    directory,
    JSON.stringify({ serviceAccounts, pods, associations, roles, namespaces }),
  ]);
  const { kubeconfig, env } = await message<Extract<ServerAnswer, { kubeconfig: string }>>(server);
  // Objects are made when they are first asked for, which nobody's time should hold.
  await bare();
  const rounds: { bare: BareReading; first: Reading; refresh: Reading; calls: Calls; idle: number }[] = [];
  let watching: { seen: Watching; made: Extract<ServerAnswer, { beats: unknown }> } | undefined;
  for (let round = 0; round < Number(values.rounds); round++) {
    // Who goes first changes: the machine is never quite the same twice.
    const before = round % 2 === 0 ? await bare() : undefined;
    const idler = run('liveReader', [kubeconfig], env);
    await message(idler);
    const reader = run('liveReader', [kubeconfig], env);
    await message(reader);
    await ask(idler, { do: 'idle' });
    await callsOf(server);
    const first = await ask<Reading>(reader, { do: 'read' });
    const calls = await callsOf(server);
    const { wallMs: idle } = await ask<{ wallMs: number }>(idler, { do: 'idle' });
    const refresh = await ask<Reading>(reader, { do: 'read' });
    if (round === Number(values.rounds) - 1) watching = await watch(server, reader);
    for (const child of [reader, idler]) child.send({ do: 'end' });
    rounds.push({ bare: before ?? (await bare()), first, refresh, calls, idle });
    console.error(
      `round ${round + 1}: bare ${ms(rounds.at(-1)!.bare.totalMs)}, read ${ms(first.totalMs)}, refresh ${ms(refresh.totalMs)}`,
    );
  }
  return report(rounds, watching);

  async function bare(): Promise<BareReading> {
    return message<BareReading>(run('liveBare', [kubeconfig, 'orders-prod'], env));
  }
}

async function watch(server: ChildProcess, reader: ChildProcess) {
  const account = 'team-0000/app-000000';
  const seen = message<Watching>(reader);
  reader.send({ do: 'watch', account });
  const made = await ask<Extract<ServerAnswer, { beats: unknown }>>(server, {
    do: 'change pods',
    aSecond: CHANGES_A_SECOND,
    seconds: Number(values.seconds),
  });
  if (made.account !== account) throw new Error(`the server changed ${made.account}`);
  // What is not there by then has fallen behind.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  reader.send({ do: 'stop watching' });
  return { seen: await seen, made };
}

function report(
  rounds: readonly { bare: BareReading; first: Reading; refresh: Reading; calls: Calls; idle: number }[],
  watching: { seen: Watching; made: { beats: readonly number[]; changes: number } } | undefined,
): string {
  const of = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick));
  const worst = (pick: (round: (typeof rounds)[number]) => number) => Math.max(...rounds.map(pick));
  const bare = of((round) => round.bare.totalMs);
  const row = (name: string, ...cells: readonly string[]) => `| ${[name, ...cells].join(' | ')} |`;
  const last = rounds.at(-1)!;
  const made = Object.values(last.calls.calls).reduce((sum, count) => sum + count, 0);
  const pages = Math.ceil(serviceAccounts / 500) + Math.ceil(pods / 500) + Math.ceil(associations / 100) + 1;
  const needed = pages + (last.calls.distinct.GetRole ?? 0) + associations;
  const lines = [
    `## A cluster of ${serviceAccounts} service accounts, ${pods} pods, ${associations} associations and ${roles} roles`,
    '',
    `Median of ${rounds.length} rounds, peaks of all; load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(', ')}; an idle process beside it was kept from the CPU for up to ${ms(worst(({ idle }) => idle))}.`,
    '',
    '| | bare SDK calls | first read | refresh | wanted |',
    '|---|---:|---:|---:|---:|',
    row('time', ms(bare), ms(of(({ first }) => first.totalMs)), ms(of(({ refresh }) => refresh.totalMs)), ''),
    row(
      'ratio to the bare calls',
      '1.00',
      ratio(of(({ first, bare }) => first.totalMs / bare.totalMs)),
      ratio(of(({ refresh, bare }) => refresh.totalMs / bare.totalMs)),
      '≤ 1.30',
    ),
    row(
      'CPU time of the process',
      ms(of(({ bare }) => bare.cpuMs)),
      ms(of(({ first }) => first.cpuMs)),
      ms(of(({ refresh }) => refresh.cpuMs)),
      '',
    ),
    row('first rows after', '', ms(of(({ first }) => first.firstRowsMs)), '', ''),
    row('… of the total', '', percent(worst(({ first }) => first.firstRowsMs / first.totalMs)), '', '< 5 %'),
    row(
      'peak memory',
      mb(worst(({ bare }) => bare.peakMB)),
      mb(worst(({ first }) => first.peakMB)),
      mb(worst(({ refresh }) => refresh.peakMB)),
      '< 400 MB',
    ),
    row(
      'longest turn of the event loop, CPU time',
      '',
      ms(worst(({ first }) => first.blocked.cpuMs ?? Number.NaN)),
      ms(worst(({ refresh }) => refresh.blocked.cpuMs ?? Number.NaN)),
      '< 50 ms',
    ),
    row(
      '… by the clock',
      '',
      ms(worst(({ first }) => first.blocked.wallMs)),
      ms(worst(({ refresh }) => refresh.blocked.wallMs)),
      '',
    ),
    row(
      '… garbage collection, by the clock',
      '',
      ms(worst(({ first }) => first.longestGcMs)),
      ms(worst(({ refresh }) => refresh.longestGcMs)),
      '',
    ),
    row('calls', '', String(made), '', `≤ ${needed} + a constant`),
  ];
  if (watching) {
    const { seen, made: changes } = watching;
    const lags = seen.beatsSeen.map((at, index) => at - (changes.beats[index] ?? at));
    lines.push(
      '',
      `Followed by watch: ${changes.changes} pod changes in ${values.seconds} s; ${seen.beatsSeen.length} of ${changes.beats.length} marked ones were shown, after ${ms(median(lags))} (median), ${ms(Math.max(...lags))} (longest), the last after ${ms(lags.at(-1) ?? Number.NaN)}; CPU ${percent(seen.cpuMs / seen.wallMs)} of one core, longest turn of the event loop ${ms(seen.blocked.cpuMs ?? Number.NaN)} of CPU time, peak memory ${mb(seen.peakMB)}, ${seen.snapshots} states shown.`,
    );
  }
  lines.push(
    '',
    `Rows: ${JSON.stringify(last.first.statuses)}, failures: ${last.first.failures}. Node ${values.node === process.execPath ? process.version : values.node}.`,
  );
  return `${lines.join('\n')}\n`;
}

function ms(value: number): string {
  return `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

function mb(value: number): string {
  return `${value.toFixed(0)} MB`;
}

function ratio(value: number): string {
  return value.toFixed(2);
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

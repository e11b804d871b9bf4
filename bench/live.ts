// npm run bench -- live: a generated cluster read and followed, against what the bare SDKs need in the same run. Everything is
// on 127.0.0.1; the servers, the reader and the bare SDKs are processes of their own. Writes its section of docs/benchmarks.md.
//   npm run bench -- live [--rounds N] [--seconds N] [--node PATH]… [--size ACCOUNTS,PODS,ASSOCIATIONS,ROLES,NAMESPACES]
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import type { BareReading } from './liveBare.js';
import type { Reading, Watching } from './liveReader.js';
import type { ServerAnswer } from './liveServer.js';
import { median } from './measure.js';
import { writeSection } from './report.js';

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    node: { type: 'string', multiple: true, default: [process.execPath] },
    size: { type: 'string', default: '10000,50000,5000,800,200' },
    seconds: { type: 'string', default: '20' },
  },
});
const [serviceAccounts = 0, pods = 0, associations = 0, roles = 0, namespaces = 0] = values.size.split(',').map(Number);
const CHANGES_A_SECOND = 500;
/** Nothing here takes longer, however busy the machine is. */
const PATIENCE_MS = 300_000;

const root = join(import.meta.dirname, '..');
const cache = join(root, '.cache');
await mkdir(cache, { recursive: true });
const bundles = await mkdtemp(join(cache, 'live-'));
const directory = await mkdtemp(join(tmpdir(), 'pod-iam-bench-'));
const children: ChildProcess[] = [];
try {
  await bundle();
  const report = await measureAll();
  console.log(report);
  await writeSection('live', report);
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
    minify: true,
    legalComments: 'none',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
    absWorkingDir: root,
  });
}

function run(
  node: string,
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const child = fork(join(bundles, `${name}.mjs`), args, {
    execPath: node,
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

interface Round {
  readonly bare: BareReading;
  readonly first: Reading;
  readonly refresh: Reading;
  readonly calls: Calls;
  /** How long an idle process was kept from the CPU meanwhile, at the longest. */
  readonly idle: number;
}

type Changed = Extract<ServerAnswer, { beats: unknown }>;

interface Watched {
  readonly seen: Watching;
  readonly made: Changed;
}

async function measureAll(): Promise<string> {
  const size = JSON.stringify({ serviceAccounts, pods, associations, roles, namespaces });
  const server = run(process.execPath, 'liveServer', [directory, size]);
  const { kubeconfig, env } = await message<Extract<ServerAnswer, { kubeconfig: string }>>(server);
  const parts = [
    `## A cluster of ${serviceAccounts} service accounts, ${pods} pods, ${associations} associations and ${roles} roles\n`,
    '`npm run bench -- live`. The bare calls are the same lists and reads by the SDKs alone; who goes first changes from round to\nround. CPU time of a turn is what the process itself did; by the clock, what else the machine did meanwhile is in it.\n',
  ];
  for (const node of values.node) {
    const rounds: Round[] = [];
    // Objects are made when they are first asked for, which nobody's time should hold.
    await bare(node);
    let watched: Watched | undefined;
    for (let round = 0; round < Number(values.rounds); round++) {
      const before = round % 2 === 0 ? await bare(node) : undefined;
      const idler = run(node, 'liveReader', [kubeconfig], env);
      await message(idler);
      const reader = run(node, 'liveReader', [kubeconfig], env);
      await message(reader);
      await ask(idler, { do: 'idle' });
      await callsOf(server);
      const first = await ask<Reading>(reader, { do: 'read' });
      const calls = await callsOf(server);
      const { wallMs: idle } = await ask<{ wallMs: number }>(idler, { do: 'idle' });
      const refresh = await ask<Reading>(reader, { do: 'read' });
      if (round === Number(values.rounds) - 1) watched = await watch(server, reader);
      for (const child of [reader, idler]) child.send({ do: 'end' });
      rounds.push({ bare: before ?? (await bare(node)), first, refresh, calls, idle });
      console.error(
        `round ${round + 1}: bare ${ms(rounds.at(-1)!.bare.totalMs)}, read ${ms(first.totalMs)}, refresh ${ms(refresh.totalMs)}`,
      );
    }
    parts.push(report(execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(), rounds, watched));
  }
  return parts.join('\n');

  async function bare(node: string): Promise<BareReading> {
    return message<BareReading>(run(node, 'liveBare', [kubeconfig, 'orders-prod'], env));
  }
}

async function watch(server: ChildProcess, reader: ChildProcess): Promise<Watched> {
  const account = 'team-0000/app-000000';
  const seen = message<Watching>(reader);
  reader.send({ do: 'watch', account });
  const made = await ask<Changed>(server, {
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

function report(version: string, rounds: readonly Round[], watched: Watched | undefined): string {
  const of = (pick: (round: Round) => number) => median(rounds.map(pick));
  const worst = (pick: (round: Round) => number) => Math.max(...rounds.map(pick));
  const row = (name: string, ...cells: readonly string[]) => `| ${[name, ...cells].join(' | ')} |`;
  /** A reading of the first read and of the refresh, as their median or as the worst of them. */
  const both = (
    how: (pick: (round: Round) => number) => number,
    pick: (reading: Reading) => number,
    show: (value: number) => string,
  ) => [show(how(({ first }) => pick(first))), show(how(({ refresh }) => pick(refresh)))];
  const last = rounds.at(-1)!;
  const made = Object.values(last.calls.calls).reduce((sum, count) => sum + count, 0);
  const pages = Math.ceil(serviceAccounts / 500) + Math.ceil(pods / 500) + Math.ceil(associations / 100) + 1;
  const needed = pages + (last.calls.distinct.GetRole ?? 0) + associations;
  const turn = (reading: Reading) => reading.blocked.cpuMs ?? Number.NaN;
  const lines = [
    `### Node ${version}`,
    '',
    `Median of ${rounds.length} rounds, peaks and longest of all. Load of the machine: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(', ')}; an idle process beside it was kept from the CPU for up to ${ms(worst(({ idle }) => idle))}.`,
    '',
    '| | bare SDK calls | first read | refresh | wanted |',
    '|---|---:|---:|---:|---:|',
    row('time', ms(of(({ bare }) => bare.totalMs)), ...both(of, ({ totalMs }) => totalMs, ms), ''),
    row(
      'ratio to the bare calls',
      '1.00',
      ratio(of(({ first, bare }) => first.totalMs / bare.totalMs)),
      ratio(of(({ refresh, bare }) => refresh.totalMs / bare.totalMs)),
      '≤ 1.30',
    ),
    row('CPU time of the process', ms(of(({ bare }) => bare.cpuMs)), ...both(of, ({ cpuMs }) => cpuMs, ms), ''),
    row('first rows after', '', ms(of(({ first }) => first.firstRowsMs)), '', ''),
    row('… of the total', '', percent(worst(({ first }) => first.firstRowsMs / first.totalMs)), '', '< 5 %'),
    row('peak memory', mb(worst(({ bare }) => bare.peakMB)), ...both(worst, ({ peakMB }) => peakMB, mb), '< 400 MB'),
    row('longest turn of the event loop, CPU time', '', ...both(worst, turn, ms), '< 50 ms'),
    row('… by the clock', '', ...both(worst, ({ blocked }) => blocked.wallMs, ms), ''),
    row('… garbage collection, by the clock', '', ...both(worst, ({ longestGcMs }) => longestGcMs, ms), ''),
    row('calls', '', String(made), '', `≤ ${needed} + a constant`),
    '',
    `Rows: ${JSON.stringify(last.first.statuses)}, failures: ${last.first.failures}.`,
    '',
    ...(watched ? [watchReport(watched), ''] : []),
  ];
  return lines.join('\n');
}

function watchReport({ seen, made }: Watched): string {
  const lags = seen.beatsSeen.map((at, index) => at - (made.beats[index] ?? at));
  return [
    `Followed by watch: ${made.changes} pod changes in ${values.seconds} s, ${made.relevant} of them of what rows are made of;`,
    `${seen.beatsSeen.length} of ${made.beats.length} marked ones were shown, after ${ms(median(lags))} (median), ${ms(Math.max(...lags))} (longest), the last`,
    `after ${ms(lags.at(-1) ?? Number.NaN)}. ${seen.snapshots} states shown, ${seen.judgedAnew} rows judged anew; CPU ${percent(seen.cpuMs / seen.wallMs)} of one core, longest turn of the`,
    `event loop ${ms(seen.blocked.cpuMs ?? Number.NaN)} of CPU time, peak memory ${mb(seen.peakMB)}.`,
  ].join('\n');
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

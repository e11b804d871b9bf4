import { type Command, Option } from 'commander';
import type {
  AwsPlace,
  CallerIdentity,
  ClusterSnapshot,
  LiveCluster,
  LiveFailure,
  LiveModule,
  OpenOptions,
  Progress,
  RolePolicies,
  VerifyWay,
} from '../live/types.js';
import { EXIT, UsageError } from './exit.js';
import { inspectDot } from './formats/inspectDot.js';
import { inspectHtml } from './formats/inspectHtml.js';
import { inspectJson } from './formats/inspectJson.js';
import { inspectMermaid } from './formats/inspectMermaid.js';
import { inspectTable } from './formats/inspectTable.js';
import type { Inspection } from './inspection.js';

export interface InspectOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly allContexts?: boolean;
  readonly awsCluster?: readonly string[];
  readonly allAwsClusters?: boolean;
  readonly cluster?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly namespace?: string;
  readonly verify?: readonly string[];
  readonly verifyBy?: VerifyWay | 'both';
  readonly policies?: boolean;
  readonly timeout?: string;
  readonly format?: InspectFormat;
}

export type InspectFormat = 'table' | 'json' | 'dot' | 'mermaid' | 'html';

export interface Terminal {
  write(text: string): void;
  error(text: string): void;
  readonly color: boolean;
  readonly width: number | undefined;
  /** Progress may be drawn over itself. */
  readonly interactive: boolean;
}

export function registerInspect(program: Command): void {
  program
    .command('inspect')
    .description('say which AWS identity the pods of a live cluster get, and whether that is right')
    .option('--kubeconfig <file>', 'default: KUBECONFIG, else ~/.kube/config')
    .option('--context <name>', "default: the kubeconfig's current one")
    .option('--all-contexts', 'every context of the kubeconfig')
    .option('--cluster <name>', 'the EKS cluster behind the context, where the kubeconfig does not say it')
    .option('--aws-cluster <name>', 'an EKS cluster by its name alone, without a kubeconfig, repeatable', collect)
    .option(
      '--all-aws-clusters',
      'every EKS cluster of the region, or of each of several: --region eu-west-1,us-east-1',
    )
    .option('--region <region>', 'its region')
    .option('--profile <name>', 'the AWS profile to read with')
    .option('--namespace <name>', 'only this namespace')
    .option(
      '--verify <NS/NAME|NS/*|all>',
      'mint credentials as this service account, those of a namespace or all, and ask AWS who they are; repeatable',
      collect,
    )
    .addOption(
      new Option('--verify-by <way>', 'mint credentials, run aws inside a running pod, or both')
        .choices(['mint', 'exec', 'both'])
        .default('mint'),
    )
    .option('--policies', 'read the permission policies of the roles too (in JSON and HTML)')
    .option('--timeout <seconds>', 'for one call', '30')
    .addOption(
      new Option('--format <format>', 'how to print')
        .choices(['table', 'json', 'dot', 'mermaid', 'html'])
        .default('table'),
    )
    .action(async (options: InspectOptions) => {
      const stop = new AbortController();
      const interrupt = () => stop.abort(new Error('interrupted'));
      process.once('SIGINT', interrupt);
      try {
        process.exitCode = await inspect(options, terminal(), () => import('../live/main.js'), stop.signal);
      } finally {
        process.removeListener('SIGINT', interrupt);
      }
    });
}

/** @returns the exit code: 1 where a service account has an error, 3 where a cluster or its account could not be read */
export async function inspect(
  options: InspectOptions,
  out: Terminal,
  load: () => Promise<LiveModule>,
  signal: AbortSignal,
): Promise<number> {
  const verify = (options.verify ?? []).map(parseAccount);
  if (options.allContexts && options.context !== undefined)
    throw new UsageError('--context and --all-contexts exclude each other');
  const fromAws = options.allAwsClusters === true || options.awsCluster !== undefined;
  for (const [other, given] of [
    ['--context', options.context !== undefined],
    ['--all-contexts', options.allContexts === true],
    ['--kubeconfig', options.kubeconfig !== undefined],
    ['--cluster', options.cluster !== undefined],
  ] as const)
    if (fromAws && given) throw new UsageError(`${other} is for a kubeconfig; clusters from AWS need none`);
  if (options.allAwsClusters && options.awsCluster !== undefined)
    throw new UsageError('--aws-cluster and --all-aws-clusters exclude each other');
  if (options.allContexts && options.cluster !== undefined)
    throw new UsageError('--cluster is for one context, not for all');
  const seconds = Number(options.timeout ?? '30');
  if (!(seconds > 0)) throw new UsageError(`'${options.timeout}' is no number of seconds`);
  const live = await load();
  const base: OpenOptions = {
    ...pick(options, 'kubeconfig', 'context', 'cluster', 'region', 'profile', 'namespace'),
    timeoutMs: seconds * 1_000,
  };
  const progress = new ProgressLine(out);
  const wanted = fromAws
    ? await awsTargets(live, options, seconds * 1_000, signal)
    : await contextTargets(live, base, options.allContexts === true);
  const by: readonly VerifyWay[] = options.verifyBy === 'both' ? ['mint', 'exec'] : [options.verifyBy ?? 'mint'];
  const inspection = await readAll(
    live,
    base,
    wanted,
    { accounts: verify, by, policies: options.policies === true },
    progress,
    signal,
  ).finally(() => progress.end());
  for (const line of inspection.verified) out.error(`pod-iam: ${line}\n`);
  out.write(format(inspection, options.format ?? 'table', out));
  for (const { what, message } of inspection.failures) out.error(`pod-iam: ${what}: ${message}\n`);
  if (inspection.failures.length > 0 || inspection.clusters.some(isUnread)) return EXIT.unreachable;
  const broken = inspection.clusters.some(
    (cluster) =>
      cluster.serviceAccounts.some((row) => row.status === 'error') ||
      cluster.findings.some(({ severity }) => severity === 'error'),
  );
  return broken ? EXIT.found : EXIT.fine;
}

/** One of the two APIs gave nothing, or what was to be verified could not be. */
function isUnread({ listed, callerAws, oidcProvider, agent, serviceAccounts }: ClusterSnapshot): boolean {
  return (
    !listed ||
    (!callerAws.known && !oidcProvider.known && !agent.known) ||
    serviceAccounts.some(({ callerIdentity }) => callerIdentity.failure !== undefined)
  );
}

/** What to open, and what could not be found out about that. */
interface Targets {
  readonly targets: readonly Partial<OpenOptions>[];
  readonly failures: readonly LiveFailure[];
}

async function contextTargets(live: LiveModule, base: OpenOptions, all: boolean): Promise<Targets> {
  if (!all) return { targets: [{}], failures: [] };
  const read = await live.readContexts(base);
  if (!read.ok) return { targets: [], failures: [read.failure] };
  return { targets: read.value.contexts.map(({ name }) => ({ context: name })), failures: [] };
}

async function awsTargets(
  live: LiveModule,
  options: InspectOptions,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Targets> {
  const regions = listOf(options.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION);
  if (regions.length === 0) throw new UsageError('clusters from AWS need a --region');
  const profiles = options.profile === undefined ? [undefined] : listOf(options.profile);
  const places: AwsPlace[] = profiles.flatMap((profile) =>
    regions.map((region) => ({ region, ...(profile === undefined ? {} : { profile }) })),
  );
  if (!options.allAwsClusters) {
    if (places.length > 1) throw new UsageError('--aws-cluster is in one region, as one profile');
    return { targets: (options.awsCluster ?? []).map((name) => ({ aws: { name, ...places[0]! } })), failures: [] };
  }
  const { clusters, failures } = await live.listAwsClusters(places, signal, { timeoutMs });
  return { targets: clusters.map((aws) => ({ aws })), failures };
}

function listOf(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((part) => part.trim() || []);
}

async function readAll(
  live: LiveModule,
  base: OpenOptions,
  { targets, failures: before }: Targets,
  verify: Verify,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<Inspection & { readonly verified: readonly string[] }> {
  const verified: string[] = [];
  const failures: LiveFailure[] = [...before];
  const clusters = await Promise.all(
    targets.map(async (target) => {
      const opened = await live.openCluster({ ...base, ...target });
      if (!opened.ok) {
        failures.push(opened.failure);
        return undefined;
      }
      const cluster = opened.value;
      try {
        const snapshot = await cluster.read(signal, undefined, (step) => progress.show(cluster.context, step));
        const rolePolicies = verify.policies
          ? { rolePolicies: await policiesOf(cluster, snapshot, progress, signal) }
          : {};
        if (verify.accounts.length === 0) return { ...snapshot, ...rolePolicies };
        verified.push(await verifyAll(cluster, snapshot, verify, progress, signal));
        return { ...withVerifyFailures(cluster.current ?? snapshot), ...rolePolicies };
      } finally {
        cluster.close();
      }
    }),
  );
  return { clusters: clusters.filter((cluster) => cluster !== undefined), failures, verified };
}

/** Calls of the verification that did not succeed are calls of the inspection. */
function withVerifyFailures(snapshot: ClusterSnapshot): ClusterSnapshot {
  const made = snapshot.serviceAccounts.flatMap(({ callerIdentity }) => callerIdentity.failure ?? []);
  const distinct = new Map(made.map((failure) => [`${failure.what}\n${failure.reason}`, failure]));
  return distinct.size === 0 ? snapshot : { ...snapshot, failures: [...snapshot.failures, ...distinct.values()] };
}

interface Verify {
  readonly accounts: readonly Account[];
  readonly by: readonly VerifyWay[];
  /** Read the roles' permission policies as well. */
  readonly policies: boolean;
}

/** One role after the other: each takes some calls, and IAM counts them for the whole account. */
async function policiesOf(
  cluster: LiveCluster,
  { serviceAccounts }: ClusterSnapshot,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<RolePolicies[]> {
  const own = serviceAccounts.filter(({ winner }) => winner === 'irsa' || winner === 'pod-identity');
  const arns = [...new Set(own.flatMap(({ roleArn }) => roleArn ?? []))].sort();
  const all: RolePolicies[] = [];
  for (const [done, roleArn] of arns.entries()) {
    progress.show(cluster.context, { what: 'policies', done, total: arns.length });
    const read = await cluster.rolePolicies(roleArn, signal);
    all.push(read.ok ? read.value : { roleArn, policies: [], failures: [read.failure] });
  }
  return all;
}

/** @returns what came of it, in a line */
async function verifyAll(
  cluster: LiveCluster,
  { serviceAccounts }: ClusterSnapshot,
  { accounts, by }: Verify,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<string> {
  const names = new Set<string>();
  for (const { namespace, name } of accounts) {
    const meant = serviceAccounts.filter(
      (row) => (namespace === undefined || row.namespace === namespace) && (name === undefined || row.name === name),
    );
    if (meant.length === 0 && namespace !== undefined)
      throw new UsageError(`${cluster.context} has no service account ${namespace}/${name ?? '*'}`);
    for (const row of meant) names.add(`${row.namespace}/${row.name}`);
  }
  const plan = cluster.planVerifyAll({ names }, by);
  const total = plan.targets.length;
  progress.show(cluster.context, { what: 'verified', done: 0, total });
  const results = await cluster.verifyAll(plan, signal, (_result, done) =>
    progress.show(cluster.context, { what: 'verified', done, total }),
  );
  signal.throwIfAborted();
  // Who names one wants to see at its row why it cannot be.
  for (const { namespace, name } of plan.left)
    if (accounts.some((account) => account.namespace === namespace && account.name === name))
      await cluster.verify(namespace, name, signal, by[0]);
  const count = (verdict: CallerIdentity['verdict']) =>
    results.filter(({ identity }) => (identity.verdict ?? 'unknown') === verdict).length;
  return [
    `${cluster.context}: verified ${results.length}: ${count('as-expected')} as expected`,
    `${count('other-role')} another role`,
    `${count('refused')} refused`,
    `${count('unknown')} not found out`,
    ...(plan.left.length > 0
      ? [`${plan.left.length} left out (${by.includes('mint') ? 'no role of their own or no pod' : 'no running pod'})`]
      : []),
  ].join(', ');
}

function format(inspection: Inspection, as: InspectFormat, out: Terminal): string {
  switch (as) {
    case 'json':
      return inspectJson(inspection);
    case 'dot':
      return inspectDot(inspection);
    case 'mermaid':
      return inspectMermaid(inspection);
    case 'html':
      return inspectHtml(inspection);
    case 'table':
      return inspectTable(inspection, out);
  }
}

/** Undefined stands for any. */
interface Account {
  readonly namespace?: string;
  readonly name?: string;
}

function parseAccount(text: string): Account {
  if (text === 'all') return {};
  const [namespace, name, more] = text.split('/');
  if (!namespace || !name || more !== undefined)
    throw new UsageError(`'${text}' is no NAMESPACE/NAME, no NAMESPACE/* and not 'all'`);
  return name === '*' ? { namespace } : { namespace, name };
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function pick<T extends object, K extends keyof T>(from: T, ...keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]])) as Pick<T, K>;
}

function terminal(): Terminal {
  const { stdout, stderr } = process;
  return {
    write: (text) => stdout.write(text),
    error: (text) => stderr.write(text),
    color: stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb',
    width: stdout.isTTY ? stdout.columns : undefined,
    interactive: stderr.isTTY === true,
  };
}

const PATIENCE_MS = 1_000;
const EVERY_MS = 200;

/** On stderr, and only when it takes longer than somebody waits without wondering. */
class ProgressLine {
  private readonly started = performance.now();
  private shown = Number.NEGATIVE_INFINITY;
  private readonly steps = new Map<string, string>();

  constructor(private readonly out: Terminal) {}

  show(context: string, { what, done, total }: Progress): void {
    this.steps.set(`${context} ${what}`, total === undefined ? `${done} ${what}` : `${done} of ${total} ${what}`);
    const now = performance.now();
    if (now - this.started < PATIENCE_MS) return;
    if (this.out.interactive && now - this.shown > EVERY_MS) {
      this.shown = now;
      this.out.error(`\r\x1b[K${[...this.steps.values()].join(' · ').slice(0, (process.stderr.columns ?? 100) - 1)}`);
    } else if (this.shown < 0) {
      this.shown = now;
      this.out.error(`reading ${context}…\n`);
    }
  }

  end(): void {
    if (this.out.interactive && this.shown > 0) this.out.error('\r\x1b[K');
  }
}

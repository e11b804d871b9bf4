import { setMaxListeners } from 'node:events';
import type { LiveView } from '../core/identity/driftView.js';
import { explain } from '../core/identity/explain.js';
import { recentCalls } from './auditCalls.js';
import type { CallHistory } from './auditTypes.js';
import { type AwsClients, awsClients } from './aws/clients.js';
import { readRolePolicies } from './aws/rolePolicies.js';
import { parseRoleArn } from './aws/roles.js';
import { breathe } from './breathe.js';
import { chainOf } from './chain.js';
import { applyChange, undoChange } from './changes/apply.js';
import type { ChangeContext } from './changes/context.js';
import { trustEffects } from './changes/effects.js';
import { planChange } from './changes/plan.js';
import type { ChangeOutcome, ChangePlan, ChangeRequest } from './changes/types.js';
import { pause } from './deadline.js';
import { liveView } from './drift.js';
import { failed, messageOf, success } from './failure.js';
import { follow } from './follow.js';
import { Rows } from './judge/rows.js';
import type { Connection } from './kubernetes/connection.js';
import { Reader } from './read/reader.js';
import { snapshotOf } from './snapshot.js';
import { type ClusterState, emptyState, keyOf } from './state.js';
import type {
  CallerIdentity,
  ClusterSnapshot,
  EksHint,
  Explanation,
  LiveCluster,
  LiveFailure,
  Progress,
  Result,
  RolePolicies,
  VerifyBatchPlan,
  VerifyBatchResult,
  VerifyPlan,
  VerifyScope,
  VerifyWay,
} from './types.js';
import { planVerify, type VerifyContext, verify } from './verify.js';
import { graver, planVerifyAll, verifyEach } from './verifyAll.js';

export interface ClusterOptions {
  readonly context: string;
  /** The kubeconfig's name for the cluster, shown until EKS's is known. */
  readonly clusterEntry: string;
  readonly contextNamespace: string | undefined;
  readonly connection: Connection;
  readonly hint: EksHint;
  readonly namespace: string | undefined;
  /** Tried as well where not all namespaces may be listed. */
  readonly namespaces: readonly string[];
  readonly timeoutMs: number;
  /** It was chosen from AWS; no kubeconfig has it. */
  readonly withoutKubeconfig?: boolean;
}

/** Partial states are shown this often at most. */
const EMIT_MS = 250;
const DAY_MS = 24 * 3_600_000;

/** One read's state, its rows and who reads it. */
interface Session {
  readonly state: ClusterState;
  readonly rows: Rows;
  readonly reader: Reader;
  /** When reading began; ms since the epoch. */
  readonly begunAt: number;
}

export class Cluster implements LiveCluster {
  private session: Session | undefined;
  private snapshot: ClusterSnapshot | undefined;
  private clients: AwsClients | undefined;
  private closing = new AbortController();

  constructor(private readonly options: ClusterOptions) {}

  get context(): string {
    return this.options.context;
  }

  get current(): ClusterSnapshot | undefined {
    return this.snapshot;
  }

  async read(
    outer: AbortSignal,
    onSnapshot?: (snapshot: ClusterSnapshot) => void,
    onProgress: (progress: Progress) => void = () => undefined,
  ): Promise<ClusterSnapshot> {
    const signal = AbortSignal.any([outer, this.closing.signal]);
    // Every call listens to it.
    setMaxListeners(0, signal);
    const first = this.snapshot === undefined;
    const session = this.begin(signal, onProgress);
    const reading = session.reader.read();
    // A refresh keeps what is shown until it has everything, so that nothing jumps.
    const showing = first && onSnapshot ? this.show(session, reading, signal, onSnapshot) : undefined;
    await reading;
    await showing;
    signal.throwIfAborted();
    this.session = session;
    const snapshot = await this.make(session, true, signal);
    this.snapshot = snapshot;
    onSnapshot?.(snapshot);
    return snapshot;
  }

  private begin(signal: AbortSignal, onProgress: (progress: Progress) => void): Session {
    const { connection, hint, namespace, namespaces, contextNamespace, timeoutMs } = this.options;
    connection.allowSignIn();
    const before = this.session?.state;
    const state = emptyState(this.options.context, hint.name ?? this.options.clusterEntry, before);
    state.namespace = namespace;
    // What was verified stays so until it is verified again.
    for (const [key, identity] of before?.verified ?? []) state.verified.set(key, identity);
    const rows = new Rows(state);
    // Credentials may have been renewed since.
    this.clients?.destroy();
    this.clients = undefined;
    const reader = new Reader(
      state,
      { connection, hint, aws: () => this.aws(), namespace, namespaces, contextNamespace, timeoutMs },
      {
        account: (key) => rows.touch(key),
        role: (arn) => rows.touchRole(arn),
        uses: (key, arn) => rows.uses(key, arn),
        all: () => rows.touchAll(),
      },
      onProgress,
      signal,
      before,
    );
    return { state, rows, reader, begunAt: Date.now() };
  }

  private async show(
    session: Session,
    reading: Promise<void>,
    signal: AbortSignal,
    onSnapshot: (snapshot: ClusterSnapshot) => void,
  ): Promise<void> {
    let done = false;
    const finished = reading.then(
      () => {
        done = true;
      },
      () => {
        done = true;
      },
    );
    const started = performance.now();
    let shown = -1;
    let wait = 0;
    await Promise.race([finished, session.reader.rowsCame]);
    while (!done) {
      if (wait > 0) await Promise.race([finished, pause(wait, signal).catch(() => undefined)]);
      wait = EMIT_MS;
      if (done || signal.aborted) return;
      const count = session.state.serviceAccounts.size;
      if (count === 0) continue;
      const begun = performance.now();
      const snapshot = await this.make(session, false, signal).catch(() => undefined);
      // Showing must not slow the reading down by more than a tenth or so, and who has waited long can wait a little longer.
      wait = Math.max(EMIT_MS, (performance.now() - begun) * 8, (performance.now() - started) / 2);
      if (snapshot === undefined || done) return;
      if (shown !== count || snapshot.serviceAccounts.some((row) => !row.pending)) {
        shown = count;
        this.session = session;
        this.snapshot = snapshot;
        onSnapshot(snapshot);
      }
    }
  }

  async watch(outer: AbortSignal, onSnapshot: (snapshot: ClusterSnapshot) => void): Promise<void> {
    const { session } = this;
    if (!session) return;
    const signal = AbortSignal.any([outer, this.closing.signal]);
    const { state, rows, reader } = session;
    const { connection } = this.options;
    const troubles = new Map<string, LiveFailure>();
    let changed = false;
    const onChange = () => {
      changed = true;
    };
    const onTrouble = (resource: string, failure: LiveFailure | undefined) => {
      if (failure) troubles.set(resource, failure);
      else troubles.delete(resource);
      changed = true;
    };
    const over = new AbortController();
    const following = AbortSignal.any([signal, over.signal]);
    const end = follow({ connection, state, rows, reader, onChange, onTrouble }, following).finally(() => over.abort());
    while (!following.aborted && this.session === session) {
      // Whatever ends the wait is looked at next.
      await pause(EMIT_MS, following).catch(() => undefined);
      if (!changed || signal.aborted || this.session !== session) continue;
      changed = false;
      const made = await this.make(session, true, signal).catch(() => undefined);
      if (made === undefined || this.session !== session) break;
      const snapshot = { ...made, failures: [...made.failures, ...troubles.values()] };
      this.snapshot = snapshot;
      onSnapshot(snapshot);
    }
    // After a refresh nobody looks at these rows any more: watches that went on would hold them, one state for each refresh.
    over.abort();
    await end;
  }

  explain(namespace: string, name: string): Explanation | undefined {
    const judgement = this.session?.rows.get(keyOf(namespace, name));
    if (!this.session || !judgement) return undefined;
    const chain = chainOf(this.session.state, judgement);
    return { chain, text: explain(chain) };
  }

  trustPolicy(roleArn: string): string | undefined {
    const known = this.session?.state.roles.get(roleArn);
    return known?.known && known.value.kind !== 'missing' ? known.value.read.text : undefined;
  }

  async rolePolicies(roleArn: string, outer: AbortSignal): Promise<Result<RolePolicies>> {
    const what = `iam:ListAttachedRolePolicies ${roleArn}`;
    const role = parseRoleArn(roleArn);
    if (!role) return failed(what, 'not-found', `'${roleArn}' is no role ARN`);
    const aws = await this.aws();
    if (!aws.ok) return aws;
    const mine = this.session?.state.callerAccount;
    if (mine !== undefined && role.account !== mine)
      return failed(what, 'other-account', `it is in account ${role.account}; you are signed in to ${mine}`);
    const signal = AbortSignal.any([outer, this.closing.signal]);
    return readRolePolicies(aws.value, role, this.options.timeoutMs, signal);
  }

  view(): LiveView | undefined {
    return this.session && liveView(this.session.state);
  }

  planVerify(namespace: string, name: string, way: VerifyWay = 'mint'): VerifyPlan {
    const judgement = this.session?.rows.get(keyOf(namespace, name));
    if (!this.session || !judgement)
      return { how: 'web-identity', steps: [], impossible: `${namespace}/${name} was not read.` };
    return planVerify(this.session.state, judgement, way);
  }

  async verify(namespace: string, name: string, outer: AbortSignal, way: VerifyWay = 'mint'): Promise<CallerIdentity> {
    const key = keyOf(namespace, name);
    const { session } = this;
    const judgement = session?.rows.get(key);
    if (!session || !judgement)
      return { how: 'not-verified', verdict: 'unknown', message: `${namespace}/${name} was not read.` };
    const signal = AbortSignal.any([outer, this.closing.signal]);
    const { identity } = await verify(this.verifying(session), judgement, way, signal);
    session.state.verified.set(key, identity);
    session.rows.touch(key);
    if (this.snapshot && this.session === session)
      this.snapshot = await this.make(session, this.snapshot.complete, signal);
    return identity;
  }

  planVerifyAll(scope: VerifyScope, ways: readonly VerifyWay[]): VerifyBatchPlan {
    const { session } = this;
    return session
      ? planVerifyAll(session.state, session.rows.all(), scope, ways)
      : { targets: [], steps: [], left: [] };
  }

  async verifyAll(
    plan: VerifyBatchPlan,
    outer: AbortSignal,
    onResult: (result: VerifyBatchResult, done: number) => void = () => undefined,
  ): Promise<readonly VerifyBatchResult[]> {
    const { session } = this;
    if (!session) return [];
    const signal = AbortSignal.any([outer, this.closing.signal]);
    setMaxListeners(0, signal);
    const context = this.verifying(session);
    const seen = new Map<string, CallerIdentity>();
    let shown = performance.now();
    let showing: Promise<void> | undefined;
    const show = async () => {
      shown = performance.now();
      if (!this.snapshot || this.session !== session) return;
      const snapshot = await this.make(session, this.snapshot.complete, this.closing.signal).catch(() => undefined);
      if (snapshot && this.session === session) this.snapshot = snapshot;
    };
    const results = await verifyEach(
      plan.targets,
      async ({ namespace, name, way }) => {
        const judgement = session.rows.get(keyOf(namespace, name));
        if (judgement) return verify(context, judgement, way, signal);
        const message = 'it is no longer there';
        return { identity: { how: 'not-verified', verdict: 'unknown', message }, throttled: false };
      },
      (result, done) => {
        const key = keyOf(result.namespace, result.name);
        const identity = graver(seen.get(key), result.identity);
        seen.set(key, identity);
        session.state.verified.set(key, identity);
        session.rows.touch(key);
        if (performance.now() - shown > EMIT_MS)
          showing ??= show().finally(() => {
            showing = undefined;
          });
        onResult(result, done);
      },
      signal,
    );
    await showing;
    await show();
    return results;
  }

  private verifying(session: Session): VerifyContext {
    const { connection, timeoutMs } = this.options;
    const region = session.state.region ?? '';
    return { connection, state: session.state, region, aws: () => this.aws(), timeoutMs, now: Date.now };
  }

  planChange(request: ChangeRequest, outer: AbortSignal): Promise<Result<ChangePlan>> {
    return planChange(this.changing(), request, AbortSignal.any([outer, this.closing.signal]));
  }

  applyChange(plan: ChangePlan, outer: AbortSignal): Promise<ChangeOutcome> {
    return applyChange(this.changing(), plan, AbortSignal.any([outer, this.closing.signal]));
  }

  undoChange(outcome: ChangeOutcome, outer: AbortSignal): Promise<ChangeOutcome> {
    return undoChange(this.changing(), outcome, AbortSignal.any([outer, this.closing.signal]));
  }

  async recentCalls(
    namespace: string,
    name: string,
    outer: AbortSignal,
    windowMs = DAY_MS,
  ): Promise<Result<CallHistory>> {
    const aws = await this.aws();
    if (!aws.ok) return aws;
    const { cluster, region } = this.changing().where;
    return recentCalls(
      aws.value,
      { namespace, name, cluster: cluster || undefined, region: region ?? aws.value.region, windowMs },
      new Date(),
      this.options.timeoutMs,
      AbortSignal.any([outer, this.closing.signal]),
    );
  }

  private changing(): ChangeContext {
    const { connection, hint, context, timeoutMs, withoutKubeconfig = false } = this.options;
    const { session } = this;
    connection.allowSignIn();
    return {
      connection,
      aws: () => this.aws(),
      where: {
        context,
        // The kubeconfig's own name for a cluster is no name that EKS knows.
        cluster: session?.state.eks.known ? session.state.eks.value.name : (hint.name ?? ''),
        region: session?.state.region ?? hint.region,
        profile: hint.profile,
        withoutKubeconfig,
      },
      timeoutMs,
      now: () => new Date(),
      known: ({ namespace, name }) => session?.rows.get(keyOf(namespace, name))?.row,
      effects: (roleArn, document) => (session ? trustEffects(session.rows.all(), roleArn, document) : []),
    };
  }

  close(): void {
    this.closing.abort(new DOMException('the cluster was closed', 'AbortError'));
    this.closing = new AbortController();
    this.options.connection.close();
    this.clients?.destroy();
    this.clients = undefined;
  }

  private async aws(): Promise<Result<AwsClients>> {
    if (this.clients) return success(this.clients);
    const { hint, timeoutMs } = this.options;
    try {
      this.clients = await awsClients({
        ...(hint.region === undefined ? {} : { region: hint.region }),
        ...(hint.profile === undefined ? {} : { profile: hint.profile }),
        timeoutMs,
      });
      return success(this.clients);
    } catch (error) {
      return failed('find the AWS region', 'not-found', `${messageOf(error)}; name the region of the cluster`);
    }
  }

  private async make(session: Session, complete: boolean, signal: AbortSignal): Promise<ClusterSnapshot> {
    const { state } = session;
    const serviceAccounts = await session.rows.refresh(signal);
    await breathe();
    return snapshotOf(state, serviceAccounts, {
      complete,
      awsReadAt: session.begunAt,
      failures: [...session.reader.failures],
    });
  }
}

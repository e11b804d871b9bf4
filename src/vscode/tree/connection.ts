import * as vscode from 'vscode';
import type { ClusterSnapshot, ContextSummary, LiveCluster, LiveFailure, OpenOptions } from '../../live/types.js';
import type { Live } from '../live.js';

export type ConnectionState =
  /** Never opened: opening its row connects. */
  | { readonly kind: 'closed' }
  /** Ended by a person: it stays so until a person asks again, even while its row stands open. */
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'reading'; readonly what: string; readonly snapshot?: ClusterSnapshot }
  | { readonly kind: 'open'; readonly snapshot: ClusterSnapshot }
  | { readonly kind: 'failed'; readonly failure: LiveFailure };

/** One context of the kubeconfig and what became of opening it. Connects when asked to, never on its own, and once at a time. */
export class Connection implements vscode.Disposable {
  #state: ConnectionState = { kind: 'closed' };
  #cluster: LiveCluster | undefined;
  #stop: AbortController | undefined;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;

  constructor(
    readonly context: ContextSummary,
    private readonly live: Live,
    private readonly options: () => OpenOptions,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  get state(): ConnectionState {
    return this.#state;
  }

  get cluster(): LiveCluster | undefined {
    return this.#cluster;
  }

  get snapshot(): ClusterSnapshot | undefined {
    return this.#state.kind === 'open' || this.#state.kind === 'reading' ? this.#state.snapshot : undefined;
  }

  /** Opens the cluster and reads it; does nothing while it is being read or is open. */
  async open(): Promise<void> {
    if (this.#state.kind === 'closed') await this.refresh();
  }

  /** Reads anew; what is shown stays until better comes. */
  async refresh(): Promise<void> {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    const snapshot = this.snapshot;
    this.#set({ kind: 'reading', what: 'Connecting…', ...(snapshot ? { snapshot } : {}) });
    try {
      await vscode.window.withProgress({ location: { viewId: 'podIam.clusters' } }, () => this.#read(stop.signal));
    } catch (error) {
      if (stop.signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      this.log.error(`${this.context.name}: ${message}`);
      this.#set({
        kind: 'failed',
        failure: { what: `open ${this.context.name}`, reason: 'invalid-response', message },
      });
    }
  }

  /** Stops reading; what has come so far stays. */
  stop(): void {
    this.#stop?.abort();
    const { snapshot } = this;
    this.#set(snapshot ? { kind: 'open', snapshot } : { kind: 'disconnected' });
  }

  /** Stops what is running, drops the connection and what it told. */
  disconnect(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#cluster?.close();
    this.#cluster = undefined;
    this.#set({ kind: 'disconnected' });
  }

  /** The cluster changed what it knows (a verification). */
  touch(): void {
    const current = this.#cluster?.current;
    if (current && this.#state.kind === 'open') this.#set({ kind: 'open', snapshot: current });
  }

  dispose(): void {
    this.#stop?.abort();
    this.#cluster?.close();
    this.#changed.dispose();
  }

  async #read(signal: AbortSignal): Promise<void> {
    const live = await this.live.module();
    if (!this.#cluster) {
      const opened = await live.openCluster(this.options());
      if (signal.aborted) {
        if (opened.ok) opened.value.close();
        return;
      }
      if (!opened.ok) {
        this.#set({ kind: 'failed', failure: opened.failure });
        return;
      }
      this.#cluster = opened.value;
    }
    const cluster = this.#cluster;
    let latest: ClusterSnapshot | undefined = this.snapshot;
    // While a refresh runs, a half-read state must not hide rows that were there: partial states show only on first reading.
    const first = latest === undefined;
    const reading = (what: string) => this.#set({ kind: 'reading', what, ...(latest ? { snapshot: latest } : {}) });
    let what = 'Connecting…';
    const snapshot = await cluster.read(
      signal,
      (partial) => {
        if (signal.aborted || !first) return;
        latest = partial;
        reading(what);
      },
      (progress) => {
        if (signal.aborted) return;
        what = `${progress.what} ${progress.done}${progress.total === undefined ? '' : ` of ${progress.total}`}`;
        reading(what);
      },
    );
    if (signal.aborted) return;
    this.#set({ kind: 'open', snapshot });
    void this.#follow(cluster, signal);
  }

  async #follow(cluster: LiveCluster, signal: AbortSignal): Promise<void> {
    try {
      await cluster.watch(signal, (snapshot) => {
        if (!signal.aborted && this.#state.kind === 'open') this.#set({ kind: 'open', snapshot });
      });
    } catch (error) {
      // What was read stays and says when; a refresh begins anew.
      if (!signal.aborted)
        this.log.warn(
          `${this.context.name}: no longer followed: ${error instanceof Error ? error.message : String(error)}`,
        );
    }
  }

  #set(state: ConnectionState): void {
    this.#state = state;
    this.#changed.fire();
  }
}

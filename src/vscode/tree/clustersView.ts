import * as vscode from 'vscode';
import type { ContextSummary, KubeconfigOptions, OpenOptions } from '../../live/types.js';
import type { Live } from '../live.js';
import type { Settings } from '../settings.js';
import type { ClusterOfRow } from './accountRows.js';
import { AwsClusterMemory } from './awsClusters.js';
import {
  closedContextDescription,
  clusterRows,
  contextLabel,
  contextTooltip,
  failureRow,
  openContextDescription,
} from './clusterRows.js';
import { Connection } from './connection.js';
import { Filter } from './filter.js';
import { isOld } from './freshness.js';
import type { Row, RowTarget } from './row.js';
import { toTreeItem } from './rowProvider.js';

const viewId = 'podIam.clusters';
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** Each is a call where it is needed. */
const MOST_NAMESPACES = 50;

export interface EksChoice {
  readonly cluster?: string;
  readonly region?: string;
}

/** How the files differ from a row, where they are compared. */
export interface DriftMarks {
  readonly onDidChange: vscode.Event<void>;
  mark(context: string, namespace: string, name: string): string | undefined;
}

type Node = Connection | Row;

/** The tree of clusters: contexts of the kubeconfig, and under each opened one what the live layer found. */
export class ClustersView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<Node>;
  readonly #subscriptions: vscode.Disposable[] = [];
  /** Those that were chosen from AWS. */
  readonly aws: AwsClusterMemory;
  readonly #pendingRefresh = new Map<Connection, ReturnType<typeof setTimeout>>();
  #connections: Connection[] | undefined;
  #reading: Promise<void> | undefined;
  #filter = new Filter('');
  #drift: DriftMarks | undefined;

  constructor(
    private readonly live: Live,
    private readonly settings: Settings,
    private readonly memory: vscode.Memento,
    private readonly log: vscode.LogOutputChannel,
    /** The ARNs of roles whose trust policies the workspace's files hold. */
    private readonly rolesInFiles: () => ReadonlySet<string>,
    /** Namespaces of service accounts that the workspace's files define. */
    private readonly namespacesInFiles: () => readonly string[],
  ) {
    this.aws = new AwsClusterMemory(memory);
    this.#view = vscode.window.createTreeView<Node>(viewId, { treeDataProvider: this, showCollapseAll: true });
    this.#subscriptions.push(
      this.#view,
      this.#changed,
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.reload()),
      this.#view.onDidChangeVisibility(({ visible }) => visible && this.#readOld()),
      settings.onDidChange(['kubeconfig', 'aws.profile', 'aws.region'], () => this.reload()),
    );
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return node instanceof Connection ? this.#contextItem(node) : toTreeItem(node);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (!vscode.workspace.isTrusted) return [];
    if (!node) {
      this.#reading ??= this.#readContexts();
      await this.#reading;
      return this.#connections ?? [];
    }
    if (node instanceof Connection) return this.#connectionRows(node);
    return [...(node.children?.() ?? [])];
  }

  /** The kubeconfig anew; opened clusters whose contexts are still there stay open and are read again. */
  async refresh(): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const open = (this.#connections ?? []).filter(
      ({ state }) => state.kind !== 'closed' && state.kind !== 'disconnected',
    );
    this.#reading = this.#readContexts();
    await this.#reading;
    this.#changed.fire(undefined);
    await Promise.all(
      (this.#connections ?? [])
        .filter((connection) => open.includes(connection))
        .map((connection) => connection.refresh()),
    );
  }

  /** Contexts and what was chosen from AWS anew; what is open and still there stays as it is. */
  async showAwsClusters(): Promise<void> {
    this.#reading = this.#readContexts();
    await this.#reading;
    this.#changed.fire(undefined);
  }

  async removeAwsCluster(connection: Connection | undefined): Promise<void> {
    if (!connection?.context.aws) return;
    await this.aws.remove(connection.context.aws);
    await this.showAwsClusters();
  }

  /** Forgets everything, as after a change of the kubeconfig setting. */
  reload(): void {
    for (const connection of this.#connections ?? []) connection.dispose();
    this.#connections = undefined;
    this.#reading = undefined;
    this.#changed.fire(undefined);
  }

  connection(context: string | undefined): Connection | undefined {
    return this.#connections?.find((connection) => connection.context.name === context);
  }

  /** Marks rows whose files say something else. */
  showDrift(drift: DriftMarks): void {
    this.#drift = drift;
    this.#subscriptions.push(drift.onDidChange(() => this.#changed.fire(undefined)));
  }

  openConnections(): readonly Connection[] {
    return (this.#connections ?? []).filter((connection) => connection.snapshot !== undefined);
  }

  /** Who looks again after long wants to see what is so now. */
  #readOld(): void {
    const now = Date.now();
    for (const connection of this.#connections ?? [])
      if (connection.state.kind === 'open' && isOld(connection.snapshot, now)) void connection.refresh();
  }

  get activeFilter(): Filter {
    return this.#filter;
  }

  get filter(): string {
    return this.#filter.text;
  }

  setFilter(text: string): void {
    this.#filter = new Filter(text.trim());
    void vscode.commands.executeCommand('setContext', 'podIam.clusters.filtered', !this.#filter.isEmpty);
    this.#showMessage();
    for (const connection of this.#connections ?? []) this.#changed.fire(connection);
  }

  async rememberEks(context: string, choice: EksChoice): Promise<void> {
    await this.memory.update(eksKey(context), choice);
    const connection = this.connection(context);
    connection?.disconnect();
    await connection?.refresh();
  }

  dispose(): void {
    for (const timer of this.#pendingRefresh.values()) clearTimeout(timer);
    for (const connection of this.#connections ?? []) connection.dispose();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  async #readContexts(): Promise<void> {
    const module = await this.live.module();
    const result = await module.readContexts(this.#kubeconfig());
    const fromAws = this.aws.clusters().map(module.awsContext);
    if (!result.ok) {
      this.log.warn(`${result.failure.what}: ${result.failure.message}`);
      this.#replace(fromAws);
      this.#setState(
        fromAws.length > 0 ? 'ready' : result.failure.reason === 'not-found' ? 'noKubeconfig' : 'unreadable',
      );
      return;
    }
    const contexts = [...result.value.contexts, ...fromAws];
    this.#replace(contexts);
    this.#setState(contexts.length > 0 ? 'ready' : result.value.files.length === 0 ? 'noKubeconfig' : 'noContexts');
  }

  #replace(contexts: readonly ContextSummary[]): void {
    const before = this.#connections ?? [];
    this.#connections = contexts.map((context) => {
      const kept = before.find((connection) => JSON.stringify(connection.context) === JSON.stringify(context));
      return kept ?? this.#connect(context);
    });
    for (const connection of before) if (!this.#connections.includes(connection)) connection.dispose();
  }

  #connect(context: ContextSummary): Connection {
    const connection = new Connection(context, this.live, () => this.#openOptions(context), this.log);
    connection.onDidChange(() => this.#refreshSoon(connection));
    return connection;
  }

  /** Rows come several times a second; the tree follows at a pace that people can read. */
  #refreshSoon(connection: Connection): void {
    if (this.#pendingRefresh.has(connection)) return;
    this.#pendingRefresh.set(
      connection,
      setTimeout(() => {
        this.#pendingRefresh.delete(connection);
        this.#changed.fire(connection);
        this.#showMessage();
      }, 100),
    );
  }

  #kubeconfig(): KubeconfigOptions {
    const kubeconfig = this.settings.machine('kubeconfig');
    return kubeconfig ? { kubeconfig } : {};
  }

  #openOptions(context: ContextSummary): OpenOptions {
    const namespaces = this.#likelyNamespaces();
    if (context.aws) return { aws: context.aws, namespaces };
    const chosen = this.memory.get<EksChoice>(eksKey(context.name));
    const region = chosen?.region ?? (context.eks.region ? '' : this.settings.machine('aws.region'));
    const profile = this.settings.machine('aws.profile');
    return {
      ...this.#kubeconfig(),
      context: context.name,
      namespaces,
      ...(chosen?.cluster ? { cluster: chosen.cluster } : {}),
      ...(region ? { region } : {}),
      ...(profile ? { profile } : {}),
    };
  }

  /** Where not all may be listed: those that are named somewhere. What is no name is none. */
  #likelyNamespaces(): readonly string[] {
    const named = [...this.settings.get('namespaces'), ...this.namespacesInFiles()];
    return [...new Set(named)].filter((name) => NAMESPACE.test(name)).slice(0, MOST_NAMESPACES);
  }

  #contextItem(connection: Connection): vscode.TreeItem {
    const { context, state } = connection;
    const snapshot = connection.snapshot;
    const item = new vscode.TreeItem(contextLabel(context), vscode.TreeItemCollapsibleState.Collapsed);
    item.id = `context:${context.name}`;
    item.description =
      state.kind === 'reading'
        ? state.what
        : state.kind === 'failed'
          ? state.failure.reason
          : snapshot
            ? openContextDescription(snapshot, Date.now())
            : closedContextDescription(context);
    item.tooltip = new vscode.MarkdownString(contextTooltip(context, snapshot));
    item.iconPath = new vscode.ThemeIcon(
      state.kind === 'reading' ? 'loading~spin' : snapshot ? 'server-environment' : 'debug-disconnect',
      state.kind === 'failed' ? new vscode.ThemeColor('problemsErrorIcon.foreground') : undefined,
    );
    item.contextValue = [
      'isCluster',
      context.aws ? 'isFromAws' : 'isFromKubeconfig',
      connection.cluster ? 'isConnected' : '',
      state.kind === 'reading' ? 'isReading' : '',
    ]
      .filter(Boolean)
      .join(' ');
    item.accessibilityInformation = { label: `cluster ${contextLabel(context)}, ${item.description}` };
    return item;
  }

  #connectionRows(connection: Connection): Row[] {
    const { state } = connection;
    const id = connection.context.name;
    if (state.kind === 'closed') {
      // Opening a row is the click that connects.
      void connection.open();
      return [{ id: `${id}#connecting`, label: 'Connecting…', mark: 'pending' }];
    }
    if (state.kind === 'disconnected') return [connectRow(id, vscode.l10n.t('Connect'))];
    if (state.kind === 'failed')
      return [failureRow(state.failure, `${id}#failed`), connectRow(id, vscode.l10n.t('Try again'))];
    const snapshot = connection.snapshot;
    if (!snapshot)
      return [
        { id: `${id}#connecting`, label: state.kind === 'reading' ? state.what : 'Connecting…', mark: 'pending' },
      ];
    const rows = clusterRows(snapshot, this.#clusterOf(connection, snapshot.name, snapshot.region), this.#filter);
    if (rows.length > 0) return rows;
    return [
      {
        id: `${id}#nothing`,
        label: this.#filter.isEmpty ? 'No service accounts' : 'Nothing matches the filter',
        mark: 'none',
      },
    ];
  }

  #clusterOf(connection: Connection, clusterName: string, region: string | undefined): ClusterOfRow {
    const inFiles = this.rolesInFiles();
    return {
      context: connection.context.name,
      clusterName,
      region,
      aws: connection.context.aws,
      hasTrustPolicy: (arn) => connection.cluster?.trustPolicy(arn) !== undefined,
      isInFiles: (arn) => inFiles.has(arn),
      drift: (namespace, name) => this.#drift?.mark(connection.context.name, namespace, name),
      now: Date.now(),
    };
  }

  #showMessage(): void {
    this.#view.message = this.#filter.isEmpty ? '' : vscode.l10n.t('Filter: {0}', this.#filter.text);
    const problems = this.openConnections()
      .flatMap((connection) => connection.snapshot?.serviceAccounts ?? [])
      .filter((account) => account.status === 'error').length;
    this.#view.badge =
      problems > 0
        ? { value: problems, tooltip: vscode.l10n.t('{0} service accounts with errors', problems) }
        : undefined;
  }

  #setState(state: 'noKubeconfig' | 'noContexts' | 'unreadable' | 'ready'): void {
    void vscode.commands.executeCommand('setContext', 'podIam.clusters.state', state);
  }
}

function connectRow(context: string, label: string): Row {
  const target: RowTarget = { context };
  return {
    id: `${context}#connect`,
    label,
    icon: 'plug',
    command: { command: 'podIam.clusters.refreshOne', title: label, arguments: [{ target }] },
  };
}

function eksKey(context: string): string {
  return `eks:${context}`;
}

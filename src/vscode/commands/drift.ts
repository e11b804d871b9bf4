import * as vscode from 'vscode';
import { type Drift, type DriftReport, driftSteps } from '../../core/identity/drift.js';
import { compareAccount } from '../../core/identity/driftComparison.js';
import type { LiveView } from '../../core/identity/driftView.js';
import type { ClusterSnapshot } from '../../live/types.js';
import type { Analyses } from '../analyses.js';
import { diagnosticSource } from '../diagnostics.js';
import { TextPositions } from '../positions.js';
import { ReadOnlyDocuments } from '../readOnlyDocuments.js';
import type { ClustersView } from '../tree/clustersView.js';
import type { RowTarget } from '../tree/row.js';
import { toWorkspaceEdit } from '../workspaceEdits.js';

const scheme = 'pod-iam-compare';
export const driftCode = 'live-drift';
/** Files and cluster change in bursts; ms. */
const PAUSE = 400;
/** The editor must stay responsive; ms. */
const SLICE = 12;

const severities = {
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

/**
 * The files held against one cluster that a person chose, as findings on the files and marks in the tree, until it is ended.
 * Which cluster files are for is not in them, so nothing is compared before somebody says it.
 */
export class DriftFindings implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('podIam.drift');
  readonly #documents: ReadOnlyDocuments;
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #following: vscode.Disposable | undefined;
  #context: string | undefined;
  #report: DriftReport | undefined;
  #seen: { readonly snapshot: ClusterSnapshot; readonly view: LiveView | undefined } | undefined;
  #marks = new Map<string, string>();
  #run = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly clusters: ClustersView,
    private readonly analyses: Analyses,
    private readonly index: () => Promise<void>,
  ) {
    this.#documents = new ReadOnlyDocuments(scheme, (uri) => this.#side(uri));
    this.#subscriptions.push(
      this.#documents,
      this.#changed,
      this.#collection,
      analyses.onDidChange(() => this.#soon()),
    );
  }

  /** Compares from now on with a cluster that is open. */
  async compare(context: string | undefined): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const chosen = context ?? (await this.#ask());
    const connection = this.clusters.connection(chosen);
    if (!connection?.cluster || chosen === undefined) return;
    await this.index();
    this.#following?.dispose();
    this.#following = connection.onDidChange(() => this.#soon());
    this.#context = chosen;
    await vscode.commands.executeCommand('setContext', 'podIam.drift.shown', true);
    await this.#update();
    const { drifts = [], compared = 0, notCompared = 0 } = this.#report ?? {};
    await vscode.window.showInformationMessage(
      [
        drifts.length === 0
          ? vscode.l10n.t('{0} and the files agree on {1} service accounts.', chosen, compared)
          : vscode.l10n.t(
              '{0} and the files differ in {1} places, {2} service accounts were compared.',
              chosen,
              drifts.length,
              compared,
            ),
        ...(notCompared > 0 ? [vscode.l10n.t('{0} were not: a template fills in their names.', notCompared)] : []),
      ].join(' '),
    );
  }

  async stop(): Promise<void> {
    this.#following?.dispose();
    this.#following = undefined;
    this.#context = undefined;
    await vscode.commands.executeCommand('setContext', 'podIam.drift.shown', false);
    await this.#update();
  }

  /** For a row of that cluster: how the files differ. */
  mark(context: string, namespace: string, name: string): string | undefined {
    return context === this.#context ? this.#marks.get(`${namespace}/${name}`) : undefined;
  }

  /** Both sides of one service account, in the same words, as a diff. */
  async compareOne(target: RowTarget | undefined): Promise<void> {
    const { context, namespace, name } = target ?? {};
    if (context === undefined || namespace === undefined || name === undefined) return;
    await this.index();
    const side = (which: 'live' | 'file') =>
      vscode.Uri.from({
        scheme,
        path: `/${context}/${namespace}/${name} (${which})`,
        query: JSON.stringify({ context, namespace, name, which }),
      });
    for (const which of ['live', 'file'] as const) this.#documents.refresh(side(which));
    await vscode.commands.executeCommand(
      'vscode.diff',
      side('live'),
      side('file'),
      vscode.l10n.t('{0}: in {1} ↔ in the files', `${namespace}/${name}`, context),
    );
  }

  /** Chooses differences and takes the cluster's side over into the files, to be looked at before it is done. */
  async pull(): Promise<void> {
    if (!vscode.workspace.isTrusted || this.#context === undefined) return;
    await this.#update();
    const items = (this.#report?.drifts ?? []).flatMap((drift) =>
      drift.pull || drift.manifest
        ? [
            {
              label: drift.pull?.title ?? vscode.l10n.t('New manifest of {0}', `${drift.namespace}/${drift.name}`),
              description: drift.place?.file ?? '',
              detail: drift.message,
              drift,
            },
          ]
        : [],
    );
    const picked = await vscode.window.showQuickPick(items, {
      canPickMany: true,
      title: vscode.l10n.t('What shall the files take over from {0}?', this.#context ?? ''),
      matchOnDetail: true,
    });
    if (!picked || picked.length === 0) return;
    const manifests = picked.flatMap(({ drift }) => (drift.pull || !drift.manifest ? [] : drift.manifest()));
    const edits = picked.flatMap(({ drift }) => drift.pull?.edits ?? []);
    const edit = edits.length > 0 ? toWorkspaceEdit(this.analyses, { edits }) : undefined;
    if (edit) await vscode.workspace.applyEdit(edit, { isRefactoring: true });
    if (manifests.length > 0) {
      const document = await vscode.workspace.openTextDocument({ language: 'yaml', content: manifests.join('---\n') });
      await vscode.window.showTextDocument(document);
    }
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const diagnostics = context.diagnostics.filter(({ code }) => code === driftCode);
    if (diagnostics.length === 0) return [];
    // Edits are by offsets: they must be those of the present text.
    this.analyses.updateOpen();
    if (this.#timer !== undefined) await this.#update();
    return this.#at(document.uri).flatMap(({ drift, range: place }) => {
      const edit = drift.pull && place.intersection(range) ? toWorkspaceEdit(this.analyses, drift.pull) : undefined;
      if (!drift.pull || !edit) return [];
      const action = new vscode.CodeAction(drift.pull.title, vscode.CodeActionKind.QuickFix);
      action.edit = edit;
      action.diagnostics = diagnostics.filter((diagnostic) => diagnostic.message === drift.message);
      return [action];
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#following?.dispose();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  async #ask(): Promise<string | undefined> {
    const open = this.clusters.openConnections().map(({ context }) => context.name);
    if (open.length === 0) {
      await vscode.window.showInformationMessage(
        vscode.l10n.t('Open a cluster in the Clusters view first; then its state can be compared with the files.'),
      );
      return undefined;
    }
    return vscode.window.showQuickPick(open, { title: vscode.l10n.t('Compare the files with which cluster?') });
  }

  #soon(): void {
    if (this.#context === undefined) return;
    // Files or cluster are others now: what is being compared is of yesterday.
    this.#run++;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#update();
    }, PAUSE);
  }

  async #update(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const view = this.#view();
    this.analyses.updateOpen();
    const run = ++this.#run;
    const steps = view && driftSteps(this.analyses.workspace.workspace(), view);
    let report: DriftReport | undefined;
    let sliceEnds = performance.now() + SLICE;
    for (let step = steps?.next(); steps && step; step = steps.next()) {
      if (step.done) {
        report = step.value;
        break;
      }
      if (performance.now() < sliceEnds) continue;
      await new Promise((resolve) => setImmediate(resolve));
      if (run !== this.#run) return;
      sliceEnds = performance.now() + SLICE;
    }
    this.#report = report;
    this.#marks = new Map();
    const byFile = new Map<string, Drift[]>();
    for (const drift of this.#report?.drifts ?? []) {
      if (drift.namespace !== undefined && drift.name !== undefined)
        this.#marks.set(`${drift.namespace}/${drift.name}`, drift.short);
      if (drift.place) byFile.set(drift.place.file, [...(byFile.get(drift.place.file) ?? []), drift]);
    }
    this.#collection.clear();
    for (const [file, drifts] of byFile) {
      const uri = this.analyses.names.uriOf(file);
      const text = uri && this.analyses.textOf(uri);
      if (!uri || text === undefined) continue;
      const positions = new TextPositions(text);
      this.#collection.set(
        uri,
        drifts.map((drift) => {
          const diagnostic = new vscode.Diagnostic(
            positions.rangeOf(drift.place!),
            drift.message,
            severities[drift.severity],
          );
          diagnostic.source = diagnosticSource;
          diagnostic.code = driftCode;
          return diagnostic;
        }),
      );
    }
    this.#changed.fire();
  }

  /** Made once a state of the cluster. */
  #view(): LiveView | undefined {
    const cluster = this.#context === undefined ? undefined : this.clusters.connection(this.#context)?.cluster;
    const snapshot = cluster?.current;
    if (!cluster || !snapshot) return undefined;
    if (this.#seen?.snapshot !== snapshot) this.#seen = { snapshot, view: cluster.view() };
    return this.#seen.view;
  }

  #at(uri: vscode.Uri): { drift: Drift; range: vscode.Range }[] {
    const text = this.analyses.textOf(uri);
    if (text === undefined) return [];
    const positions = new TextPositions(text);
    const key = uri.toString();
    return (this.#report?.drifts ?? []).flatMap((drift) =>
      drift.place && this.analyses.names.uriOf(drift.place.file)?.toString() === key
        ? [{ drift, range: positions.rangeOf(drift.place) }]
        : [],
    );
  }

  #side(uri: vscode.Uri): string | undefined {
    const { context, namespace, name, which } = JSON.parse(uri.query) as Record<string, string>;
    const view = this.clusters.connection(context)?.cluster?.view();
    if (!view || namespace === undefined || name === undefined) return undefined;
    this.analyses.updateOpen();
    return compareAccount(this.analyses.workspace.workspace(), view, namespace, name)[
      which === 'live' ? 'live' : 'file'
    ];
  }
}

import * as vscode from 'vscode';
import { identitiesInSlices } from '../../core/features/identities.js';
import type { Place } from '../../core/syntax/tree.js';
import type { Analyses } from '../analyses.js';
import type { Settings } from '../settings.js';
import { Slice } from '../slices.js';
import { Filter } from './filter.js';
import { type IdentityFinding, type JudgedIdentity, judged } from './judgedIdentity.js';
import type { Row } from './row.js';
import { toTreeItem } from './rowProvider.js';
import { workspaceRows } from './workspaceRows.js';

/** Typing pauses this long, in ms, before the tree follows. */
const PAUSE = 400;

/** The tree of the workspace's service accounts, from its files alone. */
export class WorkspaceView implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<Row>;
  readonly #subscriptions: vscode.Disposable[];
  #filter = new Filter('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly analyses: Analyses,
    private readonly settings: Settings,
    /** Reads the workspace when the view is first looked at. */
    private readonly index: () => Promise<void>,
  ) {
    this.#view = vscode.window.createTreeView('podIam.workspace', { treeDataProvider: this, showCollapseAll: true });
    this.#subscriptions = [
      this.#view,
      this.#changed,
      analyses.onDidChange(() => this.#later()),
      // What changed while nobody looked is caught up with.
      this.#view.onDidChangeVisibility(({ visible }) => visible && this.refresh()),
    ];
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return toTreeItem(row);
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (row) return [...(row.children?.() ?? [])];
    if (!this.settings.get('enable')) return this.#empty('disabled');
    if (!vscode.workspace.workspaceFolders?.length && this.analyses.files().length === 0)
      return this.#empty('noFolder');
    await vscode.window.withProgress({ location: { viewId: 'podIam.workspace' } }, () => this.index());
    const slice = new Slice();
    const all: JudgedIdentity[] = [];
    const findingsOf = this.#findingsOf();
    for (const identity of await identitiesInSlices(this.analyses.workspace.workspace(), () => slice.pause())) {
      all.push(judged(identity, findingsOf));
      await slice.pause();
    }
    this.#showBadge(all);
    const rows = workspaceRows(all, this.#filter, openCommand);
    if (rows.length === 0) return this.#empty(this.#filter.isEmpty ? 'noAccounts' : 'nothingMatches');
    setState('ready');
    return rows;
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  get filter(): string {
    return this.#filter.text;
  }

  setFilter(text: string): void {
    this.#filter = new Filter(text.trim());
    void vscode.commands.executeCommand('setContext', 'podIam.workspace.filtered', !this.#filter.isEmpty);
    this.#view.message = this.#filter.isEmpty ? '' : vscode.l10n.t('Filter: {0}', this.#filter.text);
    this.refresh();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #later(): void {
    if (!this.#view.visible) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), PAUSE);
  }

  /** Each file is asked once, however many service accounts it has. */
  #findingsOf(): (file: string) => readonly IdentityFinding[] {
    const known = new Map<string, readonly IdentityFinding[]>();
    return (file) => {
      const found = known.get(file);
      if (found) return found;
      const uri = this.analyses.names.uriOf(file);
      const asked = uri ? this.analyses.ofFile(uri).findings() : [];
      const findings = asked.map(
        ({ finding, severity }): IdentityFinding => ({
          ruleId: finding.ruleId,
          severity,
          message: finding.message,
          place: { file: finding.file, start: finding.start, end: finding.end },
        }),
      );
      known.set(file, findings);
      return findings;
    };
  }

  #empty(state: 'disabled' | 'noFolder' | 'noAccounts' | 'nothingMatches'): Row[] {
    setState(state);
    return [];
  }

  #showBadge(all: readonly JudgedIdentity[]): void {
    const problems = all.filter(({ status }) => status === 'error').length;
    this.#view.badge =
      problems > 0
        ? { value: problems, tooltip: vscode.l10n.t('{0} service accounts with errors', problems) }
        : undefined;
  }
}

function setState(state: string): void {
  void vscode.commands.executeCommand('setContext', 'podIam.workspace.state', state);
}

function openCommand(place: Place): NonNullable<Row['command']> {
  return { command: 'podIam.goToFile', title: vscode.l10n.t('Go to Definition'), arguments: [{ target: { place } }] };
}

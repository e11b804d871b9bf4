import * as vscode from 'vscode';
import { lensesOf } from '../core/features/lenses.js';
import type { Analyses } from './analyses.js';
import { toRange } from './positions.js';
import type { Settings } from './settings.js';

export class CodeLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly analyses: Analyses,
    private readonly settings: Settings,
  ) {
    this.#subscriptions = [
      this.#changed,
      // Another file may decide what is said here.
      analyses.onDidChange(() => this.#changed.fire()),
      settings.onDidChange(['codeLens', 'enable'], () => this.#changed.fire()),
    ];
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (!this.settings.get('codeLens', document.uri)) return [];
    const analysis = this.analyses.of(document);
    const facts = analysis?.analysis.factsOf(analysis.file);
    if (!analysis || !facts) return [];
    return lensesOf(facts, analysis.analysis.workspace(), analysis.file).map((lens) => {
      const range = toRange(document, lens);
      if (lens.subject) {
        const { namespace, name } = lens.subject;
        return new vscode.CodeLens(range, {
          title: lens.title,
          command: 'podIam.explain',
          arguments: [{ target: { namespace, name } }],
        });
      }
      const users = (lens.users ?? []).flatMap((place) => this.analyses.locationOf(place) ?? []);
      if (users.length === 0) return new vscode.CodeLens(range, { title: lens.title, command: '' });
      return new vscode.CodeLens(range, {
        title: lens.title,
        command: 'editor.action.showReferences',
        arguments: [document.uri, range.start, users],
      });
    });
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }
}

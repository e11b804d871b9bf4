import * as vscode from 'vscode';
import { concernsIdentity } from '../core/facts/readFile.js';
import type { Analyses } from './analyses.js';
import { SlicedQueue } from './slices.js';

/** Typing pauses this long, in ms, before the document is judged again. */
const PAUSE = 120;

/** Follows the documents of the editor: their text wins over the disk's, saved or not. One timer a document. */
export class OpenDocuments implements vscode.Disposable {
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #waiting = new SlicedQueue<vscode.TextDocument>((document) => {
    if (!document.isClosed) this.#judge(document);
  });

  constructor(
    private readonly analyses: Analyses,
    private readonly tell: {
      /** The document is closed: whoever knows the disk decides what holds now. */
      closed(uri: vscode.Uri): void;
      /** A document speaks of workload identity: now the rest of the workspace matters too. */
      concerned(): void;
    },
  ) {
    this.#subscriptions.push(
      vscode.workspace.onDidOpenTextDocument((document) => this.#judge(document)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#later(document);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.#cancel(document.uri);
        this.tell.closed(document.uri);
      }),
    );
  }

  /** The documents that are open already, after whoever calls has returned: the first one loads the engine. */
  refreshSoon(): void {
    this.#waiting.add(vscode.workspace.textDocuments);
  }

  refresh(): void {
    for (const document of vscode.workspace.textDocuments) this.#judge(document);
  }

  dispose(): void {
    this.#waiting.dispose();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #judge(document: vscode.TextDocument): void {
    if (this.analyses.of(document) && concernsIdentity(document.getText())) this.tell.concerned();
  }

  #later(document: vscode.TextDocument): void {
    this.#cancel(document.uri);
    const judge = () => {
      this.#timers.delete(document.uri.toString());
      if (!document.isClosed) this.#judge(document);
    };
    this.#timers.set(document.uri.toString(), setTimeout(judge, PAUSE));
  }

  #cancel(uri: vscode.Uri): void {
    clearTimeout(this.#timers.get(uri.toString()));
    this.#timers.delete(uri.toString());
  }
}

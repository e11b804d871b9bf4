import * as vscode from 'vscode';

/** Read-only documents of one scheme; `text` says what stands in one, whenever somebody looks. */
export class ReadOnlyDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration: vscode.Disposable;

  constructor(
    readonly scheme: string,
    private readonly text: (uri: vscode.Uri) => string | undefined,
  ) {
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.text(uri) ?? vscode.l10n.t('This is no longer known. Open the cluster and try again.');
  }

  /** Shows it, beside nothing and without taking an edited tab's place; an open one gets its new text. */
  async show(uri: vscode.Uri): Promise<void> {
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  /** Shows Markdown as it is meant to be read. */
  async preview(uri: vscode.Uri): Promise<void> {
    this.#changed.fire(uri);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  /** Its text may be another one now; an open editor takes it. */
  refresh(uri: vscode.Uri): void {
    this.#changed.fire(uri);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

import * as vscode from 'vscode';
import { editsOf, newFilesOf, type Refactoring, removedFilesOf } from '../../core/refactorings/refactoring.js';
import { applyEdits } from '../../core/syntax/edits.js';
import type { Analyses } from '../analyses.js';
import { folderOfName } from '../folderNames.js';
import { TextPositions } from '../positions.js';
import { ReadOnlyDocuments } from '../readOnlyDocuments.js';
import { count } from '../tree/words.js';
import { wrapped } from './wrapped.js';

/** Characters that a row of a quick pick shows before it is cut off. */
const LINE = 76;

const scheme = 'pod-iam-preview';

interface FileChange {
  readonly file: string;
  readonly uri: vscode.Uri;
  /** Undefined for a new file. */
  readonly before: string | undefined;
  /** Undefined for one that goes. */
  readonly after: string | undefined;
}

/**
 * Shows what a refactoring would do as a diff over all its files, and does all of it or nothing. VS Code's own refactor preview
 * lets single edits be left out, and begins with those that need confirmation unticked: half a migration is an outage.
 */
export class RefactorPreview implements vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #documents = new ReadOnlyDocuments(scheme, (uri) => this.#texts.get(uri.toString()));
  #shown = 0;

  constructor(private readonly analyses: Analyses) {}

  /** @returns whether it was applied */
  async confirm(refactoring: Refactoring): Promise<boolean> {
    const files = this.#filesOf(refactoring);
    const taken = await existing(files);
    if (!files || taken) {
      void vscode.window.showErrorMessage(
        taken
          ? vscode.l10n.t('{0} exists already; nothing was changed.', vscode.workspace.asRelativePath(taken))
          : vscode.l10n.t('A file is no longer known; nothing was changed.'),
      );
      return false;
    }
    await this.#showDiff(refactoring, files);
    if (!(await this.#ask(refactoring, files))) return false;
    this.analyses.updateOpen();
    const changed = files.find(({ uri, before }) => before !== undefined && this.analyses.textOf(uri) !== before);
    if (changed) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t('{0} has changed meanwhile; nothing was changed. Start again.', changed.file),
      );
      return false;
    }
    const applied = await vscode.workspace.applyEdit(this.#edit(refactoring, files), { isRefactoring: true });
    if (applied) await selectPlaceholder(refactoring, files);
    else void vscode.window.showErrorMessage(vscode.l10n.t('VS Code could not apply the change; nothing was changed.'));
    return applied;
  }

  dispose(): void {
    this.#documents.dispose();
  }

  #filesOf(refactoring: Refactoring): FileChange[] | undefined {
    const edits = editsOf(refactoring);
    const files: FileChange[] = [];
    for (const file of new Set(edits.map((edit) => edit.file))) {
      const uri = this.analyses.names.uriOf(file);
      const before = uri && this.analyses.textOf(uri);
      if (!uri || before === undefined) return undefined;
      const own = edits.filter((edit) => edit.file === file);
      files.push({ file, uri, before, after: applyEdits(before, own) });
    }
    for (const file of removedFilesOf(refactoring)) {
      const uri = this.analyses.names.uriOf(file);
      const before = uri && this.analyses.textOf(uri);
      if (!uri || before === undefined) return undefined;
      files.push({ file, uri, before, after: undefined });
    }
    for (const { file, text } of newFilesOf(refactoring)) {
      const uri = newUri(file);
      if (!uri) return undefined;
      files.push({ file, uri, before: undefined, after: text });
    }
    return files;
  }

  async #showDiff({ title }: Refactoring, files: readonly FileChange[]): Promise<void> {
    this.#texts.clear();
    const version = ++this.#shown;
    const side = (file: string, which: string, text: string | undefined) => {
      if (text === undefined) return undefined;
      const uri = vscode.Uri.from({ scheme, path: `/${file.replace(/^\/+/, '')}`, query: `${which}=${version}` });
      this.#texts.set(uri.toString(), text);
      return uri;
    };
    const resources = files.map(({ file, uri, before, after }) => [
      uri,
      side(file, 'before', before),
      side(file, 'after', after),
    ]);
    await vscode.commands.executeCommand('vscode.changes', title, resources);
  }

  async #ask({ title, changes, warnings }: Refactoring, files: readonly FileChange[]): Promise<boolean> {
    const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly apply?: true }>();
    pick.title = title;
    pick.placeholder = vscode.l10n.t('Nothing is changed until you apply it');
    pick.ignoreFocusOut = true;
    pick.items = [
      {
        label: vscode.l10n.t('$(check) Apply all of it'),
        description: vscode.l10n.t('{0} in {1}', count(changes.length, 'change'), count(files.length, 'file')),
        alwaysShow: true,
        apply: true,
      },
      { label: vscode.l10n.t('What changes'), kind: vscode.QuickPickItemKind.Separator },
      ...changes.flatMap(({ description }) => wrapped(description, LINE).map((label) => ({ label }))),
      ...(warnings.length > 0 ? [{ label: vscode.l10n.t('To know'), kind: vscode.QuickPickItemKind.Separator }] : []),
      ...warnings.flatMap((warning) =>
        wrapped(warning, LINE).map((line, index) => ({ label: `$(${index === 0 ? 'warning' : 'blank'}) ${line}` })),
      ),
    ];
    try {
      return await new Promise<boolean>((resolve) => {
        // The other lines are there to be read.
        pick.onDidAccept(() => {
          if (pick.selectedItems[0]?.apply) resolve(true);
        });
        pick.onDidHide(() => resolve(false));
        pick.show();
      });
    } finally {
      pick.dispose();
    }
  }

  #edit({ changes }: Refactoring, files: readonly FileChange[]): vscode.WorkspaceEdit {
    const edit = new vscode.WorkspaceEdit();
    const uriOf = new Map(files.map(({ file, uri }) => [file, uri]));
    for (const { file, uri, before } of files) {
      if (before === undefined) continue;
      const positions = new TextPositions(before);
      const own = changes.flatMap(({ description, edits }) =>
        edits
          .filter((each) => each.file === file)
          .map((each): [vscode.TextEdit, vscode.WorkspaceEditEntryMetadata] => [
            new vscode.TextEdit(positions.rangeOf(each), each.newText),
            { label: description, needsConfirmation: false },
          ]),
      );
      if (own.length > 0) edit.set(uri, own);
    }
    for (const { description, newFiles, removedFiles } of changes) {
      const metadata = { label: description, needsConfirmation: false };
      for (const { file, text } of newFiles)
        edit.createFile(uriOf.get(file)!, { contents: new TextEncoder().encode(text), overwrite: false }, metadata);
      for (const file of removedFiles) edit.deleteFile(uriOf.get(file)!, {}, metadata);
    }
    return edit;
  }
}

/** Named as the core names files. */
function newUri(file: string): vscode.Uri | undefined {
  if (/^[a-z][a-z0-9+.-]*:\//i.test(file)) return vscode.Uri.parse(file);
  const folders = vscode.workspace.workspaceFolders ?? [];
  const [first] = folders;
  if (!first) return undefined;
  const named = folderOfName(folders, file);
  return vscode.Uri.joinPath((named?.folder ?? first).uri, named?.path ?? file);
}

async function existing(files: readonly FileChange[] | undefined): Promise<vscode.Uri | undefined> {
  for (const { uri, before } of files ?? []) {
    if (before !== undefined) continue;
    const found = await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (found) return uri;
  }
  return undefined;
}

/** What is left to be filled in is selected, the first of them. */
async function selectPlaceholder({ placeholders }: Refactoring, files: readonly FileChange[]): Promise<void> {
  for (const { uri, before, after } of files) {
    const word = placeholders.find((each) => after?.includes(each) && !before?.includes(each));
    if (word === undefined) continue;
    const document = await vscode.workspace.openTextDocument(uri);
    const start = document.getText().indexOf(word);
    if (start < 0) continue;
    const selection = new vscode.Range(document.positionAt(start), document.positionAt(start + word.length));
    await vscode.window.showTextDocument(document, { selection });
    return;
  }
}

import * as vscode from 'vscode';

const extensions: Readonly<Record<string, string>> = {
  json: '.json',
  jsonc: '.jsonc',
  yaml: '.yaml',
  helm: '.yaml',
  cloudformation: '.yaml',
  terraform: '.tf',
  hcl: '.tf',
  opentofu: '.tf',
  dockerfile: '.Dockerfile',
  shellscript: '.sh',
};

/**
 * The core names a file by a path relative to its workspace folder, with `/`, as people read it in messages; with several
 * folders the folder's name stands first. Everything outside is named by its URI. The name's ending tells the core the
 * format, so a text that was never saved gets the ending of its language.
 */
export class FileNames {
  readonly #uris = new Map<string, vscode.Uri>();
  readonly #names = new Map<string, string>();

  nameOf(uri: vscode.Uri, languageId?: string): string {
    const key = uri.toString();
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = nameOf(uri, languageId);
    // Without its language an unsaved text's name is half a name.
    if (uri.scheme === 'untitled' && languageId === undefined) return name;
    this.#names.set(key, name);
    this.#uris.set(name, uri);
    return name;
  }

  /** Only for names that `nameOf` gave. */
  uriOf(name: string): vscode.Uri | undefined {
    return this.#uris.get(name);
  }

  forget(uri: vscode.Uri): void {
    const key = uri.toString();
    const name = this.#names.get(key);
    this.#names.delete(key);
    if (name !== undefined) this.#uris.delete(name);
  }

  clear(): void {
    this.#names.clear();
    this.#uris.clear();
  }
}

function nameOf(uri: vscode.Uri, languageId: string | undefined): string {
  if (uri.scheme === 'untitled') return `${uri.path}${(languageId && extensions[languageId]) ?? ''}`;
  if (vscode.workspace.getWorkspaceFolder(uri)) {
    return vscode.workspace.asRelativePath(uri, (vscode.workspace.workspaceFolders?.length ?? 0) > 1);
  }
  // The name's end tells the format, so nothing may stand behind the path.
  return uri.with({ query: '', fragment: '' }).toString(true);
}

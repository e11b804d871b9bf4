import * as vscode from 'vscode';
import { folderPrefixes } from './folderNames.js';

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
 * folders the folder's own path stands first, as far as the folders differ. Everything outside is named by its URI. The name's ending tells the core the
 * format, so a text that was never saved gets the ending of its language.
 */
export class FileNames {
  readonly #uris = new Map<string, vscode.Uri>();
  readonly #names = new Map<string, string>();
  #prefixes: ReadonlyMap<string, string> | undefined;

  nameOf(uri: vscode.Uri, languageId?: string): string {
    const key = uri.toString();
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = this.#make(uri, languageId);
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
    this.#prefixes = undefined;
  }

  #make(uri: vscode.Uri, languageId: string | undefined): string {
    if (uri.scheme === 'untitled') return `${uri.path}${(languageId && extensions[languageId]) ?? ''}`;
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    if (folder) return `${this.#prefixOf(folder)}${vscode.workspace.asRelativePath(uri, false)}`;
    // The name's end tells the format, so nothing may stand behind the path.
    return uri.with({ query: '', fragment: '' }).toString(true);
  }

  #prefixOf({ uri }: vscode.WorkspaceFolder): string {
    if (!this.#prefixes) {
      const folders = vscode.workspace.workspaceFolders ?? [];
      const prefixes = folderPrefixes(folders);
      this.#prefixes = new Map(folders.map((folder, i) => [folder.uri.toString(), prefixes[i]!]));
    }
    return this.#prefixes.get(uri.toString()) ?? '';
  }
}

import { readFile, stat } from 'node:fs/promises';
import picomatch from 'picomatch';
import * as vscode from 'vscode';
import type { Analyses } from './analyses.js';
import type { Settings } from './settings.js';
import type { Severities } from './severities.js';
import { Slice } from './slices.js';

/** What may speak of workload identity, by name; whether it does, the core sees by a look at the text. */
const CANDIDATES =
  '**/{*.{json,jsonc,yaml,yml,tf,tofu,tpl,template,sh,bash,dockerfile,Dockerfile},Dockerfile*,Containerfile*}';
/** Larger files are generated; reading them costs more than they tell. In bytes. */
const LARGEST = 8_000_000;
/** Files read at once. */
const READERS = 16;

/**
 * Keeps the analysis in step with the files of all folders: reads them once when somebody first needs the whole picture, then
 * follows what is created, changed, renamed and deleted. Open documents are left to the editor's text.
 */
export class WorkspaceIndex implements vscode.Disposable {
  #started: Promise<void> | undefined;
  #cancel: vscode.CancellationTokenSource | undefined;
  #watchers: vscode.Disposable[] = [];
  readonly #excluded = new Map<string, (path: string) => boolean>();
  readonly #finished = new vscode.EventEmitter<void>();
  /** All files have been read once. */
  readonly onDidFinish = this.#finished.event;

  constructor(
    private readonly analyses: Analyses,
    private readonly settings: Settings,
    private readonly severities: Severities,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  get isStarted(): boolean {
    return this.#started !== undefined;
  }

  /** Reads the workspace, once; later calls give the same promise. */
  start(): Promise<void> {
    this.#started ??= this.#read();
    return this.#started;
  }

  restart(): Promise<void> {
    this.#stop();
    return this.start();
  }

  /** An open document was closed: what the disk says holds again. */
  async closed(uri: vscode.Uri): Promise<void> {
    const onDisk = this.isStarted && this.#isOurs(uri) && (await this.#readFile(uri)) !== 'gone';
    if (!onDisk && !isOpen(uri)) this.analyses.remove(uri);
  }

  isExcluded(uri: vscode.Uri): boolean {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    if (!folder) return false;
    const key = folder.uri.toString();
    let excluded = this.#excluded.get(key);
    if (!excluded) {
      excluded = picomatch([...this.#globs(folder)], { dot: true });
      this.#excluded.set(key, excluded);
    }
    return excluded(vscode.workspace.asRelativePath(uri, false));
  }

  dispose(): void {
    this.#stop();
    this.#finished.dispose();
  }

  /** Of the setting and of `.pod-iam.json`. */
  #globs(folder: vscode.WorkspaceFolder): readonly string[] {
    return [...this.settings.get('exclude', folder.uri), ...this.severities.configurationOf(folder.uri).exclude];
  }

  #stop(): void {
    this.#cancel?.cancel();
    this.#cancel?.dispose();
    this.#cancel = undefined;
    this.#started = undefined;
    this.#excluded.clear();
    vscode.Disposable.from(...this.#watchers).dispose();
    this.#watchers = [];
  }

  async #read(): Promise<void> {
    if (!this.settings.get('enable')) return;
    this.#cancel = new vscode.CancellationTokenSource();
    const { token } = this.#cancel;
    const before = performance.now();
    this.#watch();
    const found = await Promise.all(
      (vscode.workspace.workspaceFolders ?? []).map((folder) => {
        const exclude = this.#globs(folder);
        return vscode.workspace.findFiles(
          new vscode.RelativePattern(folder, CANDIDATES),
          exclude.length > 0 ? new vscode.RelativePattern(folder, `{${exclude.join(',')}}`) : undefined,
          undefined,
          token,
        );
      }),
    );
    const files = found.flat();
    const slice = new Slice();
    let next = 0;
    const reader = async () => {
      for (let file = files[next++]; file && !token.isCancellationRequested; file = files[next++]) {
        await this.#readFile(file, token);
        await slice.pause();
      }
    };
    await this.analyses.hold(() => Promise.all(Array.from({ length: READERS }, reader)));
    if (token.isCancellationRequested) return;
    this.log.info(`Read ${files.length} files in ${Math.round(performance.now() - before)} ms.`);
    this.#finished.fire();
  }

  #watch(): void {
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, CANDIDATES));
      const changed = (uri: vscode.Uri) => {
        if (!this.isExcluded(uri)) void this.#readFile(uri);
      };
      watcher.onDidCreate(changed);
      watcher.onDidChange(changed);
      watcher.onDidDelete((uri) => {
        if (!isOpen(uri)) this.analyses.remove(uri);
      });
      this.#watchers.push(watcher);
    }
    this.#watchers.push(
      // A folder's deletion or renaming is one event: the files in it have none of their own.
      vscode.workspace.onDidDeleteFiles(({ files }) => {
        for (const uri of files) this.#removeUnder(uri);
      }),
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) {
          this.#removeUnder(oldUri);
          void this.#readUnder(newUri);
        }
      }),
    );
  }

  #removeUnder(uri: vscode.Uri): void {
    const folder = `${uri.toString()}/`;
    for (const known of this.analyses.files()) {
      if ((known.toString() === uri.toString() || known.toString().startsWith(folder)) && !isOpen(known)) {
        this.analyses.remove(known);
      }
    }
  }

  async #readUnder(uri: vscode.Uri): Promise<void> {
    const token = this.#cancel?.token;
    const files = await vscode.workspace.findFiles(
      new vscode.RelativePattern(uri, CANDIDATES),
      undefined,
      undefined,
      token,
    );
    const slice = new Slice();
    for (const file of files) {
      if (token?.isCancellationRequested) return;
      if (!this.isExcluded(file)) await this.#readFile(file, token);
      await slice.pause();
    }
  }

  #isOurs(uri: vscode.Uri): boolean {
    return vscode.workspace.getWorkspaceFolder(uri) !== undefined && uri.scheme !== 'untitled' && !this.isExcluded(uri);
  }

  async #readFile(uri: vscode.Uri, token?: vscode.CancellationToken): Promise<'read' | 'gone' | 'left'> {
    try {
      const text = await readText(uri);
      // While it was being read it may have been opened, or the index begun anew.
      if (text === undefined || token?.isCancellationRequested || isOpen(uri)) return 'left';
      this.analyses.setText(uri, text);
      return 'read';
    } catch (error) {
      this.log.debug(`Not read: ${uri.toString(true)}: ${error instanceof Error ? error.message : String(error)}`);
      if (!isOpen(uri)) this.analyses.remove(uri);
      return 'gone';
    }
  }
}

/** The text, undefined for what is too large. @throws as the file system does. */
async function readText(uri: vscode.Uri): Promise<string | undefined> {
  // Through VS Code every read is a message to another process and back; thousands of them take seconds.
  if (uri.scheme === 'file') {
    if ((await stat(uri.fsPath)).size > LARGEST) return undefined;
    return withoutMark(await readFile(uri.fsPath, 'utf8'));
  }
  if ((await vscode.workspace.fs.stat(uri)).size > LARGEST) return undefined;
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}

/** VS Code's documents do not show a byte order mark, and offsets must agree. */
function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function isOpen(uri: vscode.Uri): boolean {
  const key = uri.toString();
  return vscode.workspace.textDocuments.some((document) => !document.isClosed && document.uri.toString() === key);
}

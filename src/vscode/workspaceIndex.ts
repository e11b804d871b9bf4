import { readFile, stat } from 'node:fs/promises';
import picomatch from 'picomatch';
import * as vscode from 'vscode';
import { kindOf } from '../core/facts/readFile.js';
import type { Analyses } from './analyses.js';
import { FolderFiles } from './folderFiles.js';
import type { Settings } from './settings.js';
import type { Severities } from './severities.js';
import { Slice } from './slices.js';

const endings =
  'json jsonc json5 yaml yml tf tofu tfvars tpl tftpl tmpl gotmpl j2 erb template cfn policy txt sh bash zsh dockerfile Dockerfile containerfile';
/** What the core may read, by name, for VS Code's watchers and for file systems that are not the disk. VS Code's braces do not nest. */
const CANDIDATES = `**/{${endings
  .split(' ')
  .map((ending) => `*.${ending}`)
  .join(',')},Dockerfile*,Containerfile*,Kustomization}`;
/** Larger files are generated; reading them costs more than they tell. In bytes. */
const LARGEST = 8_000_000;
/** Files read at once. */
const READERS = 16;

type Reading = 'read' | 'gone' | 'left';

/**
 * Keeps the analysis in step with the files of all folders: reads them once when somebody first needs the whole picture, then
 * follows what is created, changed, renamed and deleted. Open documents are left to the editor's text.
 */
export class WorkspaceIndex implements vscode.Disposable {
  #started: Promise<void> | undefined;
  #cancel: vscode.CancellationTokenSource | undefined;
  #watchers: vscode.Disposable[] = [];
  readonly #folders = new Map<string, FolderFiles>();
  readonly #reading = new Map<string, Promise<Reading>>();
  readonly #gones = new Set<string>();
  #goneSoon: ReturnType<typeof setTimeout> | undefined;
  readonly #wanted: vscode.Disposable;
  readonly #excluded = new Map<string, (path: string) => boolean>();

  constructor(
    private readonly analyses: Analyses,
    private readonly settings: Settings,
    private readonly severities: Severities,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#wanted = analyses.onTextWanted((uri) => void this.#readFile(uri));
  }

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
    // With its language an unsaved text is closed and opened again, while it is open all the time: its name ends otherwise then.
    if (!onDisk && (uri.scheme === 'untitled' || !isOpen(uri))) this.analyses.remove(uri);
  }

  /** By the setting and `.pod-iam.json`. What git ignores is not read on its own, but may be opened and checked. */
  isExcluded(uri: vscode.Uri): boolean {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    return folder !== undefined && this.#excluder(folder)(vscode.workspace.asRelativePath(uri, false));
  }

  dispose(): void {
    this.#wanted.dispose();
    this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#goneSoon);
    this.#goneSoon = undefined;
    this.#gones.clear();
    this.#cancel?.cancel();
    this.#cancel?.dispose();
    this.#cancel = undefined;
    this.#started = undefined;
    this.#excluded.clear();
    this.#folders.clear();
    vscode.Disposable.from(...this.#watchers).dispose();
    this.#watchers = [];
  }

  #globs(folder: vscode.WorkspaceFolder): readonly string[] {
    return [...this.settings.get('exclude', folder.uri), ...this.severities.configurationOf(folder.uri).exclude];
  }

  #excluder(folder: vscode.WorkspaceFolder): (path: string) => boolean {
    const key = folder.uri.toString();
    let excluded = this.#excluded.get(key);
    if (!excluded) {
      excluded = picomatch([...this.#globs(folder)], { dot: true });
      this.#excluded.set(key, excluded);
    }
    return excluded;
  }

  async #read(): Promise<void> {
    if (!this.settings.get('enable')) return;
    const cancel = new vscode.CancellationTokenSource();
    this.#cancel = cancel;
    const { token } = cancel;
    const before = performance.now();
    // What was asked for before `.pod-iam.json` was read may have been answered without it.
    this.#excluded.clear();
    this.#watch();
    const found = new Set<string>();
    await this.analyses.hold(async () => {
      for (const folder of vscode.workspace.workspaceFolders ?? []) {
        await this.#readAll(this.#filesOf(folder, token), token, found);
      }
      if (!token.isCancellationRequested) await this.#forgetOthers(found, token);
    });
    if (token.isCancellationRequested) return;
    this.log.info(`Read ${found.size} files in ${Math.round(performance.now() - before)} ms.`);
  }

  /** What an earlier reading knew and is not there now, or is left out now. */
  async #forgetOthers(found: ReadonlySet<string>, token: vscode.CancellationToken): Promise<void> {
    const slice = new Slice();
    for (const known of this.analyses.files()) {
      await slice.pause();
      if (token.isCancellationRequested) return;
      const ours = vscode.workspace.getWorkspaceFolder(known) && !found.has(known.toString());
      if (ours && !isOpen(known)) this.analyses.remove(known);
    }
  }

  async #readAll(files: AsyncIterator<vscode.Uri>, token: vscode.CancellationToken, found: Set<string>): Promise<void> {
    const slice = new Slice();
    // A generator's `next` may be asked for again before it has answered: the answers come in order.
    const reader = async () => {
      for (let next = await files.next(); !next.done && !token.isCancellationRequested; next = await files.next()) {
        found.add(next.value.toString());
        await this.#readFile(next.value, token);
        await slice.pause();
      }
    };
    await Promise.all(Array.from({ length: READERS }, reader));
  }

  async *#filesOf(folder: vscode.WorkspaceFolder, token: vscode.CancellationToken): AsyncGenerator<vscode.Uri> {
    if (folder.uri.scheme === 'file') {
      const files = new FolderFiles(folder.uri.fsPath, this.#excluder(folder));
      this.#folders.set(folder.uri.toString(), files);
      for await (const path of files.files(new Slice(), (at, error) => this.#say(at, error)))
        yield vscode.Uri.file(path);
      return;
    }
    const exclude = this.#globs(folder);
    yield* await vscode.workspace.findFiles(
      new vscode.RelativePattern(folder, CANDIDATES),
      exclude.length > 0 ? new vscode.RelativePattern(folder, `{${exclude.join(',')}}`) : undefined,
      undefined,
      token,
    );
  }

  #watch(): void {
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      // A folder that goes or comes as a whole (a branch is checked out) is one event, without any for the files in it.
      const everything = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(folder, '**'),
        false,
        true,
        false,
      );
      everything.onDidCreate((uri) => void this.#created(uri));
      everything.onDidDelete((uri) => this.#gone(uri));
      const files = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(folder, CANDIDATES),
        true,
        false,
        true,
      );
      files.onDidChange((uri) => void this.#changed(uri));
      const ignores = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '**/.gitignore'));
      const again = () => void this.restart();
      this.#watchers.push(everything, files, ignores);
      this.#watchers.push(ignores.onDidCreate(again), ignores.onDidChange(again), ignores.onDidDelete(again));
    }
    this.#watchers.push(
      // Not every file system reports what the editor itself does.
      vscode.workspace.onDidDeleteFiles(({ files }) => {
        for (const uri of files) this.#gone(uri);
      }),
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) {
          this.#gone(oldUri);
          void this.#readUnder(newUri);
        }
      }),
    );
  }

  async #changed(uri: vscode.Uri): Promise<void> {
    // What is left out is known only when the folders have been walked.
    await this.#started;
    if (this.#isOurs(uri)) await this.#readFile(uri);
  }

  async #created(uri: vscode.Uri): Promise<void> {
    await this.#started;
    const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
    if (kindOf(name, '') !== undefined) {
      if (this.#isOurs(uri)) await this.#readFile(uri);
    } else if (!name.slice(1).includes('.')) {
      // Most things without an ending are folders; a file of that kind has nothing to read under it.
      await this.#readUnder(uri);
    }
  }

  /** Deletions come in hundreds: those of a moment are looked for among the known files in one go. */
  #gone(uri: vscode.Uri): void {
    this.#goneSoon ??= setTimeout(() => void this.#removeGone(), 20);
    this.#gones.add(uri.toString());
  }

  async #removeGone(): Promise<void> {
    this.#goneSoon = undefined;
    const gone = new Set(this.#gones);
    this.#gones.clear();
    const slice = new Slice();
    for (const known of this.analyses.files()) {
      await slice.pause();
      // It may be there again already: a save that replaces the file, a branch that has it too.
      if (isUnder(known.toString(), gone)) void this.#readFile(known);
    }
  }

  /** A file or folder that has got a new name. */
  async #readUnder(uri: vscode.Uri): Promise<void> {
    const token = this.#cancel?.token;
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    const files = folder && this.#folders.get(folder.uri.toString());
    if (!token || !files) return;
    if (kindOf(uri.path, '') !== undefined) {
      if (this.#isOurs(uri)) await this.#readFile(uri, token);
      return;
    }
    if (files.isLeftOut(uri.fsPath, true)) return;
    for await (const path of files.files(new Slice(), (at, error) => this.#say(at, error), uri.fsPath)) {
      if (token.isCancellationRequested) return;
      await this.#readFile(vscode.Uri.file(path), token);
    }
  }

  #isOurs(uri: vscode.Uri): boolean {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    if (!folder || uri.scheme === 'untitled' || this.isExcluded(uri)) return false;
    return !this.#folders.get(folder.uri.toString())?.isLeftOut(uri.fsPath);
  }

  /** One reading of a file at a time: the last one asked for must be the one that holds. */
  #readFile(uri: vscode.Uri, token?: vscode.CancellationToken): Promise<Reading> {
    const key = uri.toString();
    const before = this.#reading.get(key);
    const reading = before ? before.then(() => this.#readNow(uri, token)) : this.#readNow(uri, token);
    this.#reading.set(key, reading);
    void reading.finally(() => {
      if (this.#reading.get(key) === reading) this.#reading.delete(key);
    });
    return reading;
  }

  async #readNow(uri: vscode.Uri, token?: vscode.CancellationToken): Promise<Reading> {
    try {
      const text = await readText(uri);
      // While it was being read it may have been opened, or the index begun anew.
      if (text === undefined || token?.isCancellationRequested) return 'left';
      const document = openDocument(uri);
      if (document) {
        this.analyses.revive(document);
        return 'left';
      }
      this.analyses.setText(uri, text);
      return 'read';
    } catch (error) {
      this.#say(uri.toString(true), error);
      // VS Code remembers documents for minutes after their tabs are closed; only unsaved changes outlive the file.
      const document = openDocument(uri);
      if (!document?.isDirty) this.analyses.remove(uri, document);
      return 'gone';
    }
  }

  #say(path: string, error: unknown): void {
    this.log.debug(`Not read: ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The text, undefined for what is too large or no text. @throws as the file system does. */
async function readText(uri: vscode.Uri): Promise<string | undefined> {
  // Through VS Code every read is a message to another process and back; thousands of them take seconds.
  const onDisk = uri.scheme === 'file';
  const { size } = onDisk ? await stat(uri.fsPath) : await vscode.workspace.fs.stat(uri);
  if (size > LARGEST) return undefined;
  const bytes = onDisk ? await readFile(uri.fsPath) : await vscode.workspace.fs.readFile(uri);
  if (bytes.subarray(0, 8000).includes(0)) return undefined;
  // Like VS Code's documents, without a byte order mark: offsets must agree.
  return new TextDecoder().decode(bytes);
}

/** Is it one of these, or in a folder that is? */
function isUnder(file: string, gone: ReadonlySet<string>): boolean {
  for (let path = file; path.includes('/'); path = path.slice(0, path.lastIndexOf('/')))
    if (gone.has(path)) return true;
  return false;
}

function isOpen(uri: vscode.Uri): boolean {
  return openDocument(uri) !== undefined;
}

function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  const key = uri.toString();
  return vscode.workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === key);
}

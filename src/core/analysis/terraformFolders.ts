import { type Facts, noFacts } from '../facts/model.js';
import { callsIn } from '../facts/terraform/localModules.js';
import { isVariableFile, type TerraformFile } from '../facts/terraform/module.js';
import { parseTerraform, readTerraformModule } from '../facts/terraform/read.js';
import type { VariableFile } from '../facts/terraform/scope.js';
import { hclReady } from '../syntax/hcl.js';
import { ModuleCalls, mayRead, variableFileKind } from '../workspace/modules.js';

/** Prefix of the ids under which Terraform folders are read. */
const TERRAFORM = 'tf:';

export function isFolder(id: string): boolean {
  return id.startsWith(TERRAFORM);
}

export function folderId(directory: string): string {
  return TERRAFORM + directory;
}

function directoryIn(id: string): string {
  return id.slice(TERRAFORM.length);
}

/** What the folders are read from. */
export interface FolderSource {
  /** Undefined for files that are not there, or whose text is not kept. */
  textOf(file: string): string | undefined;
  /** A folder reads a file: its text is to be kept from now on. */
  want(file: string): void;
  /** Of the folder that is read under this id. */
  filesOf(id: string): ReadonlySet<string> | undefined;
  ids(): Iterable<string>;
}

/**
 * What Terraform folders have to do with each other and with files of values: who calls whom as a module, who reads which
 * file, and who must therefore be read again after a change.
 */
export class TerraformFolders {
  readonly #parsed = new Map<string, TerraformFile>();
  /** Folders that read a file by `file()` or `templatefile()`, or another folder as a module. */
  readonly #usersOf = new Map<string, Set<string>>();
  readonly #moduleCalls = new ModuleCalls();
  readonly #variableFiles = new Set<string>();
  /** Files of values that have changed, or are for others than before. */
  readonly #movedValues = new Set<string>();
  /** Folders whose calls of modules are to be read again. */
  readonly #staleCalls = new Set<string>();

  constructor(private readonly source: FolderSource) {}

  /** Folders that read this file, or the folder of this id as a module. */
  usersOf(read: string): ReadonlySet<string> {
    return this.#usersOf.get(read) ?? NOBODY;
  }

  /** How much is left to look at before the folders that are to be read again are known. */
  get left(): number {
    return this.#movedValues.size;
  }

  get hasStaleCalls(): boolean {
    return this.#staleCalls.size > 0;
  }

  /** The folder is to be read again: so are its calls. */
  changed(id: string): void {
    this.#staleCalls.add(id);
  }

  fileChanged(file: string, isThere: boolean): void {
    if (!isThere) this.#parsed.delete(file);
    if (!isVariableFile(file)) return;
    if (isThere) this.#variableFiles.add(file);
    else this.#variableFiles.delete(file);
    this.#movedValues.add(file);
  }

  /** Code has come to a folder or left it: for which folder a file of values is depends on where code lies. */
  codeChanged(): void {
    for (const file of this.#variableFiles) this.#movedValues.add(file);
  }

  /** Folders that read values which have changed. Once for all of them: a branch that is checked out brings many. */
  *takeReaders(): Generator<string> {
    if (this.#movedValues.size === 0) return;
    for (const id of this.source.ids()) {
      if (!isFolder(id)) continue;
      const directory = directoryIn(id);
      for (const file of this.#movedValues) {
        if (!mayRead(directory, file)) continue;
        yield id;
        break;
      }
    }
    this.#movedValues.clear();
  }

  /**
   * Which other folders the stale ones call, all or this one only. Small steps.
   * @param called is told each folder that is called otherwise than before: it reads otherwise too
   */
  *readCalls(called: (id: string) => void, only?: string): Generator<void> {
    for (const id of this.#staleCalls) {
      if (only !== undefined && id !== only) continue;
      const files: TerraformFile[] = [];
      for (const file of this.source.filesOf(id) ?? []) {
        files.push(this.#file(file));
        yield;
      }
      this.#staleCalls.delete(id);
      const directory = directoryIn(id);
      for (const folder of this.#moduleCalls.set(directory, callsIn(files, directory))) called(folderId(folder));
    }
  }

  hasCode(id: string): boolean {
    if (!isFolder(id)) return false;
    for (const file of this.source.filesOf(id) ?? []) if (!isVariableFile(file)) return true;
    return false;
  }

  /** Does another folder call it as a module? */
  isCalled(id: string): boolean {
    return isFolder(id) && this.#moduleCalls.inputsOf(directoryIn(id)) !== undefined;
  }

  read(id: string): Facts {
    const files = this.#filesOf(id);
    if (files.length === 0) return noFacts();
    const directory = directoryIn(id);
    const givenByCalls = this.#moduleCalls.inputsOf(directory);
    return readTerraformModule(files, {
      directory,
      givenByCalls,
      variableFiles: givenByCalls ? [] : this.#variableFilesOf(directory),
      readFile: (path) => {
        this.#remember(path, id);
        const text = this.source.textOf(path);
        if (text === undefined) this.source.want(path);
        return text;
      },
      readModule: (folder) => {
        this.#remember(folderId(folder), id);
        return this.hasCode(folderId(folder)) ? this.#filesOf(folderId(folder)) : undefined;
      },
    });
  }

  #filesOf(id: string): TerraformFile[] {
    return [...(this.source.filesOf(id) ?? [])].sort().map((file) => this.#file(file));
  }

  #remember(read: string, user: string): void {
    const users = this.#usersOf.get(read) ?? new Set();
    this.#usersOf.set(read, users.add(user));
  }

  #variableFilesOf(directory: string): VariableFile[] {
    return [...this.#variableFiles].sort().flatMap((file) => {
      const hasCode = (at: string) => this.hasCode(folderId(at));
      const kind = mayRead(directory, file) ? variableFileKind(directory, file, hasCode) : undefined;
      return kind ? [{ ...this.#file(file), kind }] : [];
    });
  }

  /** Parsed once a version, though a change makes the whole folder be read again. */
  #file(file: string): TerraformFile {
    const text = this.source.textOf(file) ?? '';
    const known = this.#parsed.get(file);
    if (known && known.document.text === text && (known.body !== undefined || !hclReady())) return known;
    const parsed = parseTerraform({ file, text });
    this.#parsed.set(file, parsed);
    return parsed;
  }
}

const NOBODY: ReadonlySet<string> = new Set();

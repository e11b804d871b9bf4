import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { kindOf } from '../core/facts/readFile.js';
import type { Slice } from './slices.js';

interface Level {
  readonly root: string;
  readonly rules: Ignore;
}

/**
 * The files of a folder on the disk that may matter, by name: what git ignores and `excluded` names is left out, as the command
 * line does. VS Code's own search would start a process a folder and knows nothing of `.gitignore` here.
 */
export class FolderFiles {
  readonly #levels = new Map<string, Level>();
  #above: readonly Level[] = [];

  constructor(
    private readonly root: string,
    /** @param path relative to the folder, with `/` */
    private readonly excluded: (path: string) => boolean,
  ) {}

  /** Walks the folder; folders that cannot be read are left out and said to `failed`. */
  async *files(slice: Slice, failed: (path: string, error: unknown) => void, from = this.root): AsyncGenerator<string> {
    if (from === this.root) this.#above = await ignoresAbove(this.root);
    const waiting = [from];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      let entries: Awaited<ReturnType<typeof entriesOf>>;
      try {
        entries = await entriesOf(folder);
      } catch (error) {
        failed(folder, error);
        continue;
      }
      if (entries.some(({ name }) => name === '.gitignore')) await this.#readIgnores(folder);
      for (const entry of entries) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
          if (!this.isLeftOut(path, true)) waiting.push(path);
        } else if (kindOf(entry.name, '') !== undefined && !this.isLeftOut(path)) {
          // Links to files are followed; links to folders may lead round in a circle.
          if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))) yield path;
        }
      }
      await slice.pause();
    }
  }

  isLeftOut(path: string, isFolder = false): boolean {
    const inside = slashed(relative(this.root, path));
    if (this.excluded(inside) || (isFolder && this.excluded(`${inside}/x`))) return true;
    for (const level of this.#above) if (ignores(level, path, isFolder)) return true;
    for (let folder = resolve(path, '..'); folder.length >= this.root.length; folder = resolve(folder, '..')) {
      const level = this.#levels.get(folder);
      if (level && ignores(level, path, isFolder)) return true;
      if (folder === this.root) break;
    }
    return false;
  }

  async #readIgnores(folder: string): Promise<void> {
    const level = await levelOf(folder);
    if (level) this.#levels.set(folder, level);
  }
}

function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true });
}

function ignores({ root, rules }: Level, path: string, isFolder: boolean): boolean {
  return rules.ignores(slashed(relative(root, path)) + (isFolder ? '/' : ''));
}

function slashed(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    // A link that leads nowhere is no file.
    return false;
  }
}

async function levelOf(root: string): Promise<Level | undefined> {
  try {
    return { root, rules: ignore().add(await readFile(join(root, '.gitignore'), 'utf8')) };
  } catch {
    // No such file, or one that git could not read either.
    return undefined;
  }
}

/** A folder inside a repository obeys the files above it, up to the repository's top. */
async function ignoresAbove(folder: string): Promise<readonly Level[]> {
  const levels: Level[] = [];
  for (let at = folder; ; at = resolve(at, '..')) {
    const level = at === folder ? undefined : await levelOf(at);
    if (level) levels.push(level);
    if (await exists(join(at, '.git'))) return levels;
    if (resolve(at, '..') === at) return [];
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

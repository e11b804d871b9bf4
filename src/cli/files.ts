import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import picomatch from 'picomatch';
import { kindOf } from '../core/facts/readFile.js';

export interface FoundFile {
  /** Relative to the working directory, with `/`. */
  readonly file: string;
  readonly path: string;
  /** Named as an argument itself, not found in a folder. */
  readonly named: boolean;
}

export interface Unreadable {
  readonly file: string;
  readonly reason: string;
}

const NEVER = new Set(['.git', 'node_modules', '.terraform', '.hg', '.svn']);

/**
 * Files, folders and globs → the files to check. Folders skip what git ignores.
 * @returns the files, and what could not be read with the reason
 */
export async function findFiles(
  paths: readonly string[],
  cwd: string,
  excluded: (file: string) => boolean,
): Promise<{ files: FoundFile[]; unreadable: Unreadable[] }> {
  const files = new Map<string, FoundFile>();
  const unreadable: Unreadable[] = [];
  const nameOf = (path: string) => relative(cwd, path).split(sep).join('/') || '.';
  const add = (path: string, named: boolean) => {
    const file = nameOf(path);
    if (!excluded(file) && (named || mayConcern(file))) files.set(file, { file, path, named });
  };
  for (const argument of paths) {
    const path = resolve(cwd, argument);
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
    if (!(found instanceof Error)) {
      if (found.isDirectory())
        await walk(
          path,
          await ignoresAbove(path),
          (at) => add(at, false),
          (at, reason) => unreadable.push({ file: nameOf(at), reason }),
        );
      else add(path, true);
    } else if (picomatch.scan(argument).isGlob) {
      const { base } = picomatch.scan(argument);
      const matches = picomatch(resolve(cwd, argument).split(sep).join('/'), { dot: true });
      const before = files.size;
      const root = resolve(cwd, base || '.');
      await walk(
        root,
        await ignoresAbove(root),
        (at) => matches(at.split(sep).join('/')) && add(at, false),
        () => undefined,
      );
      if (files.size === before) unreadable.push({ file: argument, reason: 'no file matches this pattern' });
    } else {
      unreadable.push({ file: nameOf(path), reason: reasonOf(found) });
    }
  }
  return { files: [...files.values()].sort((a, b) => (a.file < b.file ? -1 : 1)), unreadable };
}

export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EISDIR') return 'is a folder';
  return error instanceof Error ? error.message : String(error);
}

/** Text as UTF-8; binary content is no text. */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  if (bytes.subarray(0, 8000).includes(0)) throw new Error('binary content');
  return bytes.toString('utf8');
}

function mayConcern(file: string): boolean {
  // A name alone tells whether a reader exists; what it is for certain is seen in its text.
  return kindOf(file, '') !== undefined;
}

interface Level {
  readonly root: string;
  readonly rules: Ignore;
}

async function ignoresAbove(path: string): Promise<Level[]> {
  const levels: Level[] = [];
  for (let at = path; ; at = resolve(at, '..')) {
    const own = at === path ? undefined : await ignoresOf(at);
    if (own) levels.unshift(own);
    const inRepository = await stat(join(at, '.git')).then(
      () => true,
      () => false,
    );
    if (inRepository || resolve(at, '..') === at) return inRepository ? levels : [];
  }
}

async function ignoresOf(root: string): Promise<Level | undefined> {
  const text = await readFile(join(root, '.gitignore'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : { root, rules: ignore().add(text) };
}

async function walk(
  root: string,
  above: readonly Level[],
  add: (path: string) => void,
  failed: (path: string, reason: string) => void,
): Promise<void> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    failed(root, reasonOf(error));
    return [];
  });
  const own = await ignoresOf(root);
  const levels = own ? [...above, own] : above;
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(root, entry.name);
    const directory = entry.isDirectory();
    if (directory && NEVER.has(entry.name)) continue;
    const ignored = levels.some(({ root: base, rules }) =>
      rules.ignores(relative(base, path).split(sep).join('/') + (directory ? '/' : '')),
    );
    if (ignored) continue;
    if (directory) await walk(path, levels, add, failed);
    else if (entry.isFile()) add(path);
    else if (entry.isSymbolicLink()) {
      // Links to files are followed, links to folders are not: they may lead round in a circle.
      const target = await stat(path).catch(() => undefined);
      if (target?.isFile()) add(path);
    }
  }
}

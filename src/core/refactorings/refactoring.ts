/**
 * A change over several files that a person sees before it is made: what changes in words, edits in file offsets, new files.
 * Either all of it can be written or none is offered, so that nothing is ever half-applied.
 */
import type { Edit } from '../syntax/edits.js';
import { textOf } from '../syntax/text.js';

export interface Refactoring {
  readonly title: string;
  /** In the order in which a person reads them. */
  readonly changes: readonly Change[];
  /** What the files cannot say, or what is to be done besides. */
  readonly warnings: readonly string[];
  /** What is left to be filled in: `CLUSTER_NAME`, `ACCOUNT_ID`, as it stands in the new text. */
  readonly placeholders: readonly string[];
}

export interface Change {
  /** `Trust policy of 'cart': lets shop/cart in by Pod Identity in place of the OIDC provider` */
  readonly description: string;
  readonly edits: readonly Edit[];
  readonly newFiles: readonly NewFile[];
  /** Files of which nothing would be left. */
  readonly removedFiles: readonly string[];
}

export interface NewFile {
  readonly file: string;
  readonly text: string;
}

/** Why it cannot be done, for a person. */
export interface Refusal {
  readonly refused: string;
}

export type Outcome = Refactoring | Refusal;

export function isRefusal(outcome: Outcome): outcome is Refusal {
  return 'refused' in outcome;
}

export function editsOf({ changes }: Refactoring): readonly Edit[] {
  return changes.flatMap(({ edits }) => edits);
}

export function newFilesOf({ changes }: Refactoring): readonly NewFile[] {
  return changes.flatMap(({ newFiles }) => newFiles);
}

export function removedFilesOf({ changes }: Refactoring): readonly string[] {
  return changes.flatMap(({ removedFiles }) => removedFiles);
}

/** Where the file has no place for a change; caught by `refactor`, which then offers nothing at all. */
export class CannotWrite extends Error {}

/** Collects the changes; the first that cannot be written takes the whole back. */
export class Draft {
  readonly #changes: Change[] = [];
  readonly #warnings: string[] = [];

  /** @throws CannotWrite where there is nothing to write, or an edit that the format has no place for */
  edit(description: string, edits: readonly Edit[]): void {
    const written = edits.filter((edit) => edit.start !== edit.end || edit.newText !== '');
    if (written.length === 0 || written.length < edits.length)
      throw new CannotWrite(`${description}: not possible here`);
    this.#changes.push({ description, edits: written, newFiles: [], removedFiles: [] });
  }

  /** A file that is new in this draft already gets the rest added, without what both begin with. */
  file(description: string, file: NewFile): void {
    for (const { newFiles } of this.#changes) {
      const list = newFiles as NewFile[];
      const index = list.findIndex((other) => other.file === file.file);
      if (index < 0) continue;
      const own = file.text.replace(SCRIPT_HEAD, '');
      list[index] = { file: file.file, text: `${list[index]!.text}\n${own}` };
      return;
    }
    this.#changes.push({ description, edits: [], newFiles: [file], removedFiles: [] });
  }

  removeFile(description: string, file: string): void {
    this.#changes.push({ description, edits: [], newFiles: [], removedFiles: [file] });
  }

  warn(text: string): void {
    if (!this.#warnings.includes(text)) this.#warnings.push(text);
  }

  get isEmpty(): boolean {
    return this.#changes.length === 0;
  }

  /** @throws CannotWrite where two edits would change the same text */
  done(title: string): Refactoring {
    const changes = joinedChanges(this.#changes);
    const edits = changes.flatMap((change) => change.edits);
    if (edits.some((a, i) => edits.some((b, k) => k > i && overlap(a, b))))
      throw new CannotWrite(`${title}: two of the changes would touch the same text`);
    const removed = new Set(changes.flatMap((change) => change.removedFiles));
    if (edits.some(({ file }) => removed.has(file)))
      throw new CannotWrite(`${title}: a file that goes would be changed besides`);
    const texts = changes.flatMap((change) => [
      ...change.edits.map(({ newText }) => newText),
      ...change.newFiles.map(({ text }) => text),
    ]);
    return { title, changes, warnings: this.#warnings, placeholders: placeholdersIn(texts) };
  }
}

/** @param work throws CannotWrite where it cannot be done */
export function refactor(work: () => Refactoring): Outcome {
  try {
    return work();
  } catch (error) {
    if (error instanceof CannotWrite) return { refused: error.message };
    throw error;
  }
}

const SCRIPT_HEAD = /^#!.*\n(?:set .*\n)?\n*/;

/** Insertions at one place have no order in an editor: they become one, with the words of both. */
function joinedChanges(changes: readonly Change[]): Change[] {
  const result: Change[] = [];
  for (const change of changes) {
    const own: Edit[] = [];
    for (const edit of change.edits) {
      const at = [...result, { ...change, edits: own }].find(({ edits }) =>
        edits.some((other) => samePlace(other, edit)),
      );
      if (!at) own.push(edit);
      else {
        const list = at.edits as Edit[];
        const index = list.findIndex((other) => samePlace(other, edit));
        list[index] = { ...list[index]!, newText: list[index]!.newText + edit.newText };
      }
    }
    const previous = result.find(({ description }) => description === change.description);
    if (previous && change.newFiles.length + change.removedFiles.length === 0) (previous.edits as Edit[]).push(...own);
    else result.push({ ...change, edits: own });
  }
  return result;
}

function samePlace(a: Edit, b: Edit): boolean {
  return a.file === b.file && a.start === a.end && b.start === b.end && a.start === b.start;
}

function overlap(a: Edit, b: Edit): boolean {
  return a.file === b.file && a.start < b.end && b.start < a.end;
}

const OURS = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/** Those that we leave ourselves: words of capitals. What a template fills in on its own is none. */
function placeholdersIn(texts: readonly string[]): string[] {
  const found = new Set<string>();
  for (const text of texts) {
    for (const part of textOf(text))
      if (typeof part !== 'string' && OURS.test(part.expression)) found.add(part.expression);
  }
  return [...found];
}

import { syntaxFaults } from '../facts/readFile.js';
import type { Fix } from '../rules/rule.js';
import { applyEdits, type Edit } from '../syntax/edits.js';

/** UTF-16 code units up to which a fix is always tried out before it is offered. */
const SHORT = 30_000;

/** Of the fixes that a rule knows, those that can be applied: whole, each once, and without breaking more than there is. */
export function offered(fixes: readonly Fix[], textOf: (file: string) => string | undefined): Fix[] {
  return withoutOverlaps(fixes).filter((fix) => keepsSyntax(fix, textOf));
}

/** Two fixes of one title are one fix; edits that overlap would tear the file. */
function withoutOverlaps(fixes: readonly Fix[]): Fix[] {
  const titles = new Set<string>();
  return fixes.flatMap((fix) => {
    if (titles.has(fix.title) || fix.edits.length === 0) return [];
    // What cannot be written (a module's own value) is no change; a fix that needs it is none.
    if (fix.edits.some(({ start, end, newText }) => start === end && newText === '')) return [];
    titles.add(fix.title);
    const edits = joinInsertions(fix.edits);
    const apart = edits.every((a, i) =>
      edits.every((b, k) => k <= i || a.file !== b.file || a.end <= b.start || b.end <= a.start),
    );
    return apart ? [{ ...fix, edits }] : [];
  });
}

/** Texts for one place are one edit: who applies them need not know in which order. */
function joinInsertions(edits: readonly Edit[]): Edit[] {
  const joined: Edit[] = [];
  for (const edit of edits) {
    const same = joined.findIndex(
      (each) => each.file === edit.file && each.start === edit.start && each.end === each.start,
    );
    if (same >= 0 && edit.end === edit.start) joined[same] = { ...edit, newText: joined[same]!.newText + edit.newText };
    else joined.push(edit);
  }
  return joined;
}

/** In a text that is half-typed an edit may hit something else than it looks like. */
function keepsSyntax({ edits }: Fix, textOf: (file: string) => string | undefined): boolean {
  return [...new Set(edits.map(({ file }) => file))].every((file) => {
    const text = textOf(file);
    if (text === undefined) return true;
    const before = syntaxFaults(file, text);
    // A long text that reads well is taken to stay so: two more readings for each fix would be felt.
    if (before === 0 && text.length > SHORT) return true;
    const own = edits.filter((edit) => edit.file === file);
    return syntaxFaults(file, applyEdits(text, own)) <= before;
  });
}

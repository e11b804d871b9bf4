import type { Analysis, Finding } from '../analysis.js';
import { ComposedEdits } from '../syntax/composedEdits.js';
import { applyEdits, type Edit } from '../syntax/edits.js';

/** One safe fix can make room for the next; they are few, so a handful of rounds is always enough. */
const ROUNDS = 10;

/**
 * Applies the safe fixes to the texts that the analysis holds, until there is none left; writes nothing.
 * @param findingsNow what is to be fixed, as the texts stand now; asked for again after each round
 * @param mayChange whether a file may be changed; a fix that changes another one too is left
 * @returns what was changed, by file, as edits of the texts before; in the order of the text
 */
export function applySafeFixes(
  analysis: Pick<Analysis, 'text' | 'setFile'>,
  findingsNow: () => readonly Finding[],
  mayChange: (file: string) => boolean = () => true,
): ReadonlyMap<string, readonly Edit[]> {
  const changed = new Map<string, ComposedEdits>();
  const tried = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const findings = findingsNow();
    const counts = new Map<string, number>();
    for (const finding of findings) counts.set(keyOf(finding), (counts.get(keyOf(finding)) ?? 0) + 1);
    const edits = new Map<string, Edit[]>();
    const taken = new Set<string>();
    for (const finding of findings) {
      const key = keyOf(finding);
      // Found again as often as before its fix: the fix did not clear it, and once more would only write it twice.
      if (counts.get(key)! >= (tried.get(key) ?? Number.POSITIVE_INFINITY)) continue;
      const fix = finding
        .fixes()
        .find((each) => each.safety === 'safe' && each.edits.every(({ file }) => mayChange(file)));
      if (!fix || fix.edits.some((edit) => overlapsAny(edit, edits.get(edit.file) ?? []))) continue;
      for (const edit of fix.edits) edits.set(edit.file, [...(edits.get(edit.file) ?? []), edit]);
      taken.add(key);
    }
    if (edits.size === 0) break;
    for (const key of taken) tried.set(key, counts.get(key)!);
    for (const [file, list] of edits) {
      const text = analysis.text(file) ?? '';
      const composed = changed.get(file) ?? new ComposedEdits(text.length);
      changed.set(file, composed);
      composed.add(list);
      analysis.setFile(file, applyEdits(text, list));
    }
  }
  return new Map([...changed].map(([file, composed]) => [file, composed.edits().map((edit) => ({ file, ...edit }))]));
}

function keyOf({ ruleId, file, message }: Finding): string {
  return `${ruleId}\n${file}\n${message}`;
}

function overlapsAny(edit: Edit, others: readonly Edit[]): boolean {
  return others.some((other) => edit.start <= other.end && other.start <= edit.end);
}

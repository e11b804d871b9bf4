import type { Analysis, Finding } from '../core/analysis.js';
import { applyEdits, type Edit } from '../core/syntax/edits.js';

/** One safe fix can make room for the next; they are few, so a handful of rounds is always enough. */
const ROUNDS = 10;

/**
 * Applies the safe fixes to the texts that the analysis holds; writes nothing.
 * @returns the files whose text is another one now
 */
export function applySafeFixes(analysis: Pick<Analysis, 'allFindings' | 'text' | 'setFile'>): ReadonlySet<string> {
  const changed = new Set<string>();
  const tried = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const findings = [...analysis.allFindings().values()].flat();
    const counts = new Map<string, number>();
    for (const finding of findings) counts.set(keyOf(finding), (counts.get(keyOf(finding)) ?? 0) + 1);
    const edits = new Map<string, Edit[]>();
    const taken = new Set<string>();
    for (const finding of findings) {
      const key = keyOf(finding);
      // Found again as often as before its fix: the fix did not clear it, and once more would only write it twice.
      if (counts.get(key)! >= (tried.get(key) ?? Number.POSITIVE_INFINITY)) continue;
      const fix = finding.fixes().find(({ safety }) => safety === 'safe');
      if (!fix || fix.edits.some((edit) => overlapsAny(edit, edits.get(edit.file) ?? []))) continue;
      for (const edit of fix.edits) edits.set(edit.file, [...(edits.get(edit.file) ?? []), edit]);
      taken.add(key);
    }
    if (edits.size === 0) break;
    for (const key of taken) tried.set(key, counts.get(key)!);
    for (const [file, list] of edits) {
      analysis.setFile(file, applyEdits(analysis.text(file) ?? '', list));
      changed.add(file);
    }
  }
  return changed;
}

function keyOf({ ruleId, file, message }: Finding): string {
  return `${ruleId}\n${file}\n${message}`;
}

function overlapsAny(edit: Edit, others: readonly Edit[]): boolean {
  return others.some((other) => edit.start <= other.end && other.start <= edit.end);
}

import type { Edit } from '../../syntax/edits.js';
import { display, type Text } from '../../syntax/text.js';
import { outermost, placeOf } from '../../syntax/tree.js';
import type { Fix, Report, Safety } from '../rule.js';

/** A value in a message, in quotes. */
export function quote(value: Text | string): string {
  return `'${typeof value === 'string' ? value : display(value)}'`;
}

export function listed(words: readonly string[], conjunction = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)!}`;
}

/** A fix, or nothing where its change cannot be written. */
export function fix(
  title: string,
  safety: Safety,
  edits: readonly Edit[],
  placeholder?: 'placeholder',
): readonly Fix[] {
  if (edits.length === 0) return [];
  return [{ title, safety, edits, ...(placeholder ? { placeholder: true as const } : {}) }];
}

/**
 * Findings of one rule that come together: each also offers the first fix of all of them at once, so that a mistake made
 * throughout needs one click.
 */
export function together(reports: readonly Report[], title: string): readonly Report[] {
  if (reports.length < 2) return reports;
  return reports.map((report) => ({
    ...report,
    fixes: () => {
      const own = report.fixes?.() ?? [];
      const firsts = reports.flatMap((each) => each.fixes?.()[0] ?? []);
      if (firsts.length < reports.length) return own;
      const edits = withoutRepeats(firsts.flatMap((each) => each.edits));
      if (edits.length === own[0]?.edits.length || overlap(edits)) return own;
      const safety: Safety = firsts.every((each) => each.safety === 'safe') ? 'safe' : 'suggested';
      // What stands alone is the smaller change, so it comes first.
      return [
        ...own,
        ...fix(title, safety, edits, firsts.some((each) => each.placeholder) ? 'placeholder' : undefined),
      ];
    },
  }));
}

function withoutRepeats(edits: readonly Edit[]): Edit[] {
  const seen = new Set<string>();
  return edits.filter((edit) => {
    const key = `${edit.file} ${edit.start} ${edit.end} ${edit.newText}`;
    return !seen.has(key) && seen.add(key);
  });
}

function overlap(edits: readonly Edit[]): boolean {
  return edits.some((a, i) => edits.some((b, k) => k > i && a.file === b.file && a.start < b.end && b.start < a.end));
}

/** `main.tf:12`, for pointing from one finding to another place. */
export function lineOf(at: Report['at']): string {
  const { file, start } = placeOf(at);
  const line = outermost(at.document).text.slice(0, start).split('\n').length;
  return `${file}:${line}`;
}

import type { Place } from '../syntax/tree.js';

interface Found extends Place {
  readonly ruleId: string;
}

/** The findings of each file, whoever has found them: a Terraform folder finds things in the files that it reads, too. */
export class FoundByFile<Finding extends Found> {
  /** Owner → file → its findings there. */
  readonly #found = new Map<string, ReadonlyMap<string, readonly Finding[]>>();
  readonly #finders = new Map<string, Set<string>>();
  readonly #merged = new Map<string, readonly Finding[]>();

  /** Replaces what the owner has found before. @returns the files of which findings have come, gone or been made anew */
  set(owner: string, findings: readonly Finding[]): ReadonlySet<string> {
    const before = this.#found.get(owner);
    const now = new Map<string, Finding[]>();
    for (const finding of findings) {
      const list = now.get(finding.file);
      if (list) list.push(finding);
      else now.set(finding.file, [finding]);
    }
    if (now.size > 0) this.#found.set(owner, now);
    else this.#found.delete(owner);
    const touched = new Set([...(before?.keys() ?? []), ...now.keys()]);
    for (const file of touched) {
      const finders = this.#finders.get(file) ?? new Set();
      if (now.has(file)) finders.add(owner);
      else finders.delete(owner);
      if (finders.size > 0) this.#finders.set(file, finders);
      else this.#finders.delete(file);
      this.#merge(file, finders);
    }
    return touched;
  }

  in(file: string): readonly Finding[] {
    return this.#merged.get(file) ?? [];
  }

  /** In the order of the file names. */
  all(): ReadonlyMap<string, readonly Finding[]> {
    return new Map([...this.#merged].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** What two owners say of one place is said once. */
  #merge(file: string, finders: ReadonlySet<string>): void {
    const list = new Map<string, Finding>();
    // Whose file it is has the last word; else the order of the names decides.
    const order = [...finders].sort((a, b) => Number(a === file) - Number(b === file) || (a < b ? -1 : 1));
    for (const owner of order) {
      for (const finding of this.#found.get(owner)!.get(file)!)
        list.set(`${finding.ruleId} ${finding.start} ${finding.end}`, finding);
    }
    if (list.size === 0) this.#merged.delete(file);
    else this.#merged.set(file, [...list.values()].sort(byPlace));
  }
}

function byPlace(a: Found, b: Found): number {
  return a.start - b.start || a.end - b.end || (a.ruleId < b.ruleId ? -1 : 1);
}

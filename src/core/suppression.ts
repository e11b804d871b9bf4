/**
 * Suppression by comment: `pod-iam-ignore rule-a, rule-b` on the finding's own line or on the comment line above it,
 * `pod-iam-ignore-file rule-a` anywhere for the whole file. Without ids it means every rule.
 */
export interface Suppressions {
  has(ruleId: string, offset: number): boolean;
}

const MARK = /pod-iam-ignore(-file)?((?:[ \t:,]+[a-z][a-z0-9-]*)*)/g;
const NONE: Suppressions = { has: () => false };

export function suppressionsOf(text: string): Suppressions {
  if (!text.includes('pod-iam-ignore')) return NONE;
  const file: string[][] = [];
  const lines = new Map<number, string[][]>();
  for (const found of text.matchAll(MARK)) {
    const ids = (found[2] ?? '').split(/[ \t:,]+/).filter(Boolean);
    if (found[1]) {
      file.push(ids);
      continue;
    }
    const line = lineOf(text, found.index);
    const before = text.slice(text.lastIndexOf('\n', found.index - 1) + 1, found.index);
    // A comment on a line of its own speaks of the next line.
    const own = /^\s*(?:#|\/\/|\/\*|\{\{-?\s*\/\*)?\s*$/.test(before);
    lines.set(line + (own ? 1 : 0), [...(lines.get(line + (own ? 1 : 0)) ?? []), ids]);
  }
  const speaksOf = (lists: readonly string[][], ruleId: string) =>
    lists.some((ids) => ids.length === 0 || ids.includes(ruleId));
  return { has: (ruleId, offset) => speaksOf(file, ruleId) || speaksOf(lines.get(lineOf(text, offset)) ?? [], ruleId) };
}

function lineOf(text: string, offset: number): number {
  let line = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

import { Analysis } from '../analysis.js';
import type { Edit } from '../syntax/edits.js';
import type { Place } from '../syntax/tree.js';

/** Where a comment that turns a rule off goes. */
export interface SuppressionComment {
  readonly scope: 'line' | 'file';
  readonly edit: Edit;
}

/**
 * The comment that silences one finding: above its line, or for the whole file where the line stands inside a text that has
 * no comments (a JSON policy inside YAML or a heredoc).
 * @returns undefined where the format has no comments
 */
export function suppressionComment(
  text: string,
  finding: Place & { readonly ruleId: string },
  language: string,
): SuppressionComment | undefined {
  const sign = signs[language];
  if (!sign) return undefined;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lineStart = text.lastIndexOf('\n', finding.start - 1) + 1;
  const indentation = /^[ \t]*/.exec(text.slice(lineStart, finding.start))?.[0] ?? '';
  const above = insertion(finding.file, lineStart, `${indentation}${sign} pod-iam-ignore ${finding.ruleId}${eol}`);
  if (keepsTheRest(text, finding, above)) return { scope: 'line', edit: above };
  const top = /^#!.*\r?\n|^# syntax=.*\r?\n/.exec(text)?.[0].length ?? 0;
  return { scope: 'file', edit: insertion(finding.file, top, `${sign} pod-iam-ignore-file ${finding.ruleId}${eol}`) };
}

const signs: Readonly<Record<string, string>> = {
  yaml: '#',
  helm: '#',
  cloudformation: '#',
  terraform: '#',
  hcl: '#',
  opentofu: '#',
  dockerfile: '#',
  shellscript: '#',
  jsonc: '//',
};

function insertion(file: string, at: number, newText: string): Edit {
  return { file, start: at, end: at, newText };
}

/** A comment inside a policy that is text of another document would break it: tried out, other findings must stay as they were. */
function keepsTheRest(text: string, finding: Place & { readonly ruleId: string }, edit: Edit): boolean {
  const before = alone(finding.file, text);
  const after = alone(finding.file, text.slice(0, edit.start) + edit.newText + text.slice(edit.end));
  const others = (findings: ReturnType<typeof alone>, shift: (offset: number) => number) =>
    findings.map((other) => `${other.ruleId} ${shift(other.start)}`);
  const moved = (offset: number) => (offset >= edit.start ? offset + edit.newText.length : offset);
  const gone = new Set(others(after, (offset) => offset));
  return (
    others(
      before.filter((other) => lineOf(text, other.start) !== lineOf(text, finding.start)),
      moved,
    ).every((other) => gone.has(other)) &&
    factCount(finding.file, text) ===
      factCount(finding.file, text.slice(0, edit.start) + edit.newText + text.slice(edit.end))
  );
}

function alone(file: string, text: string) {
  const analysis = new Analysis();
  analysis.setFile(file, text);
  return analysis.findings(file);
}

/** How much the reader makes of a text: statements, conditions and objects that a broken document would lose. */
function factCount(file: string, text: string): number {
  const analysis = new Analysis();
  analysis.setFile(file, text);
  const facts = analysis.factsOf(file);
  if (!facts) return 0;
  const statements = facts.trustPolicies.flatMap((policy) => policy.statements);
  const conditions = statements.reduce((sum, statement) => sum + statement.conditions.length, 0);
  return Object.values(facts).reduce((sum, list) => sum + list.length, 0) + statements.length + conditions;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

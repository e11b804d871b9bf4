import { Analysis } from '../analysis.js';
import type { Facts } from '../facts/model.js';
import type { Edit } from '../syntax/edits.js';
import { type Place, placeOf } from '../syntax/tree.js';

/** A comment that turns a rule off, and for how much. */
export interface SuppressionComment {
  readonly scope: 'line' | 'file';
  readonly edit: Edit;
}

/** How each language starts a comment; JSON has none. By VS Code's language ids. */
const signs: Readonly<Record<string, string>> = {
  yaml: '#',
  helm: '#',
  cloudformation: '#',
  terraform: '#',
  hcl: '#',
  opentofu: '#',
  'terraform-vars': '#',
  dockerfile: '#',
  shellscript: '#',
  jsonc: '//',
};

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
  const { file, ruleId } = finding;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lineStart = text.lastIndexOf('\n', finding.start - 1) + 1;
  const indentation = /^[ \t]*/.exec(text.slice(lineStart, finding.start))![0];
  const above = {
    file,
    start: lineStart,
    end: lineStart,
    newText: `${indentation}${sign} pod-iam-ignore ${ruleId}${eol}`,
  };
  if (leavesTheRest(text, finding, above)) return { scope: 'line', edit: above };
  // What tells the interpreter or builder how to read the file must stay first.
  const top = /^#(?:!| syntax=).*\r?\n/.exec(text)?.[0].length ?? 0;
  return {
    scope: 'file',
    edit: { file, start: top, end: top, newText: `${sign} pod-iam-ignore-file ${ruleId}${eol}` },
  };
}

/** A comment inside a policy that is text of another document would break it: so it is tried out. */
function leavesTheRest(text: string, finding: Place, edit: Edit): boolean {
  const before = read(finding.file, text);
  if (before.facts && isEmbedded(before.facts, finding)) return false;
  const after = read(finding.file, text.slice(0, edit.start) + edit.newText + text.slice(edit.end));
  if (size(before.facts) !== size(after.facts)) return false;
  const lineEnd = text.indexOf('\n', finding.start);
  const onLine = (offset: number) => offset >= edit.start && (lineEnd < 0 || offset <= lineEnd);
  const there = new Set(after.findings.map(({ ruleId, start }) => `${ruleId} ${start}`));
  return before.findings
    .filter(({ start }) => !onLine(start))
    .every(({ ruleId, start }) => there.has(`${ruleId} ${start >= edit.start ? start + edit.newText.length : start}`));
}

function read(file: string, text: string) {
  const analysis = new Analysis();
  analysis.setFile(file, text);
  return { facts: analysis.factsOf(file), findings: analysis.findings(file) };
}

/** Is it part of a policy that is text of another document? Readers are lenient; AWS is not. */
function isEmbedded(facts: Facts, finding: Place): boolean {
  return [...facts.trustPolicies, ...facts.permissionPolicies].some(({ node }) => {
    const { start, end } = placeOf(node);
    return node.document.host !== undefined && start <= finding.start && finding.end <= end;
  });
}

/** How much was made of a text: objects, statements and conditions, which a broken document would lose. */
function size(facts: Facts | undefined): number {
  if (!facts) return 0;
  const statements = facts.trustPolicies.flatMap((policy) => policy.statements);
  const conditions = statements.reduce((sum, statement) => sum + statement.conditions.length, 0);
  return Object.values(facts).reduce((sum, list) => sum + list.length, 0) + statements.length + conditions;
}

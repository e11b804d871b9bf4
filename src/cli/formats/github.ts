import type { Severity } from '../../core/rules/rule.js';
import type { CheckResult } from '../checkResult.js';
import { lineIndexes } from './json.js';

const COMMANDS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  information: 'notice',
  hint: 'notice',
};

/** Workflow commands: GitHub shows them on the lines of a pull request. */
export function toGitHub(result: CheckResult): string {
  const lines = lineIndexes(result);
  return result.findings
    .map((finding) => {
      const { start, end } = lines(finding.file).range(finding);
      const where = [
        `file=${property(finding.file)}`,
        `line=${start.line + 1}`,
        `col=${start.character + 1}`,
        `endLine=${end.line + 1}`,
        `endColumn=${end.character + 1}`,
        `title=${property(finding.ruleId)}`,
      ];
      return `::${COMMANDS[finding.severity]} ${where.join(',')}::${data(finding.message)}\n`;
    })
    .join('');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

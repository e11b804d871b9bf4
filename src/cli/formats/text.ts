import type { Severity } from '../../core/rules/rule.js';
import type { CheckResult } from '../checkResult.js';
import { counts, lineIndexes } from './json.js';

const COLORS: Readonly<Record<Severity | 'file' | 'faint', string>> = {
  error: '31',
  warning: '33',
  information: '34',
  hint: '36',
  file: '1;4',
  faint: '2',
};

/** For a person at a terminal: grouped by file, the reason in the middle, the rule at the end. */
export function toText(result: CheckResult, terminal: { color: boolean; width: number | undefined }): string {
  const paint = (kind: keyof typeof COLORS, text: string) =>
    terminal.color ? `\x1b[${COLORS[kind]}m${text}\x1b[0m` : text;
  const lines = lineIndexes(result);
  const output: string[] = [];
  let file = '';
  for (const finding of result.findings) {
    if (finding.file !== file) {
      if (file !== '') output.push('');
      file = finding.file;
      output.push(paint('file', file));
    }
    const { line, character } = lines(file).position(finding.start);
    const place = `${line + 1}:${character + 1}`.padStart(7);
    const severity = finding.severity.padEnd(11);
    const indent = place.length + severity.length + 4;
    const message = wrap(finding.message, Math.min(terminal.width ?? 120, 140) - indent - finding.ruleId.length - 3);
    message[message.length - 1] += `   ${paint('faint', finding.ruleId)}`;
    output.push(`${place}  ${paint(finding.severity, severity)}  ${message[0]}`);
    for (const more of message.slice(1)) output.push(' '.repeat(indent) + more);
  }
  if (result.findings.length > 0) output.push('');
  for (const { file: name, reason } of result.unreadable) output.push(`${name}: ${paint('error', reason)}`);
  output.push(summary(result));
  return `${output.join('\n')}\n`;
}

function wrap(message: string, width: number): string[] {
  if (width < 30 || message.length <= width) return [message];
  const lines: string[] = [''];
  for (const word of message.split(' ')) {
    const last = lines.length - 1;
    if (lines[last] === '') lines[last] = word;
    else if (lines[last]!.length + 1 + word.length <= width) lines[last] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}

function summary(result: CheckResult): string {
  const count = counts(result.findings);
  const files = `${result.files} file${result.files === 1 ? '' : 's'}`;
  const parts = (['error', 'warning', 'information', 'hint'] as const)
    .filter((severity) => count[severity] > 0)
    .map(
      (severity) => `${count[severity]} ${severity}${count[severity] === 1 || severity === 'information' ? '' : 's'}`,
    );
  if (parts.length === 0) return `no findings in ${files}`;
  const affected = new Set(result.findings.map((finding) => finding.file)).size;
  const fixable = result.findings.filter((finding) => finding.fixes().some(({ safety }) => safety === 'safe')).length;
  return `${parts.join(', ')} in ${affected} of ${files}${fixable > 0 ? ` · ${fixable} can be fixed with --fix` : ''}`;
}

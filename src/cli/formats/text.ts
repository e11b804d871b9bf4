import type { Severity } from '../../core/rules/rule.js';
import type { CheckResult } from '../checkResult.js';
import { counts, lineIndexes } from './json.js';
import { wrap } from './wrap.js';

const COLORS: Readonly<Record<Severity | 'file' | 'faint', string>> = {
  error: '31',
  warning: '33',
  information: '34',
  hint: '36',
  file: '1;4',
  faint: '2',
};

/** Lines are not wider, however wide the window is. */
const WIDEST = 140;

/**
 * For a person: grouped by file, the reason in the middle, the rule at the end.
 * @param terminal `width` in characters; undefined where no window limits it: then a finding is a line
 */
export function toText(result: CheckResult, terminal: { color: boolean; width: number | undefined }): string {
  const paint = (kind: keyof typeof COLORS, text: string) =>
    terminal.color ? `\x1b[${COLORS[kind]}m${text}\x1b[0m` : text;
  const lines = lineIndexes(result);
  const output: string[] = [];
  const severities = Math.max(...result.findings.map(({ severity }) => severity.length));
  let file = '';
  for (const finding of result.findings) {
    if (finding.file !== file) {
      if (file !== '') output.push('');
      file = finding.file;
      output.push(paint('file', file));
    }
    const { line, character } = lines(file).position(finding.start);
    const place = `${line + 1}:${character + 1}`.padStart(7);
    const severity = finding.severity.padEnd(severities);
    const indent = place.length + severity.length + 4;
    const room = terminal.width === undefined ? undefined : Math.min(terminal.width, WIDEST) - indent;
    const message = wrap(finding.message, room);
    const last = message.at(-1)!;
    const rule = paint('faint', finding.ruleId);
    if (room === undefined || last.length + 3 + finding.ruleId.length <= room)
      message[message.length - 1] = `${last}   ${rule}`;
    else message.push(rule);
    output.push(`${place}  ${paint(finding.severity, severity)}  ${message[0]}`);
    for (const more of message.slice(1)) output.push(' '.repeat(indent) + more);
  }
  if (result.findings.length > 0) output.push('');
  for (const { file: name, reason } of result.unreadable) output.push(`${name}: ${paint('error', reason)}`);
  if (result.files > 0 || result.unreadable.length === 0) output.push(summary(result));
  return `${output.join('\n')}\n`;
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

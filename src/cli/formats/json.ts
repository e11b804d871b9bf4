import type { Finding } from '../../core/analysis.js';
import { LineIndex } from '../../core/syntax/lines.js';
import type { CheckResult } from '../checkResult.js';

/** The contract of `check --format json`. */
export function toJson(result: CheckResult): string {
  const lines = lineIndexes(result);
  return `${JSON.stringify(
    {
      version: 1,
      findings: result.findings.map((finding) => ({
        ruleId: finding.ruleId,
        severity: finding.severity,
        message: finding.message,
        file: finding.file,
        range: lines(finding.file).range(finding),
        fixes: finding.fixes().map(({ title, safety, edits }) => ({
          title,
          safety,
          edits: edits.map((edit) => ({ file: edit.file, range: lines(edit.file).range(edit), newText: edit.newText })),
        })),
        ...(finding.related.length > 0
          ? {
              related: finding.related.map((place) => ({
                message: place.message,
                file: place.file,
                range: lines(place.file).range(place),
              })),
            }
          : {}),
      })),
      unreadable: result.unreadable,
      summary: { files: result.files, ...counts(result.findings) },
    },
    null,
    2,
  )}\n`;
}

export function counts(findings: readonly Finding[]): {
  error: number;
  warning: number;
  information: number;
  hint: number;
} {
  const result = { error: 0, warning: 0, information: 0, hint: 0 };
  for (const { severity } of findings) result[severity]++;
  return result;
}

/** A line index for each file, made once. */
export function lineIndexes(result: CheckResult): (file: string) => LineIndex {
  const made = new Map<string, LineIndex>();
  return (file) => {
    const existing = made.get(file) ?? new LineIndex(result.text(file));
    made.set(file, existing);
    return existing;
  };
}

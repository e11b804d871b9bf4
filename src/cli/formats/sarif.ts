import type { Log, ReportingDescriptor, Result } from 'sarif';
import { version } from '../../../package.json';
import type { Finding } from '../../core/analysis.js';
import { rules } from '../../core/rules/index.js';
import { ruleMarkdown, ruleText } from '../../core/rules/page.js';
import type { Severity } from '../../core/rules/rule.js';
import type { Edit } from '../../core/syntax/edits.js';
import type { LineIndex } from '../../core/syntax/lines.js';
import type { CheckResult } from '../checkResult.js';
import { lineIndexes } from './json.js';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

/** SARIF 2.1.0, as code scanning reads it. */
export function toSarif(result: CheckResult): string {
  const lines = lineIndexes(result);
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Pod IAM', semanticVersion: version, rules: rules.map(descriptor) } },
        columnKind: 'utf16CodeUnits',
        results: result.findings.map((finding) => resultOf(finding, lines)),
        invocations: [
          {
            executionSuccessful: result.unreadable.length === 0,
            toolExecutionNotifications: result.unreadable.map(({ file, reason }) => ({
              level: 'error',
              message: { text: `${file}: ${reason}` },
              locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) } } }],
            })),
          },
        ],
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptor(rule: (typeof rules)[number]): ReportingDescriptor {
  return {
    id: rule.id,
    shortDescription: { text: rule.docs.summary },
    fullDescription: { text: rule.docs.why },
    help: { text: ruleText(rule), markdown: ruleMarkdown(rule) },
    defaultConfiguration: { level: LEVELS[rule.severity] },
  };
}

function resultOf(finding: Finding, lines: (file: string) => LineIndex): Result {
  const region = (span: { file: string; start: number; end: number }) => {
    const { start, end } = lines(span.file).range(span);
    return {
      startLine: start.line + 1,
      startColumn: start.character + 1,
      endLine: end.line + 1,
      endColumn: end.character + 1,
    };
  };
  const fixes = finding.fixes();
  return {
    ruleId: finding.ruleId,
    ruleIndex: rules.findIndex(({ id }) => id === finding.ruleId),
    level: LEVELS[finding.severity],
    message: { text: finding.message },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(finding.file) }, region: region(finding) } }],
    ...(finding.related.length > 0
      ? {
          relatedLocations: finding.related.map((place, id) => ({
            id,
            message: { text: place.message },
            physicalLocation: { artifactLocation: { uri: uriOf(place.file) }, region: region(place) },
          })),
        }
      : {}),
    ...(fixes.length > 0
      ? {
          fixes: fixes.map((fix) => ({
            description: { text: fix.title },
            artifactChanges: [...byFile(fix.edits)].map(([file, edits]) => ({
              artifactLocation: { uri: uriOf(file) },
              replacements: edits.map((edit) => ({
                deletedRegion: region(edit),
                insertedContent: { text: edit.newText },
              })),
            })),
          })),
        }
      : {}),
  };
}

/** A relative reference: `#`, `?` and a colon in a file's name would read as something else. */
function uriOf(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}

/** `Map.groupBy` is younger than the oldest Node that runs this. */
function byFile(edits: readonly Edit[]): Map<string, Edit[]> {
  const groups = new Map<string, Edit[]>();
  for (const edit of edits) groups.set(edit.file, [...(groups.get(edit.file) ?? []), edit]);
  return groups;
}

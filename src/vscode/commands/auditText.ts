import type { AnalyzerFinding, CallHistory, CredentialCall } from '../../live/auditTypes.js';

/** What our rules say, as the merged report shows it. */
export interface OwnFinding {
  readonly ruleId: string;
  readonly severity: string;
  readonly message: string;
  /** One-based. */
  readonly line: number;
}

export interface PlacedFinding {
  readonly finding: AnalyzerFinding;
  /** One-based; of the whole document where no place is told. */
  readonly line: number;
  /** A rule of ours says something at the same place. */
  readonly ours?: OwnFinding;
}

/** The two judgements of a trust policy as one list, by line. */
export function policyAuditText(title: string, own: readonly OwnFinding[], theirs: readonly PlacedFinding[]): string {
  const joined = new Set(theirs.flatMap(({ ours }) => ours ?? []));
  const lines = [
    ...theirs.map(({ finding, line, ours }) => ({
      line,
      text: ours
        ? `**${ours.severity}** ${ours.message} \`${ours.ruleId}\` — Access Analyzer too: ${finding.message} ${code(finding)}`
        : `**${words[finding.type]}** ${finding.message} ${code(finding)}`,
    })),
    ...own
      .filter((finding) => !joined.has(finding))
      .map(({ line, severity, message, ruleId }) => ({ line, text: `**${severity}** ${message} \`${ruleId}\`` })),
  ].sort((a, b) => a.line - b.line);
  return [
    `# ${title}`,
    `IAM Access Analyzer: ${theirs.length}. Pod IAM: ${own.length}.`,
    lines.length === 0
      ? 'Neither finds anything.'
      : lines.map(({ line, text }) => `- line ${line}: ${text}`).join('\n'),
    '',
  ].join('\n\n');
}

const words = {
  ERROR: 'error',
  SECURITY_WARNING: 'security warning',
  WARNING: 'warning',
  SUGGESTION: 'suggestion',
} as const;

function code({ issueCode, link }: AnalyzerFinding): string {
  return link === undefined ? `\`${issueCode}\`` : `[${issueCode}](${link})`;
}

/** Calls for credentials, refused ones first. */
export function callsText(who: string, history: CallHistory): string {
  const { calls, from, until, cut, gaps, asked } = history;
  const refused = calls.filter(({ failed }) => failed).length;
  return [
    `# ${who}: calls for credentials`,
    `${calls.length} calls, ${refused} refused, from ${time(from)} to ${time(until)}. CloudTrail is some minutes late.`,
    ...(cut ? ['There were more events than are read here: older ones are missing.'] : []),
    ...(gaps.length > 0 ? [`**Not known:**\n\n${gaps.map((gap) => `- ${gap}`).join('\n')}`] : []),
    ...(calls.length === 0
      ? [
          gaps.length === 0
            ? 'None. Its pods asked for no credentials in this time, or CloudTrail does not have it yet.'
            : 'None among what could be asked.',
        ]
      : [
          ['| | when | call | role | what AWS said | from |', '|---|---|---|---|---|---|', ...calls.map(row)].join(
            '\n',
          ),
        ]),
    `Asked:\n\n${asked.map((question) => `- ${question}`).join('\n')}`,
    '',
  ].join('\n\n');
}

function row(call: CredentialCall): string {
  const said = [call.errorCode, call.errorMessage].filter(Boolean).join(': ') || 'granted';
  const cells = [
    call.failed ? '✗' : '✓',
    time(call.at),
    call.certain ? call.operation : `${call.operation} (of this cluster; the event does not say whose)`,
    call.roleArn ?? '',
    said,
    [call.sourceAddress, call.region, call.userAgent].filter(Boolean).join(', '),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

import { escapeMarkdown } from '../../core/features/markdown.js';
import type { CallerIdentity, VerifyBatchPlan, VerifyBatchResult } from '../../live/types.js';
import { count, roleName } from '../tree/words.js';

const ways: Readonly<Record<VerifyBatchResult['how'], string>> = {
  'web-identity': 'web identity',
  'pod-identity': 'Pod Identity',
  exec: 'inside a pod',
};

const verdicts = [
  ['other-role', 'Another identity than expected', '✗'],
  ['refused', 'Refused', '✗'],
  ['unknown', 'Not found out', '?'],
  ['as-expected', 'As expected', '✓'],
] as const satisfies readonly (readonly [NonNullable<CallerIdentity['verdict']>, string, string])[];

/** How it came out, in a line: `26 of 30 verified: 14 as expected, 9 refused, 3 not found out`. */
export function batchSummary(plan: VerifyBatchPlan, results: readonly VerifyBatchResult[]): string {
  const parts = [...verdicts].reverse().flatMap(([verdict, words]) => {
    const number = results.filter(({ identity }) => (identity.verdict ?? 'unknown') === verdict).length;
    return number > 0 ? [`${number} ${words.toLowerCase()}`] : [];
  });
  return `${results.length} of ${plan.targets.length} verified${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

/** For the confirmation: what is minted and how often, and who is left out. */
export function batchConfirmation({ steps, left }: VerifyBatchPlan): string {
  return [
    ...steps.map((step) => `• ${step}`),
    ...(left.length > 0
      ? [`• ${count(left.length, 'service account')} cannot be verified so; the report says why`]
      : []),
  ].join('\n');
}

/** The whole report as Markdown; what is wrong stands first. */
export function batchReport(
  title: string,
  plan: VerifyBatchPlan,
  results: readonly VerifyBatchResult[],
  at: Date,
): string {
  const missing = plan.targets.length - results.length;
  return [
    `# ${escapeMarkdown(title)}`,
    `${batchSummary(plan, results)} · ${at.toISOString().replace('T', ' ').slice(0, 19)} UTC`,
    ...(missing > 0 ? [`**Stopped**: ${missing} of the plan ${missing === 1 ? 'was' : 'were'} not done.`] : []),
    ...verdicts.flatMap(([verdict, words, sign]) => {
      const rows = results.filter(({ identity }) => (identity.verdict ?? 'unknown') === verdict);
      return rows.length === 0 ? [] : [`## ${sign} ${words} (${rows.length})`, table(rows)];
    }),
    ...(plan.left.length > 0
      ? [
          `## Left out (${plan.left.length})`,
          plan.left.map(({ namespace, name, why }) => `- ${escapeMarkdown(`${namespace}/${name}: ${why}`)}`).join('\n'),
        ]
      : []),
    '',
  ].join('\n\n');
}

function table(rows: readonly VerifyBatchResult[]): string {
  const line = ({ namespace, name, how, identity }: VerifyBatchResult) => {
    const { expected, actual, message } = identity;
    const cells = [
      `${namespace}/${name}`,
      ways[how],
      expected === undefined ? 'none' : roleName(expected),
      // The account stands in the cluster's own line; here it would only push the reason out of sight.
      actual?.replace(/^arn:[^:]*:(?:sts|iam)::[^:]*:/, '') ?? '',
      message ?? '',
    ];
    return `| ${cells.map((cell) => escapeMarkdown(cell.replaceAll(/\s+/g, ' ')).replaceAll('|', '\\|')).join(' | ')} |`;
  };
  return ['| Service account | How | Expected | AWS answered | Why |', '|---|---|---|---|---|', ...rows.map(line)].join(
    '\n',
  );
}

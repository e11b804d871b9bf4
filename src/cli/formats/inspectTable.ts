import { failureWords } from '../../core/features/failureWords.js';
import type { ClusterSnapshot, ServiceAccountIdentity, Status } from '../../live/types.js';
import type { Inspection } from '../inspection.js';
import { inspectSummary } from './inspectSummary.js';
import { longestWord, wrap } from './wrap.js';

const SIGNS: Readonly<Record<Status, string>> = { ok: '✓', warning: '⚠', error: '✗', unknown: '?' };
const COLORS: Readonly<Record<Status | 'head' | 'faint', string>> = {
  ok: '32',
  warning: '33',
  error: '31',
  unknown: '35',
  head: '1',
  faint: '2',
};

/** A column of details that is narrower is hard to read; they stand below their row then. */
const LEAST_DETAIL = 40;

/**
 * For a person: a block a cluster, a row a service account, the reason at its end or, where the window is too narrow, below.
 * Nothing is cut off.
 * @param terminal `width` in characters; undefined where no window limits it: then a row is a line
 */
export function inspectTable(
  { clusters }: Inspection,
  terminal: { readonly color: boolean; readonly width: number | undefined },
): string {
  const paint = (kind: keyof typeof COLORS, text: string) =>
    terminal.color ? `\x1b[${COLORS[kind]}m${text}\x1b[0m` : text;
  return clusters.map((cluster) => block(cluster, terminal.width, paint)).join('\n');
}

type Paint = (kind: keyof typeof COLORS, text: string) => string;

function block(cluster: ClusterSnapshot, width: number | undefined, paint: Paint): string {
  const place = [
    cluster.region,
    cluster.account,
    cluster.callerAws.known ? cluster.callerAws.value : `AWS: ${cluster.callerAws.why}`,
  ].filter((part) => part !== undefined);
  const [first = '', ...rest] = wrap(
    place.join(' · '),
    width === undefined ? undefined : width - cluster.name.length - 2,
  );
  const lines = [`${paint('head', cluster.name)}  ${paint('faint', first)}`];
  for (const part of rest) lines.push(`${' '.repeat(cluster.name.length + 2)}${paint('faint', part)}`);
  const rows = cluster.serviceAccounts.map(cells);
  const widths = HEAD.map((head, column) => Math.max(head.length, ...rows.map((row) => row.cells[column]!.length)));
  const left = widths.reduce((sum, column) => sum + column + 2, 2);
  const beside = width === undefined || width - left >= LEAST_DETAIL;
  const inColumns = width === undefined || width > left - 2;
  const line = (parts: readonly string[]) => parts.map((part, column) => part.padEnd(widths[column]!)).join('  ');
  if (rows.length > 0 && inColumns) lines.push(paint('faint', `  ${line(HEAD)}${beside ? '  DETAIL' : ''}`.trimEnd()));
  for (const { status, cells: parts, said, detail } of rows) {
    const [first = '', ...more] = inColumns ? [line(parts).trimEnd()] : wrap(said, width - 6);
    const atEnd = beside && (width === undefined || longestWord(detail) <= width - left);
    const at = atEnd ? left : 4;
    const details = detail === '' ? [] : wrap(detail, width === undefined ? undefined : width - at);
    const end = atEnd && details.length > 0 ? `${' '.repeat(left - 2 - first.length)}${details.shift()!}` : '';
    lines.push(`${paint(status, SIGNS[status])} ${first}${end}`);
    for (const part of more) lines.push(`      ${part}`);
    for (const part of details) lines.push(' '.repeat(at) + part);
  }
  const note = (kind: keyof typeof COLORS, word: string, text: string) => {
    const [first = '', ...more] = wrap(text, width === undefined ? undefined : width - word.length - 2);
    lines.push(`${paint(kind, word)}  ${first}`, ...more.map((part) => `${' '.repeat(word.length + 2)}${part}`));
  };
  for (const { severity, message, ruleId } of cluster.findings)
    note(severity === 'error' ? 'error' : 'warning', severity, `${message}  ${ruleId}`);
  for (const { what, reason, message } of cluster.failures)
    note('unknown', 'not read', `${what}: ${failureWords(reason)} · ${message}`);
  lines.push('', inspectSummary(cluster));
  return `${lines.map((text) => text.trimEnd()).join('\n')}\n`;
}

const HEAD = ['SERVICE ACCOUNT', 'IDENTITY', 'TRUST', 'PODS'];

interface Row {
  readonly status: Status;
  readonly cells: readonly string[];
  /** The cells where there is no room for columns. */
  readonly said: string;
  readonly detail: string;
}

function cells(row: ServiceAccountIdentity): Row {
  const pods = row.pods.known
    ? row.pods.stale > 0
      ? `${row.pods.total} (${row.pods.stale} stale)`
      : String(row.pods.total)
    : '?';
  const trust = row.trust === 'not-checked' ? '-' : row.trust;
  const name = `${row.namespace}/${row.name}`;
  return {
    status: row.status,
    cells: [name, row.identity, trust, pods],
    said: [
      `${name}  ${row.identity}`,
      ...(row.trust === 'not-checked' ? [] : [`trust ${trust}`]),
      pods.replace(/^\S+/, (number) => `${number} ${number === '1' ? 'pod' : 'pods'}`),
    ].join(' · '),
    detail: detailOf(row),
  };
}

function detailOf(row: ServiceAccountIdentity): string {
  const { callerIdentity: identity } = row;
  if (identity.how !== 'not-verified' || identity.verdict !== undefined) {
    const got = identity.actual ?? identity.message ?? '';
    const word = {
      'as-expected': 'verified',
      'other-role': 'another role',
      refused: 'refused',
      unknown: 'not verified',
    }[identity.verdict ?? 'unknown'];
    return `${word}: ${got}`;
  }
  return row.status === 'ok' ? '' : row.summary;
}

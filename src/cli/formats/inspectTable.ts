import { failureWords } from '../../core/features/failureWords.js';
import type { ClusterSnapshot, ServiceAccountIdentity, Status } from '../../live/types.js';
import type { Inspection } from '../inspection.js';

const SIGNS: Readonly<Record<Status, string>> = { ok: '✓', warning: '⚠', error: '✗', unknown: '?' };
const COLORS: Readonly<Record<Status | 'head' | 'faint', string>> = {
  ok: '32',
  warning: '33',
  error: '31',
  unknown: '35',
  head: '1',
  faint: '2',
};

/** For a person at a terminal: a block a cluster, a line a service account, the reason at the end. */
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
  const lines = [`${paint('head', cluster.name)}  ${paint('faint', place.join(' · '))}`];
  const rows = cluster.serviceAccounts.map(cells);
  const widths = HEAD.map((head, column) => Math.max(head.length, ...rows.map((row) => row.cells[column]!.length)));
  const line = (parts: readonly string[]) => parts.map((part, column) => part.padEnd(widths[column]!)).join('  ');
  if (rows.length > 0) lines.push(paint('faint', `  ${line(HEAD)}  DETAIL`));
  for (const { status, cells: parts, detail } of rows) {
    const left = line(parts);
    const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(20, width - left.length - 5);
    lines.push(`${paint(status, SIGNS[status])} ${left}  ${shortened(detail, room)}`.trimEnd());
  }
  for (const finding of cluster.findings)
    lines.push(
      `${paint(finding.severity === 'error' ? 'error' : 'warning', finding.severity)}  ${finding.message}  ${paint('faint', finding.ruleId)}`,
    );
  for (const failure of cluster.failures)
    lines.push(
      `${paint('unknown', 'not read')}  ${failure.what}: ${failureWords(failure.reason)} · ${failure.message}`,
    );
  lines.push('', summary(cluster));
  return `${lines.join('\n')}\n`;
}

const HEAD = ['SERVICE ACCOUNT', 'IDENTITY', 'TRUST', 'PODS'];

function cells(row: ServiceAccountIdentity): { status: Status; cells: readonly string[]; detail: string } {
  const pods = row.pods.known
    ? row.pods.stale > 0
      ? `${row.pods.total} (${row.pods.stale} stale)`
      : String(row.pods.total)
    : '?';
  const trust = row.trust === 'not-checked' ? '-' : row.trust;
  return {
    status: row.status,
    cells: [`${row.namespace}/${row.name}`, row.identity, trust, pods],
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

function shortened(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

function summary({ serviceAccounts, failures, listed, namespacesUnread }: ClusterSnapshot): string {
  const count = (status: Status) => serviceAccounts.filter((row) => row.status === status).length;
  const parts = (['error', 'warning', 'unknown'] as const)
    .map((status) => [count(status), status] as const)
    .filter(([number]) => number > 0);
  const words = parts.map(
    ([number, status]) => `${number} ${status}${number === 1 || status === 'unknown' ? '' : 's'}`,
  );
  const calls = failures.length === 0 ? '' : ` · ${failures.length} ${failures.length === 1 ? 'call' : 'calls'} failed`;
  // Of what was not read nobody can say that nothing is wrong with it.
  const unread = listed ? (namespacesUnread.length > 0 ? ', others not read' : '') : ', all others not read';
  if (serviceAccounts.length === 0)
    return `${listed ? `no service account${unread}` : 'service accounts not read'}${calls}`;
  const found = words.length === 0 ? 'nothing wrong' : words.join(', ');
  const number = serviceAccounts.length;
  return `${number} service ${number === 1 ? 'account' : 'accounts'}: ${found}${unread}${calls}`;
}

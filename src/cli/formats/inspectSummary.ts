import type { ClusterSnapshot, Status } from '../../live/types.js';

/** `54 service accounts: 22 errors, 7 warnings, 3 unknown · 1 call failed` */
export function inspectSummary({ serviceAccounts, failures, listed, namespacesUnread }: ClusterSnapshot): string {
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

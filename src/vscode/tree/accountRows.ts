import { escapeMarkdown } from '../../core/features/markdown.js';
import type { AwsCluster, LiveFinding, PodState, ServiceAccountIdentity, TraceLine } from '../../live/types.js';
import type { Filterable } from './filter.js';
import { clock } from './freshness.js';
import type { Capability, Mark, Row, RowTarget } from './row.js';
import { ago, callerWords, count, mechanismNames, roleName, trustWord } from './words.js';

export interface ClusterOfRow {
  readonly context: string;
  readonly clusterName: string;
  readonly region?: string | undefined;
  /** It was chosen from AWS. */
  readonly aws?: AwsCluster | undefined;
  /** Roles whose trust policy was read. */
  hasTrustPolicy(roleArn: string): boolean;
  /** Roles that a file of the workspace defines with their trust policy. */
  isInFiles(roleArn: string): boolean;
  /** How the files differ from it, while they are compared. */
  drift?(namespace: string, name: string): string | undefined;
  readonly now: number;
}

export function filterable(account: ServiceAccountIdentity): Filterable {
  return {
    namespace: account.namespace,
    name: account.name,
    roleArn: account.roleArn ?? account.annotation,
    mechanism: account.mechanism,
    status: account.status,
    stalePods: account.pods.stale,
    verified: account.callerIdentity.verdict !== undefined,
  };
}

/** A live service account: what it gets in one line, why in the tooltip, the parts beneath. */
export function accountRow(account: ServiceAccountIdentity, cluster: ClusterOfRow): Row {
  const target: RowTarget = {
    context: cluster.context,
    clusterName: cluster.clusterName,
    namespace: account.namespace,
    name: account.name,
    ...(cluster.region ? { region: cluster.region } : {}),
    ...(cluster.aws ? { aws: cluster.aws } : {}),
    ...(hasOwnRole(account) && account.roleArn ? { roleArn: account.roleArn } : {}),
    ...(account.associationId ? { associationId: account.associationId } : {}),
  };
  const able: Capability[] = ['hasName', 'hasKubectl', 'canExplain', 'isLiveAccount'];
  const drift = cluster.drift?.(account.namespace, account.name);
  if (target.roleArn) able.push('hasRole', 'hasPolicies');
  // A pod can be asked who it is, whatever gives it its identity.
  if (hasOwnRole(account) || account.pods.list.some(({ phase }) => phase === 'Running')) able.push('canVerify');
  if (target.roleArn && cluster.hasTrustPolicy(target.roleArn)) {
    able.push('hasTrustPolicy');
    if (cluster.isInFiles(target.roleArn)) able.push('canCompare');
  }
  const id = `${cluster.context}/${account.namespace}/${account.name}`;
  return {
    id,
    label: account.name,
    description:
      drift === undefined ? describe(account, cluster.now) : `≠ ${drift} · ${describe(account, cluster.now)}`,
    tooltip: chain(account),
    mark: markOf(account),
    accessibleLabel: `${account.name}, ${mechanismNames[account.mechanism]}, ${account.pending ? 'being read' : account.status}, ${account.summary}`,
    capabilities: able,
    target,
    children: () => details(account, id, target, able, cluster),
  };
}

/** In order: what it gets, and first whether that was seen for real. Not in order: the reason first, for side bars are narrow. */
function describe({ status, identity, summary, callerIdentity }: ServiceAccountIdentity, now: number): string {
  if (status !== 'ok') return `${summary} · ${identity}`;
  const { verdict, verifiedAt } = callerIdentity;
  const verified = verdict === 'as-expected' && verifiedAt !== undefined ? `verified ${clock(verifiedAt, now)} · ` : '';
  return `${verified}${identity} · ${summary}`;
}

function hasOwnRole(account: ServiceAccountIdentity): boolean {
  return account.winner === 'irsa' || account.winner === 'pod-identity';
}

function markOf(account: ServiceAccountIdentity): Mark {
  if (account.pending) return 'pending';
  // Nothing of its own and nothing wrong with that: neither a tick nor a cross.
  if (account.status === 'ok' && !hasOwnRole(account)) return 'none';
  return account.status;
}

function chain(account: ServiceAccountIdentity): string {
  const lines = [`**${escapeMarkdown(`${account.namespace}/${account.name}`)}**`, escapeMarkdown(account.reason)];
  if (account.roleArn) lines.push(`Role: \`${account.roleArn}\``);
  if (hasOwnRole(account)) lines.push(`Trust: **${trustWord(account.trust)}**${trustReason(account)}`);
  lines.push(podsLine(account));
  for (const finding of account.findings)
    lines.push(`- ${finding.severity}: ${escapeMarkdown(finding.message)} (${finding.ruleId})`);
  for (const why of account.unknown) lines.push(`- unknown: ${escapeMarkdown(why)}`);
  return lines.join('\n\n');
}

function trustReason(account: ServiceAccountIdentity): string {
  const detail = account.trustDetail;
  if (!detail) return '';
  if (account.trust === 'denied' && detail.nearestMiss) return ` — ${escapeMarkdown(detail.nearestMiss)}`;
  if (account.trust === 'unknown' && detail.why) return ` — ${escapeMarkdown(detail.why)}`;
  return detail.statement === undefined ? '' : ` — statement ${detail.statement + 1}`;
}

function podsLine(account: ServiceAccountIdentity): string {
  const { pods } = account;
  if (!pods.known) return 'Pods: unknown';
  if (pods.total === 0) return 'Pods: none';
  return `Pods: ${pods.total}${pods.stale > 0 ? `, of which ${pods.stale} still use what they started with` : ''}`;
}

function details(
  account: ServiceAccountIdentity,
  id: string,
  target: RowTarget,
  able: readonly Capability[],
  cluster: ClusterOfRow,
): Row[] {
  const rows: Row[] = account.findings.map((finding, index) => findingRow(finding, `${id}#finding/${index}`));
  for (const [index, why] of account.unknown.entries()) {
    rows.push({
      id: `${id}#unknown/${index}`,
      label: 'unknown',
      description: why,
      tooltip: escapeMarkdown(why),
      mark: 'unknown',
    });
  }
  rows.push({
    id: `${id}#mechanism`,
    label: 'mechanism',
    description: `${mechanismNames[account.mechanism]} · ${account.reason}`,
    tooltip: escapeMarkdown(account.reason),
    icon: 'symbol-interface',
  });
  rows.push(callerRow(account, id, target, able, cluster.now));
  if (account.roleArn) rows.push(roleRow(account, id, target, able, cluster.now));
  if (account.annotation !== undefined) {
    rows.push({
      id: `${id}#annotation`,
      label: 'annotation',
      description: account.annotation,
      tooltip: `eks.amazonaws.com/role-arn\n\n\`${account.annotation}\`\n\nAudience of the token: \`${account.audience}\``,
      icon: 'tag',
    });
  }
  if (account.associationId) rows.push(associationRow(account, id, cluster.now));
  if (hasOwnRole(account)) rows.push(trustRow(account, id, target, able));
  rows.push(podsRow(account, id));
  return rows;
}

export function findingRow(finding: LiveFinding, id: string): Row {
  return {
    id,
    label: finding.message,
    description: finding.ruleId,
    tooltip: escapeMarkdown(finding.message) + (finding.object ? `\n\n${escapeMarkdown(finding.object)}` : ''),
    mark: finding.severity,
    ...(finding.ruleId.startsWith('live-')
      ? {}
      : { command: { command: 'podIam.showRule', title: 'Show Rule Documentation', arguments: [finding.ruleId] } }),
  };
}

function callerRow(
  account: ServiceAccountIdentity,
  id: string,
  target: RowTarget,
  able: readonly Capability[],
  now: number,
): Row {
  const caller = account.callerIdentity;
  const mark: Mark =
    caller.verdict === 'as-expected'
      ? 'ok'
      : caller.verdict === 'unknown'
        ? 'unknown'
        : caller.verdict
          ? 'error'
          : 'none';
  const when = caller.verifiedAt === undefined ? '' : ` · ${ago(caller.verifiedAt, now)}`;
  const lines = [
    caller.expected ? `Expected: \`${caller.expected}\`` : 'Expected: none',
    ...(caller.actual ? [`AWS answered: \`${caller.actual}\``] : []),
    ...(caller.message ? [escapeMarkdown(caller.message)] : []),
  ];
  return {
    id: `${id}#caller`,
    label: 'caller identity',
    description: callerWords(caller) + when,
    tooltip: lines.join('\n\n'),
    mark,
    capabilities: able.filter((capability) => capability === 'canVerify'),
    target,
  };
}

function roleRow(
  account: ServiceAccountIdentity,
  id: string,
  target: RowTarget,
  able: readonly Capability[],
  now: number,
): Row {
  const arn = account.roleArn!;
  return {
    id: `${id}#role`,
    label: account.winner === 'node-role' ? 'node role' : 'role',
    description: `${roleName(arn)}${usedWords(account.role, now)}`,
    tooltip: `\`${arn}\``,
    icon: 'account',
    capabilities: able.filter(
      (capability) => capability === 'hasRole' || capability === 'hasPolicies' || capability === 'hasTrustPolicy',
    ),
    target: { ...target, roleArn: arn },
  };
}

/** IAM remembers for 400 days. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html */
function usedWords(role: ServiceAccountIdentity['role'], now: number): string {
  if (!role) return '';
  return role.lastUsedAt === undefined ? ' · not used in 400 days' : ` · last used ${ago(role.lastUsedAt, now)}`;
}

function associationRow(account: ServiceAccountIdentity, id: string, now: number): Row {
  const { association } = account;
  const created = association?.createdAt === undefined ? '' : ` · created ${ago(association.createdAt, now)}`;
  const lines = [
    ...(association?.roleArn ? [`Role: \`${association.roleArn}\``] : []),
    ...(association?.targetRoleArn ? [`Target role: \`${association.targetRoleArn}\``] : []),
    ...(association?.externalId ? [`External id: \`${association.externalId}\``] : []),
    ...(association?.ownerArn ? [`Owned by the add-on \`${association.ownerArn}\``] : []),
    ...(association?.disableSessionTags ? ['Session tags are off'] : []),
    ...(association?.hasSessionPolicy ? ['Has a session policy'] : []),
    ...(association?.described ? [] : ['Its details were not read']),
  ];
  return {
    id: `${id}#association`,
    label: 'association',
    description: `${account.associationId}${created}`,
    tooltip: lines.join('\n\n'),
    icon: 'link',
  };
}

function trustRow(account: ServiceAccountIdentity, id: string, target: RowTarget, able: readonly Capability[]): Row {
  const detail = account.trustDetail;
  const statement = detail?.statement === undefined ? '' : ` · statement ${detail.statement + 1}`;
  const because =
    account.trust === 'denied' ? detail?.nearestMiss : account.trust === 'unknown' ? detail?.why : undefined;
  const trace = detail?.trace ?? [];
  return {
    id: `${id}#trust`,
    label: 'trust',
    description: `${trustWord(account.trust)}${because ? ` · ${because}` : statement}`,
    mark: account.trust === 'allowed' ? 'ok' : account.trust === 'denied' ? 'error' : 'unknown',
    capabilities: able.filter((capability) => capability === 'hasTrustPolicy' || capability === 'canExplain'),
    target,
    ...(trace.length > 0 ? { children: () => traceRows(trace, `${id}#trust`) } : {}),
  };
}

function traceRows(trace: readonly TraceLine[], id: string): Row[] {
  const statements = [...new Set(trace.map((line) => line.statement))];
  return statements.map((statement) => {
    const lines = trace.filter((line) => line.statement === statement);
    const whole = lines.find((line) => line.element === 'statement');
    const checks = lines.filter((line) => line.element !== 'statement');
    const matches = whole?.matches ?? worst(checks);
    return {
      id: `${id}/${statement}`,
      label: `statement ${statement + 1}`,
      description: `${lines[0]!.effect} · ${matches === 'yes' ? 'matches' : matches === 'no' ? 'does not match' : 'may match'}`,
      icon: 'law',
      expanded: statements.length === 1,
      children: () => checks.map((line, index) => checkRow(line, `${id}/${statement}/${index}`)),
    };
  });
}

function worst(lines: readonly TraceLine[]): TraceLine['matches'] {
  if (lines.some((line) => line.matches === 'no')) return 'no';
  return lines.some((line) => line.matches === 'maybe') ? 'maybe' : 'yes';
}

function checkRow(line: TraceLine, id: string): Row {
  const operator = line.operator ? `${line.operator} ` : '';
  return {
    id,
    label: line.element === 'condition' ? line.key : line.element,
    description: `${operator}${line.expected}${line.matches === 'yes' ? '' : ` · got ${line.actual}`}`,
    tooltip: [`Expected: ${operator}\`${line.expected}\``, `Got: \`${line.actual}\``].join('\n\n'),
    mark: line.matches === 'yes' ? 'ok' : line.matches === 'no' ? 'error' : 'unknown',
  };
}

function podsRow(account: ServiceAccountIdentity, id: string): Row {
  const { pods } = account;
  const stale = pods.stale > 0 ? ` · ${pods.stale} to restart` : '';
  return {
    id: `${id}#pods`,
    label: 'pods',
    description: pods.known ? `${count(pods.total, 'pod')}${stale}` : 'unknown: pods could not be listed',
    mark: !pods.known ? 'unknown' : pods.stale > 0 ? 'warning' : 'none',
    ...(pods.list.length > 0 ? { children: () => pods.list.map((pod) => podRow(pod, `${id}#pods/${pod.name}`)) } : {}),
  };
}

const environments: Readonly<Record<PodState['identity']['kind'], string>> = {
  irsa: 'IRSA',
  'pod-identity': 'Pod Identity',
  'static-credentials': 'static credentials',
  none: 'nothing of its own',
};

function podRow(pod: PodState, id: string): Row {
  const role = pod.identity.roleArn ? ` → ${roleName(pod.identity.roleArn)}` : '';
  const place = [pod.compute === 'unknown' ? '' : pod.compute, pod.node ?? ''].filter(Boolean).join(' ');
  return {
    id,
    label: pod.name,
    description: pod.note ?? `${pod.phase} · ${environments[pod.identity.kind]}${role}`,
    tooltip: [
      `**${escapeMarkdown(pod.name)}** ${pod.phase}`,
      ...(pod.owner ? [`Belongs to ${escapeMarkdown(pod.owner)}`] : []),
      ...(place ? [`On ${escapeMarkdown(place)}`] : []),
      `Its environment gives it: ${environments[pod.identity.kind]}${role}`,
      ...(pod.note ? [escapeMarkdown(pod.note)] : []),
    ].join('\n\n'),
    icon: pod.stale ? 'history' : 'symbol-method',
    accessibleLabel: `pod ${pod.name}, ${pod.note ?? environments[pod.identity.kind]}`,
  };
}

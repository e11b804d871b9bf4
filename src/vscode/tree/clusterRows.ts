import { failureWords } from '../../core/features/failureWords.js';
import { escapeMarkdown } from '../../core/features/markdown.js';
import type {
  ClusterSnapshot,
  ContextSummary,
  LiveFailure,
  NodeGroupState,
  ServiceAccountIdentity,
} from '../../live/types.js';
import { accountRow, type ClusterOfRow, filterable, findingRow } from './accountRows.js';
import type { Filter } from './filter.js';
import { clock, isOld } from './freshness.js';
import type { Row } from './row.js';
import { count, roleName, spokenTally, tally } from './words.js';

/** `arn:aws:eks:eu-west-1:111122223333:cluster/orders-prod` → `orders-prod`: how `aws eks update-kubeconfig` names contexts. */
export function contextLabel({ name, aws }: Pick<ContextSummary, 'name' | 'aws'>): string {
  return aws?.name ?? /^arn:[^:]*:eks:[^:]*:[^:]*:cluster\/(.+)$/.exec(name)?.[1] ?? name;
}

/** The context's own line before it is opened: what the file says. */
export function closedContextDescription(context: ContextSummary): string {
  const { aws, current, eks } = context;
  const from = aws ? ['from AWS', aws.profile === undefined ? '' : `profile ${aws.profile}`] : [];
  return ['not connected', eks.region, current ? 'current context' : '', ...from].filter(Boolean).join(' · ');
}

export function contextTooltip(context: ContextSummary, snapshot: ClusterSnapshot | undefined): string {
  const lines = [
    `**${escapeMarkdown(context.name)}**`,
    context.aws
      ? 'Chosen from AWS; no kubeconfig is used. EKS says where its API server is.'
      : `Server: \`${context.server}\``,
    `Signs in by ${escapeMarkdown(context.signIn)} as ${escapeMarkdown(context.user)}`,
  ];
  if (context.eks.profile) lines.push(`AWS profile: \`${context.eks.profile}\``);
  if (snapshot) {
    lines.push(
      `AWS caller: ${snapshot.callerAws.known ? `\`${snapshot.callerAws.value}\`` : `unknown: ${escapeMarkdown(snapshot.callerAws.why)}`}`,
    );
    lines.push(
      `Kubernetes user: ${snapshot.callerKubernetes.known ? `\`${snapshot.callerKubernetes.value}\`` : `unknown: ${escapeMarkdown(snapshot.callerKubernetes.why)}`}`,
    );
    if (snapshot.issuer) lines.push(`Issuer: \`${snapshot.issuer}\``);
  } else {
    lines.push('Nothing connects before you open it.');
  }
  return lines.join('\n\n');
}

/** `eu-west-1 · 111122223333 · engineer` */
export function openContextDescription(snapshot: ClusterSnapshot, now: number): string {
  const caller = snapshot.callerAws.known ? shortCaller(snapshot.callerAws.value) : 'AWS identity unknown';
  const old = isOld(snapshot, now) ? `AWS read at ${clock(snapshot.awsReadAt, now)}` : '';
  const closed = snapshot.complete && !snapshot.listed ? closedWords(snapshot) : '';
  return [closed, old, snapshot.region, snapshot.account, caller].filter(Boolean).join(' · ');
}

/** Why Kubernetes tells nothing at all; empty where it is something less. */
function closedWords({ callerKubernetes }: ClusterSnapshot): string {
  if (callerKubernetes.known) return '';
  switch (callerKubernetes.reason) {
    case 'unauthenticated':
      return 'not signed in to Kubernetes';
    case 'unreachable':
    case 'timeout':
      return 'Kubernetes does not answer';
    default:
      return '';
  }
}

/** What a person can do about it. */
function wayIn(snapshot: ClusterSnapshot): string {
  const { callerKubernetes, kind, name, region } = snapshot;
  const reason = callerKubernetes.known ? 'forbidden' : callerKubernetes.reason;
  const why = callerKubernetes.known ? '' : `${escapeMarkdown(callerKubernetes.why)}\n\n`;
  if (reason === 'unauthenticated') {
    const anew = kind === 'eks' ? `aws eks update-kubeconfig --name ${name}${region ? ` --region ${region}` : ''}` : '';
    const or = anew ? `, or write this context anew with \`${anew}\`` : '';
    return `${why}Sign in by a terminal of yours, as with \`aws sso login\`${or}. Then refresh this cluster.`;
  }
  if (reason === 'unreachable' || reason === 'timeout')
    return `${why}The endpoint may be private, or a VPN or proxy missing. Refresh this cluster when it can be reached.`;
  return `${why}Needs \`list serviceaccounts\`, in all namespaces or in those that the setting \`podIam.namespaces\` names.`;
}

function shortCaller(arn: string): string {
  return arn.replace(/^arn:[^:]*:(?:sts|iam)::[^:]*:/, '');
}

/** What stands under an opened cluster. */
export function clusterRows(snapshot: ClusterSnapshot, cluster: ClusterOfRow, filter: Filter): Row[] {
  const id = cluster.context;
  const accounts = filter.isEmpty
    ? snapshot.serviceAccounts
    : snapshot.serviceAccounts.filter((account) => filter.matches(filterable(account)));
  const rows: Row[] = [];
  if (filter.isEmpty) {
    const attention = snapshot.serviceAccounts.filter(
      (account) => account.status === 'error' || account.status === 'warning',
    ).length;
    if (attention > 0) {
      rows.push({
        id: `${id}#attention`,
        label: `${attention} ${attention === 1 ? 'needs' : 'need'} attention`,
        mark: 'warning',
        tooltip: 'Shows these only.',
        command: { command: 'podIam.clusters.showProblems', title: 'Show What Needs Attention' },
      });
    }
    if (snapshot.complete && !snapshot.listed) {
      const closed = closedWords(snapshot);
      rows.push({
        id: `${id}#notListed`,
        // The reason first, for side bars are narrow.
        label: closed ? closed[0]!.toUpperCase() + closed.slice(1) : 'Service accounts could not be listed',
        description: `only ${closed ? 'service accounts' : 'those'} that associations name are shown`,
        tooltip: wayIn(snapshot),
        mark: 'unknown',
      });
    }
    if (snapshot.failures.length > 0) rows.push(failuresRow(snapshot.failures, id));
    rows.push(...snapshot.findings.map((finding, index) => findingRow(finding, `${id}#finding/${index}`)));
  }
  rows.push(...namespaceRows(accounts, cluster, !filter.isEmpty));
  if (filter.isEmpty) rows.push(...unreadRows(snapshot, id), clusterDetails(snapshot, id, cluster.now));
  return rows;
}

function namespaceRows(accounts: readonly ServiceAccountIdentity[], cluster: ClusterOfRow, expanded: boolean): Row[] {
  const namespaces = new Map<string, ServiceAccountIdentity[]>();
  for (const account of accounts) {
    const members = namespaces.get(account.namespace);
    if (members) members.push(account);
    else namespaces.set(account.namespace, [account]);
  }
  return [...namespaces].map(([namespace, members]) => {
    const statuses = members.map((account) => account.status);
    return {
      // Under a filter it is another row: opened, whatever a person did to the whole one, which stays as it was.
      id: `${cluster.context}/${namespace}${expanded ? '?filtered' : ''}`,
      label: namespace,
      description: tally(statuses),
      icon: 'symbol-namespace',
      accessibleLabel: `namespace ${namespace}, ${spokenTally(statuses)}`,
      capabilities: members.some(isVerifiable) ? ['hasName', 'canVerifyAll'] : ['hasName'],
      target: { context: cluster.context, namespace, name: namespace },
      expanded,
      children: () => members.map((account) => accountRow(account, cluster)),
    };
  });
}

/** More than these stand under a row of their own. */
const FEW = 4;

/** Namespaces that nothing is known of, and why: their absence would say that there is nothing. */
function unreadRows(snapshot: ClusterSnapshot, id: string): Row[] {
  const shown = new Set(snapshot.serviceAccounts.map(({ namespace }) => namespace));
  const unread = snapshot.namespacesUnread.filter(({ namespace }) => namespace !== '*' && !shown.has(namespace));
  const rows = unread.map(
    ({ namespace, why }): Row => ({
      id: `${id}/${namespace}`,
      label: namespace,
      description: `service accounts unknown: ${why}`,
      tooltip: escapeMarkdown(why),
      mark: 'unknown',
    }),
  );
  const others = snapshot.namespacesUnread.find(({ namespace }) => namespace === '*');
  return [
    ...(rows.length > FEW
      ? [
          {
            id: `${id}#unread`,
            label: `${count(rows.length, 'namespace')} could not be read`,
            description: [...new Set(unread.map(({ why }) => why.replace(/ in \S+/, '')))].join(', '),
            mark: 'unknown' as const,
            children: () => rows,
          },
        ]
      : rows),
    ...(others && snapshot.listed
      ? [
          {
            id: `${id}#others`,
            label: 'Other namespaces are not known',
            description: others.why,
            tooltip:
              'Namespaces may not be listed. Tried were the one of the context, those of the workspace’s files, those that associations name, and those of the setting `podIam.namespaces`.',
            mark: 'unknown' as const,
            command: {
              command: 'workbench.action.openSettings',
              title: 'Open Setting',
              arguments: ['podIam.namespaces'],
            },
          },
        ]
      : []),
  ];
}

/** There is a role to verify, or a pod to ask. */
function isVerifiable({ winner, pods }: ServiceAccountIdentity): boolean {
  return winner === 'irsa' || winner === 'pod-identity' || pods.total > 0;
}

function failuresRow(failures: readonly LiveFailure[], id: string): Row {
  return {
    id: `${id}#failures`,
    label: `${count(failures.length, 'thing')} could not be found out`,
    description: [...new Set(failures.map(({ reason }) => failureWords(reason)))].join(', '),
    mark: 'unknown',
    tooltip: 'What depends on these is shown as unknown.',
    children: () => failures.map((failure, index) => failureRow(failure, `${id}#failures/${index}`)),
  };
}

export function failureRow(failure: LiveFailure, id: string): Row {
  return {
    id,
    label: failure.what,
    description: `${failureWords(failure.reason)}: ${failure.message}`,
    tooltip: [
      `**${escapeMarkdown(failure.what)}**`,
      escapeMarkdown(failure.message),
      ...(failure.permission ? [`Needs \`${failure.permission}\`.`] : []),
    ].join('\n\n'),
    mark: 'unknown',
  };
}

const READ_WORDS =
  'Service accounts and pods are followed as they change. AWS tells of no changes: roles, associations, the OIDC provider and node groups are as of then. They are read again on refresh, after a change made here, and when this view is looked at again after a quarter of an hour.';

function clusterDetails(snapshot: ClusterSnapshot, id: string, now: number): Row {
  return {
    id: `${id}#cluster`,
    label: 'Cluster',
    description: [
      snapshot.kubernetesVersion,
      snapshot.kind === 'eks' ? 'EKS' : '',
      snapshot.autoMode ? 'Auto Mode' : '',
    ]
      .filter(Boolean)
      .join(' · '),
    icon: 'server-environment',
    children: () => [
      {
        id: `${id}#read`,
        label: 'AWS read',
        description: `at ${clock(snapshot.awsReadAt, now)}`,
        tooltip: READ_WORDS,
        icon: 'history',
      },
      known(`${id}#aws`, 'AWS identity in use', snapshot.callerAws, shortCaller, 'key'),
      known(`${id}#kubernetes`, 'Kubernetes user', snapshot.callerKubernetes, String, 'person'),
      snapshot.issuer
        ? {
            id: `${id}#issuer`,
            label: 'issuer',
            description: snapshot.issuer,
            tooltip: `\`${snapshot.issuer}\``,
            icon: 'shield',
          }
        : { id: `${id}#issuer`, label: 'issuer', description: 'unknown', mark: 'unknown' as const },
      providerRow(snapshot, id),
      agentRow(snapshot, id),
      nodesRow(snapshot, id),
      fargateRow(snapshot, id),
    ],
  };
}

function known<T>(
  id: string,
  label: string,
  value: { known: true; value: T } | { known: false; why: string },
  words: (value: T) => string,
  icon: string,
): Row {
  return value.known
    ? { id, label, description: words(value.value), tooltip: escapeMarkdown(String(value.value)), icon }
    : { id, label, description: value.why, tooltip: escapeMarkdown(value.why), mark: 'unknown' };
}

function providerRow(snapshot: ClusterSnapshot, id: string): Row {
  const provider = snapshot.oidcProvider;
  const base = { id: `${id}#provider`, label: 'OIDC provider in IAM' };
  if (!provider.known)
    return { ...base, description: provider.why, tooltip: escapeMarkdown(provider.why), mark: 'unknown' };
  if (!provider.value.exists) {
    // Who uses Pod Identity alone needs none.
    const isMissed = snapshot.findings.some(({ ruleId }) => ruleId === 'live-oidc-provider-missing');
    return { ...base, description: 'missing: IRSA cannot work', mark: isMissed ? 'error' : 'none' };
  }
  return {
    ...base,
    description: `audiences ${provider.value.clientIds.join(', ') || 'none'}`,
    ...(provider.value.arn ? { tooltip: `\`${provider.value.arn}\`` } : {}),
    mark: provider.value.clientIds.length > 0 ? 'ok' : 'warning',
  };
}

function agentRow(snapshot: ClusterSnapshot, id: string): Row {
  const { agent } = snapshot;
  const base = { id: `${id}#agent`, label: 'Pod Identity agent' };
  if (!agent.known) return { ...base, description: agent.why, tooltip: escapeMarkdown(agent.why), mark: 'unknown' };
  const { kind, version, status, healthy, issues } = agent.value;
  if (kind === 'missing') return { ...base, description: 'not installed: Pod Identity cannot work', mark: 'none' };
  const how = kind === 'auto-mode' ? 'built into Auto Mode' : kind === 'add-on' ? 'add-on' : 'DaemonSet';
  return {
    ...base,
    description: [how, version, status, ...issues].filter(Boolean).join(' · '),
    mark: healthy ? 'ok' : 'error',
  };
}

function nodesRow(snapshot: ClusterSnapshot, id: string): Row {
  const groups = snapshot.nodeGroups;
  const base = { id: `${id}#nodes`, label: 'Node groups' };
  if (!groups.known) return { ...base, description: groups.why, tooltip: escapeMarkdown(groups.why), mark: 'unknown' };
  if (groups.value.length === 0) return { ...base, description: 'none', icon: 'server' };
  return {
    ...base,
    description: String(groups.value.length),
    icon: 'server',
    children: () =>
      groups.value.map((group) => ({
        id: `${id}#nodes/${group.name}`,
        label: group.name,
        description: [
          group.nodeRole ? `node role ${roleName(group.nodeRole)}` : '',
          imdsWords(group),
          group.status,
          group.amiType,
        ]
          .filter(Boolean)
          .join(' · '),
        ...(group.nodeRole ? { tooltip: `Pods without an identity of their own reach \`${group.nodeRole}\`.` } : {}),
        icon: 'vm',
      })),
  };
}

/** How pods reach the node's role: IMDSv2 and a hop limit of one keep them from it. */
function imdsWords({ imds, imdsUnknown }: NodeGroupState): string {
  if (!imds) return imdsUnknown === undefined ? 'IMDS unknown' : `IMDS unknown: ${imdsUnknown}`;
  if (imds.disabled) return 'IMDS off';
  return (
    [
      imds.tokens === 'required' ? 'IMDSv2 required' : imds.tokens === 'optional' ? 'IMDSv1 allowed' : '',
      imds.hopLimit === undefined ? '' : `hop limit ${imds.hopLimit}`,
    ]
      .filter(Boolean)
      .join(', ') || 'IMDS as the AMI has it'
  );
}

function fargateRow(snapshot: ClusterSnapshot, id: string): Row {
  const profiles = snapshot.fargateProfiles;
  const base = { id: `${id}#fargate`, label: 'Fargate profiles' };
  if (!profiles.known)
    return { ...base, description: profiles.why, tooltip: escapeMarkdown(profiles.why), mark: 'unknown' };
  if (profiles.value.length === 0) return { ...base, description: 'none', icon: 'cloud' };
  return {
    ...base,
    description: String(profiles.value.length),
    icon: 'cloud',
    children: () =>
      profiles.value.map((profile) => ({
        id: `${id}#fargate/${profile.name}`,
        label: profile.name,
        description: [`for ${profile.selectors.map((selector) => selector.namespace).join(', ')}`, profile.status]
          .filter(Boolean)
          .join(' · '),
        icon: 'cloud',
      })),
  };
}

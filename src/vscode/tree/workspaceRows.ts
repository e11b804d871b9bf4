import { escapeMarkdown } from '../../core/features/markdown.js';
import type { Place } from '../../core/syntax/tree.js';
import type { Filter } from './filter.js';
import type { JudgedIdentity } from './judgedIdentity.js';
import type { Capability, Mark, Row, RowTarget } from './row.js';
import { count, mechanismNames, roleName, spokenTally, tally, trustWord } from './words.js';

/** Opens a place of a file. */
export type Opener = (place: Place) => NonNullable<Row['command']>;

/** Namespaces of the files with their service accounts: the same shape as a cluster's. */
export function workspaceRows(identities: readonly JudgedIdentity[], filter: Filter, open: Opener): Row[] {
  const shown = identities.filter((identity) => filter.isEmpty || filter.matches(filterable(identity)));
  const namespaces = new Map<string, JudgedIdentity[]>();
  for (const identity of shown) {
    const members = namespaces.get(identity.namespace);
    if (members) members.push(identity);
    else namespaces.set(identity.namespace, [identity]);
  }
  return [...namespaces].map(([namespace, members]) => {
    const statuses = members.map(({ status }) => status);
    return {
      id: `workspace/${namespace}`,
      label: asWritten(namespace),
      description: tally(statuses),
      icon: 'symbol-namespace',
      accessibleLabel: `namespace ${namespace}, ${spokenTally(statuses)}`,
      expanded: true,
      children: () => withUniqueIds(members.map((identity) => identityRow(identity, open))),
    };
  });
}

/** `{{ .Values.name }}`, as the template has it, and not the core's `${.Values.name}`. */
function asWritten(name: string): string {
  return name.replace(/\$\{(\.[^{}]*)\}/g, '{{ $1 }}');
}

function filterable(identity: JudgedIdentity) {
  return { ...identity, stalePods: 0, verified: false };
}

/** One account can stand in several files (overlays, environments). */
function withUniqueIds(rows: Row[]): Row[] {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const times = (seen.get(row.id) ?? 0) + 1;
    seen.set(row.id, times);
    return times === 1 ? row : { ...row, id: `${row.id}#${times}` };
  });
}

function identityRow(identity: JudgedIdentity, open: Opener): Row {
  const id = `workspace/${identity.namespace}/${identity.name}@${identity.place.file}`;
  const target: RowTarget = {
    namespace: identity.namespace,
    name: identity.name,
    place: identity.place,
    ...(identity.roleArn ? { roleArn: identity.roleArn } : {}),
    ...(identity.trustPolicy ? { trustPolicyPlace: identity.trustPolicy } : {}),
  };
  const able: Capability[] = ['hasName', 'hasFile', 'canExplain'];
  if (identity.roleArn?.startsWith('arn:') && !identity.roleArn.includes('${')) able.push('hasRole');
  if (identity.trustPolicy) able.push('hasTrustPolicy');
  return {
    id,
    label: asWritten(identity.name),
    description: identity.summary,
    tooltip: tooltip(identity),
    mark: markOf(identity),
    accessibleLabel: `${identity.name}, ${mechanismNames[identity.mechanism]}, ${identity.status}, ${identity.summary}`,
    capabilities: able,
    target,
    children: () => details(identity, id, open),
  };
}

function markOf({ status, winner }: JudgedIdentity): Mark {
  return winner === 'none' && status === 'ok' ? 'none' : status;
}

function tooltip(identity: JudgedIdentity): string {
  return [
    `**${escapeMarkdown(`${identity.namespace}/${identity.name}`)}**`,
    escapeMarkdown(identity.reason),
    ...(identity.roleArn ? [`Role: \`${identity.roleArn}\``] : []),
    ...(identity.winner === 'none'
      ? []
      : [
          `Trust: **${trustWord(identity.trust)}**${identity.nearestMiss ? ` — ${escapeMarkdown(identity.nearestMiss)}` : ''}`,
        ]),
    ...identity.findings.map(({ severity, message, ruleId }) => `${severity}: ${escapeMarkdown(message)} (${ruleId})`),
    escapeMarkdown(identity.place.file),
  ].join('\n\n');
}

function details(identity: JudgedIdentity, id: string, open: Opener): Row[] {
  const rows: Row[] = [
    ...identity.findings.map(
      (finding, index): Row => ({
        id: `${id}#finding/${index}`,
        label: finding.message,
        description: finding.ruleId,
        tooltip: escapeMarkdown(finding.message),
        mark: finding.severity,
        command: open(finding.place),
      }),
    ),
    {
      id: `${id}#mechanism`,
      label: 'mechanism',
      description: `${mechanismNames[identity.mechanism]} · ${identity.reason}`,
      icon: 'symbol-interface',
    },
    {
      id: `${id}#account`,
      label: 'service account',
      description: identity.place.file,
      icon: 'file-code',
      command: open(identity.place),
    },
  ];
  if (identity.roleArn) {
    rows.push({
      id: `${id}#role`,
      label: 'role',
      description: roleName(identity.roleArn),
      tooltip: `\`${identity.roleArn}\``,
      icon: 'account',
    });
  }
  if (identity.annotation) {
    rows.push({
      id: `${id}#annotation`,
      label: 'annotation',
      description: identity.annotation.file,
      icon: 'tag',
      command: open(identity.annotation),
    });
  }
  if (identity.association) {
    rows.push({
      id: `${id}#association`,
      label: 'association',
      description: identity.association.file,
      icon: 'link',
      command: open(identity.association),
    });
  }
  if (identity.winner !== 'none') {
    const because =
      identity.nearestMiss ?? (identity.statement === undefined ? undefined : `statement ${identity.statement + 1}`);
    rows.push({
      id: `${id}#trust`,
      label: 'trust',
      description: identity.trustPolicy
        ? [identity.trust, because].filter(Boolean).join(' · ')
        : 'the role is not in the workspace',
      mark: identity.trust === 'allowed' ? 'ok' : identity.trust === 'denied' ? 'error' : 'unknown',
      ...(identity.trustPolicy ? { command: open(identity.trustPolicy) } : {}),
    });
  }
  rows.push({
    id: `${id}#workloads`,
    label: 'workloads',
    description:
      identity.workloads.length === 0 ? 'none in the workspace' : count(identity.workloads.length, 'workload'),
    icon: 'symbol-method',
    ...(identity.workloads.length > 0
      ? {
          children: () =>
            identity.workloads.map((workload, index) => ({
              id: `${id}#workloads/${index}`,
              label: workload.name,
              description: `${workload.kind} · ${workload.place.file}`,
              icon: 'symbol-method',
              command: open(workload.place),
            })),
        }
      : {}),
  });
  return rows;
}

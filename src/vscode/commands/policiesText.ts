import { escapeMarkdown } from '../../core/features/markdown.js';
import type { RolePolicies, RolePolicy } from '../../live/types.js';
import { count, roleName } from '../tree/words.js';

/** What the role may do, policy by policy, with what the rules say of each. */
export function policiesText({ roleArn, policies, failures }: RolePolicies): string {
  const of = (kind: RolePolicy['kind']) => policies.filter((policy) => policy.kind === kind);
  return [
    `# ${escapeMarkdown(roleName(roleArn))}`,
    `\`${roleArn}\``,
    ...(failures.length > 0
      ? [failures.map(({ what, message }) => `- **unknown**: ${escapeMarkdown(`${what}: ${message}`)}`).join('\n')]
      : []),
    ...(policies.length === 0 && failures.length === 0 ? ['It has no permission policies: it may do nothing.'] : []),
    ...section('Attached policies', of('attached')),
    ...section('Inline policies', of('inline')),
    '',
  ].join('\n\n');
}

function section(title: string, policies: readonly RolePolicy[]): string[] {
  if (policies.length === 0) return [];
  return [`## ${title} (${policies.length})`, ...policies.flatMap(policyText)];
}

function policyText({ name, arn, document, why, findings }: RolePolicy): string[] {
  return [
    `### ${escapeMarkdown(name)}`,
    ...(arn === undefined ? [] : [`\`${arn}\`${arn.includes(':iam::aws:') ? ' · managed by AWS' : ''}`]),
    ...(findings.length > 0
      ? [
          `${count(findings.length, 'finding')}:`,
          findings
            .map(({ severity, message, ruleId }) => `- **${severity}** ${escapeMarkdown(message)} (${ruleId})`)
            .join('\n'),
        ]
      : []),
    document === undefined
      ? `**unknown**: ${escapeMarkdown(why ?? 'it was not read')}`
      : `\`\`\`json\n${document.replaceAll('```', "'''")}\n\`\`\``,
  ];
}

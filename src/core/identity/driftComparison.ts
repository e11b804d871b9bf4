import { arnOfRole } from '../rules/support/roleArns.js';
import { display, literalOf } from '../syntax/text.js';
import { booleanOf } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { arnsByName, liveArnOf } from './drift.js';
import { normalised } from './driftTrust.js';
import type { LiveView } from './driftView.js';

/** Both sides of a service account in the same words and order, so that a diff shows what differs and nothing else. */
export interface Comparison {
  readonly file: string;
  readonly live: string;
}

const ABSENT = '(none)';

export function compareAccount(workspace: Workspace, view: LiveView, namespace: string, name: string): Comparison {
  const roles = new Set<string>();
  const live = liveLines(view, namespace, name, roles);
  const file = fileLines(workspace, view, namespace, name, roles);
  return {
    file: `${[...file, ...[...roles].sort().flatMap((arn) => filePolicy(workspace, view, arn))].join('\n')}\n`,
    live: `${[...live, ...[...roles].sort().flatMap((arn) => livePolicy(view, arn))].join('\n')}\n`,
  };
}

function liveLines(view: LiveView, namespace: string, name: string, roles: Set<string>): string[] {
  const account = view.accounts.get(`${namespace}/${name}`);
  const association = account?.association;
  for (const arn of [account?.roleArn, association?.roleArn]) if (arn !== undefined) roles.add(arn);
  const unread = view.isListed(namespace) ? ABSENT : '(not read)';
  return lines({
    account: account?.seen ? `${namespace}/${name}` : unread,
    annotation: account?.seen ? (account.roleArn ?? ABSENT) : unread,
    audience: account?.seen ? account.audience : unread,
    role: association ? (association.roleArn ?? '(not read)') : view.associationsKnown ? ABSENT : '(not read)',
    target: association ? (association.targetRoleArn ?? ABSENT) : ABSENT,
    tags: association?.disableSessionTags === true ? 'disabled' : 'enabled',
    policy: association?.hasSessionPolicy ? 'set' : ABSENT,
  });
}

function fileLines(
  workspace: Workspace,
  view: LiveView,
  namespace: string,
  name: string,
  roles: Set<string>,
): string[] {
  const variants = workspace
    .accountsNamed(namespace, name)
    .flatMap(({ variants }) => variants)
    .filter((variant) => literalOf(variant.namespace) === namespace && literalOf(variant.name) === name);
  const annotations = [...new Set(variants.map(({ roleArn }) => (roleArn ? display(roleArn.text) : ABSENT)))];
  const [association] = workspace.associations().filter(({ namespace: where, serviceAccount, clusterName }) => {
    const cluster = clusterName && literalOf(clusterName.text);
    return (
      where !== undefined &&
      serviceAccount !== undefined &&
      literalOf(where.text) === namespace &&
      literalOf(serviceAccount.text) === name &&
      (cluster === undefined || view.clusterName === undefined || cluster === view.clusterName)
    );
  });
  const found = association?.roleArn && workspace.roleFor(association.roleArn).found;
  const arn = found && arnOfRole(found);
  const audience = variants[0]?.audience;
  const role = arn?.known ? arn.arn : association?.roleArn && display(association.roleArn.text);
  for (const each of [role, ...annotations]) if (each !== undefined && /^arn:[^$]+$/.test(each)) roles.add(each);
  return lines({
    account: variants.length > 0 ? `${namespace}/${name}` : ABSENT,
    annotation: annotations.join(' or ') || ABSENT,
    audience: audience === undefined ? 'sts.amazonaws.com' : audience.kind === 'string' ? display(audience.text) : '?',
    role: association ? (role ?? '(another place of the files says it)') : ABSENT,
    target: association?.targetRoleArn ? display(association.targetRoleArn.text) : ABSENT,
    tags: booleanOf(association?.disableSessionTags) ? 'disabled' : 'enabled',
    policy: association?.policy ? 'set' : ABSENT,
  });
}

interface Lines {
  readonly account: string;
  readonly annotation: string;
  readonly audience: string;
  readonly role: string;
  readonly target: string;
  readonly tags: string;
  readonly policy: string;
}

function lines({ account, annotation, audience, role, target, tags, policy }: Lines): string[] {
  return [
    `service account            ${account}`,
    `  eks.amazonaws.com/role-arn ${annotation}`,
    `  audience                 ${audience}`,
    `association`,
    `  role                     ${role}`,
    `  target role              ${target}`,
    `  session tags             ${tags}`,
    `  session policy           ${policy}`,
  ];
}

function livePolicy(view: LiveView, arn: string): string[] {
  const found = view.trustPolicies.get(arn);
  return ['', `trust policy of ${arn}`, ...(found ? (normalised(found.policy) ?? [found.text]) : ['(not read)'])];
}

function filePolicy(workspace: Workspace, view: LiveView, arn: string): string[] {
  const arns = arnsByName(view);
  const role = workspace.roles().find((each) => each.trustPolicy && liveArnOf(each, arns) === arn);
  const policy = role?.trustPolicy;
  return [
    '',
    `trust policy of ${arn}`,
    ...(policy
      ? (normalised(policy) ?? [
          '(a template fills in parts of it)',
          policy.node.document.text.slice(policy.node.start, policy.node.end),
        ])
      : ['(no file of this workspace has it)']),
  ];
}

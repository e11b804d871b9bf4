import type { Facts } from '../facts/model.js';
import { matchGlob } from '../iam/globs.js';
import { isEksIssuer, parseProviderArn } from '../iam/issuer.js';
import { display, literalOf } from '../syntax/text.js';
import { outermost, type Place, placeOf } from '../syntax/tree.js';
import type { Account, Workspace } from '../workspace/workspace.js';
import { annotationDocs, conditionKeyDocs, operatorDocs } from './documentation.js';
import { type FileIdentity, identities, identitiesOf, isDefinite, usersOf } from './identities.js';
import { escapeMarkdown } from './markdown.js';
import { type Mention, mentionAt } from './mentions.js';

/** What a hover says; `lines` are Markdown paragraphs, values already escaped. */
export interface Hover extends Place {
  readonly lines: readonly string[];
  /** Whom "Explain" would be about. */
  readonly subject?: { readonly namespace: string; readonly name: string };
  /** Where "Open trust policy" would go. */
  readonly trustPolicy?: Place;
}

/** @param offset in the file's own offsets */
export function hoverAt(facts: Facts, workspace: Workspace, file: string, offset: number): Hover | undefined {
  const mention = mentionAt(facts, file, offset);
  if (!mention) return undefined;
  const told = tell(mention, facts, workspace);
  return told && { ...mention.place, ...told };
}

type Told = Omit<Hover, keyof Place>;

function tell(mention: Mention, facts: Facts, workspace: Workspace): Told | undefined {
  switch (mention.kind) {
    case 'account':
      return tellAccount(mention, facts, workspace);
    case 'role':
      return tellRole(mention, facts, workspace);
    case 'provider':
      return tellProvider(mention);
    case 'service':
      return literalOf(mention.node.text) === 'pods.eks.amazonaws.com'
        ? {
            lines: [
              '**EKS Pod Identity**',
              'The EKS service assumes the role for pods whose service account has an association. It needs `sts:AssumeRole` and `sts:TagSession`.',
            ],
          }
        : undefined;
    case 'operator':
      return documented(mention, operatorDocs(mention.node.raw));
    case 'condition-key':
      return documented(mention, conditionKeyDocs(display(mention.node.text)));
    case 'annotation-key':
      return documented(mention, annotationDocs(mention.node.raw));
    case 'condition-value':
      return mention.claim === 'sub' ? tellPattern(mention, workspace) : undefined;
    default:
      return undefined;
  }
}

function documented(mention: Mention, docs: string | undefined): Told | undefined {
  return docs === undefined ? undefined : { lines: [`**${escapeMarkdown(display(mention.node.text))}**`, docs] };
}

function tellAccount(mention: Mention & { kind: 'account' }, facts: Facts, workspace: Workspace): Told | undefined {
  const defined =
    mention.use === 'definition'
      ? facts.serviceAccounts.find(({ metadata }) => metadata.name === mention.node)
      : undefined;
  const own = defined && workspace.accountOf(defined);
  const namespace = mention.namespace && literalOf(mention.namespace);
  const name = literalOf(mention.name);
  const accounts: readonly Account[] = own
    ? [own]
    : namespace !== undefined && name !== undefined
      ? workspace.accountsNamed(namespace, name)
      : [];
  const found = accounts.flatMap((account) => identitiesOf(account, workspace));
  if (found.length > 0) return tellIdentities(found);
  if (mention.use === 'definition' || name === undefined) return undefined;
  const full = namespace === undefined ? name : `${namespace}/${name}`;
  return { lines: [`**${escapeMarkdown(full)}**`, 'No file of this workspace defines this service account.'] };
}

function tellIdentities(found: readonly FileIdentity[]): Told {
  const [first] = found;
  return {
    lines: found.flatMap((identity) => [
      `**${escapeMarkdown(`${identity.namespace}/${identity.name}`)}** · ${escapeMarkdown(identity.summary)}`,
      escapeMarkdown(identity.reason),
      ...(identity.roleArn ? [`Role: \`${identity.roleArn}\``] : []),
      ...trustLine(identity),
      ...workloadLine(identity),
    ]),
    subject: { namespace: first!.namespace, name: first!.name },
    ...(first!.trustPolicy ? { trustPolicy: first!.trustPolicy } : {}),
  };
}

function trustLine(identity: FileIdentity): string[] {
  if (identity.winner === 'none') return [];
  const where = identity.trustPolicy ? ` (${escapeMarkdown(whereIs(identity))})` : '';
  if (identity.trust === 'allowed')
    return [
      `Trust: **allowed**${identity.statement === undefined ? '' : ` — statement ${identity.statement + 1}`}${where}`,
    ];
  if (identity.trust === 'denied')
    return [`Trust: **denied**${identity.nearestMiss ? ` — ${escapeMarkdown(identity.nearestMiss)}` : ''}${where}`];
  if (identity.trust === 'unknown')
    return [`Trust: **unknown**: it depends on values that the files do not say${where}`];
  return ['Trust: **not checked**: the role is not in this workspace'];
}

function whereIs({ policy, trustPolicy }: FileIdentity): string {
  const host = policy && outermost(policy.node.document);
  if (!host || !trustPolicy) return '';
  return `${trustPolicy.file}:${host.text.slice(0, trustPolicy.start).split('\n').length}`;
}

function workloadLine({ workloads }: FileIdentity): string[] {
  if (workloads.length === 0) return [];
  const names = workloads.slice(0, 5).map(({ kind, name }) => `${kind} ${name}`);
  const more = workloads.length > 5 ? ` and ${workloads.length - 5} more` : '';
  return [`Runs: ${escapeMarkdown(names.join(', '))}${more}`];
}

function tellRole(mention: Mention & { kind: 'role' }, facts: Facts, workspace: Workspace): Told | undefined {
  const arn = display(mention.node.text);
  const role =
    mention.use === 'definition'
      ? facts.roles.find(({ name }) => name === mention.node)
      : workspace.roleFor(mention.node).found;
  const own =
    mention.use === 'annotation'
      ? workspace
          .accountsAnnotatedIn(mention.place.file)
          .flatMap((account) => identitiesOf(account, workspace))
          .filter(({ annotation }) => annotation && samePlace(annotation, mention.place))
      : [];
  if (own.length > 0) return tellIdentities(own);
  const policy = role?.trustPolicy;
  const lines = [`**${escapeMarkdown(shortRole(arn))}**${accountOf(arn)}`];
  if (!role) return { lines: [...lines, 'No file of this workspace defines this role.'] };
  const users = policy ? usersOf(policy, workspace) : [];
  lines.push(
    users.length === 0
      ? 'No service account of this workspace uses this role.'
      : `Used by ${users.map(userWords).join(', ')}`,
  );
  return { lines, ...(policy ? { trustPolicy: placeOf(policy.node) } : {}) };
}

function userWords(identity: FileIdentity): string {
  return `\`${identity.namespace}/${identity.name}\` (${identity.trust}${identity.nearestMiss ? `: ${escapeMarkdown(identity.nearestMiss)}` : ''})`;
}

function samePlace(a: Place, b: Place): boolean {
  return a.file === b.file && a.start === b.start && a.end === b.end;
}

function tellProvider(mention: Mention): Told | undefined {
  const issuer = parseProviderArn(mention.node.text)?.issuer;
  if (!issuer || isEksIssuer(issuer) !== 'yes') return undefined;
  const region = /^oidc(?:\.eks\.|-eks\.)([a-z0-9-]+)\./.exec(display(issuer))?.[1];
  return {
    lines: [
      '**OIDC provider of an EKS cluster**',
      `Issuer: \`${display(issuer)}\``,
      ...(region ? [`Region: \`${region}\``] : []),
      'Condition keys of its tokens start with the issuer, without `https://`.',
    ],
  };
}

function tellPattern(mention: Mention, workspace: Workspace): Told | undefined {
  const pattern = literalOf(mention.node.text);
  if (pattern === undefined || !/[*?]/.test(pattern)) return undefined;
  const matched = identities(workspace)
    .filter(isDefinite)
    .filter(
      ({ namespace, name }) => matchGlob(mention.node.text, [`system:serviceaccount:${namespace}:${name}`]) === 'yes',
    );
  const names = matched.slice(0, 8).map(({ namespace, name }) => `\`${namespace}/${name}\``);
  const more = matched.length > 8 ? ` and ${matched.length - 8} more` : '';
  return {
    lines: [
      '**Pattern of service accounts**',
      matched.length === 0
        ? 'It matches none of this workspace.'
        : `Of this workspace it matches ${names.join(', ')}${more}.`,
    ],
  };
}

function shortRole(arn: string): string {
  return /:role\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1] ?? arn;
}

function accountOf(arn: string): string {
  const account = /^arn:[^:]*:iam::(\d{12}):/.exec(arn)?.[1];
  return account ? ` · role in ${account}` : '';
}

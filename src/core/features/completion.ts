import type { Facts, Metadata } from '../facts/model.js';
import { readFile } from '../facts/readFile.js';
import { parseConditionKey } from '../iam/conditionKey.js';
import { parseProviderArn } from '../iam/issuer.js';
import { display, hasHole, literalOf } from '../syntax/text.js';
import { type Place, placeOf, type StringNode } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import {
  actionDocs,
  actionNames,
  annotationDocs,
  annotationNames,
  conditionKeyDocs,
  operatorDocs,
  operatorNames,
  podIdentityKeys,
} from './documentation.js';
import { gapAt } from './gaps.js';
import { identities, isDefinite } from './identities.js';
import { type Mention, mentionAt, mentionsOf } from './mentions.js';
import { trialOf } from './trialOf.js';

export interface Completion {
  readonly text: string;
  /** What is put in, where that is more than the text: a key comes with its colon. */
  readonly insert?: string;
  readonly detail?: string;
  /** Markdown. */
  readonly docs?: string;
  readonly kind: 'value' | 'key' | 'operator' | 'reference';
  /** What it replaces: the content of the string, without quotes. */
  readonly replaces: Place;
}

type Suggestion = Omit<Completion, 'replaces'>;

/** What could stand at the offset, from the words of the field and from what the workspace knows. */
export function completionsAt(
  facts: Facts,
  all: Iterable<Facts>,
  workspace: Workspace,
  file: string,
  offset: number,
  text: string,
): readonly Completion[] {
  const mention = mentionAt(facts, file, offset);
  const node = mention?.node ?? namespaceAt(facts, file, offset);
  if (!node) return inGap(all, workspace, file, offset, text);
  const replaces = contentOf(node);
  if (offset < replaces.start || offset > replaces.end) return [];
  const found = mention ? suggest(mention, facts, [...all], workspace) : namespaces(workspace);
  return found.map((suggestion) => ({ ...suggestion, replaces }));
}

/** Where no string stands yet. */
function inGap(
  all: Iterable<Facts>,
  workspace: Workspace,
  file: string,
  offset: number,
  text: string,
): readonly Completion[] {
  const gap = gapAt(file, text, offset);
  if (!gap) return [];
  const facts = readFile(file, gap.text);
  const mention = mentionAt(facts, file, gap.offset);
  const replaces = { file, start: gap.start, end: offset };
  if (!gap.isKey) {
    const found = mention
      ? suggest(mention, facts, [...all], workspace)
      : namespaceAt(facts, file, gap.offset)
        ? namespaces(workspace)
        : [];
    return found.map((suggestion) => ({ ...suggestion, replaces }));
  }
  if (mention?.kind !== 'annotation-key' && mention?.kind !== 'condition-key') return [];
  const taken = new Set(mentionsOf(facts).flatMap(({ kind, node }) => (kind === mention.kind ? node.raw : [])));
  return suggest(mention, facts, [...all], workspace)
    .filter((suggestion) => !taken.has(suggestion.text))
    .map((suggestion) => ({ ...suggestion, insert: `${suggestion.text}: `, replaces }));
}

function namespaceAt(facts: Facts, file: string, offset: number): StringNode | undefined {
  const metadata: readonly Metadata[] = [...facts.serviceAccounts, ...facts.workloads].map((fact) => fact.metadata);
  const nodes = [...metadata, ...facts.associations].flatMap(({ namespace }) => namespace ?? []);
  return nodes.find((node) => {
    const place = placeOf(node);
    return place.file === file && place.start <= offset && offset <= place.end;
  });
}

function namespaces(workspace: Workspace): readonly Suggestion[] {
  return unique(
    identities(workspace)
      .filter(isDefinite)
      .map(({ namespace }) => namespace),
  );
}

function suggest(mention: Mention, facts: Facts, all: readonly Facts[], workspace: Workspace): readonly Suggestion[] {
  switch (mention.kind) {
    case 'action':
      return actionNames.map((text) => described(text, 'value', actionDocs(text)));
    case 'service':
      return [{ text: 'pods.eks.amazonaws.com', kind: 'value', detail: 'EKS Pod Identity' }];
    case 'provider':
      return providers(all).map((text) => ({ text, kind: 'reference', detail: 'OIDC provider of this workspace' }));
    case 'operator':
      return operatorNames.map((text) => described(text, 'operator', operatorDocs(text)));
    case 'condition-key':
      return conditionKeys(mention, facts, all);
    case 'condition-value':
      return values(mention, workspace);
    case 'account':
      return mention.use === 'subject'
        ? subjects(workspace)
        : mention.use === 'definition'
          ? []
          : accountNames(mention, workspace);
    case 'role':
      return mention.use === 'definition' ? [] : roleArns(workspace, all, accountAt(mention.node, facts));
    case 'annotation-key':
      return annotationNames.map((text) => described(text, 'key', annotationDocs(text)));
  }
}

function described(text: string, kind: Suggestion['kind'], docs: string | undefined): Suggestion {
  return { text, kind, ...(docs === undefined ? {} : { docs }) };
}

function providers(all: readonly Facts[]): readonly string[] {
  const found = new Set<string>();
  for (const facts of all) {
    for (const mention of mentionsOf(facts)) {
      if (mention.kind !== 'provider') continue;
      const arn = literalOf(mention.node.text);
      if (arn?.includes(':oidc-provider/')) found.add(arn);
    }
    for (const { arn } of facts.oidcProviders) {
      const known = arn && literalOf(arn.text);
      if (known) found.add(known);
    }
  }
  return [...found].sort();
}

/** Claims of the issuers that the same statement's provider names come first. */
function conditionKeys(mention: Mention, facts: Facts, all: readonly Facts[]): readonly Suggestion[] {
  const statement = facts.trustPolicies
    .flatMap(({ statements }) => statements)
    .find(({ conditions }) => conditions.some(({ key }) => key === mention.node));
  const own =
    statement?.principals.flatMap(({ type, value }) =>
      type === 'Federated' ? (issuerIn(literalOf(value.text)) ?? []) : [],
    ) ?? [];
  const others = providers(all).flatMap((arn) => issuerIn(arn) ?? []);
  const issuers = own.length > 0 ? own : others;
  const claims = [...new Set(issuers)].flatMap((issuer) => [`${issuer}:sub`, `${issuer}:aud`]);
  return [...claims, ...podIdentityKeys].map((text) => described(text, 'key', conditionKeyDocs(text)));
}

function issuerIn(arn: string | undefined): string | undefined {
  const issuer = arn === undefined ? undefined : parseProviderArn([arn])?.issuer;
  return issuer && literalOf(issuer);
}

function values(mention: Mention & { kind: 'condition-value' }, workspace: Workspace): readonly Suggestion[] {
  if (mention.claim === 'aud')
    return [{ text: 'sts.amazonaws.com', kind: 'value', detail: 'the audience of IRSA tokens' }];
  if (mention.claim === 'sub') return subjects(workspace);
  const parsed = parseConditionKey(mention.key.text);
  const name = parsed.kind === 'service' ? literalOf(parsed.name) : undefined;
  const all = identities(workspace).filter(isDefinite);
  if (name === 'RequestTag/kubernetes-namespace') return unique(all.map(({ namespace }) => namespace));
  if (name === 'RequestTag/kubernetes-service-account') return unique(all.map((identity) => identity.name));
  return [];
}

function subjects(workspace: Workspace): readonly Suggestion[] {
  return identities(workspace)
    .filter(isDefinite)
    .map((identity) => ({
      text: `system:serviceaccount:${identity.namespace}:${identity.name}`,
      kind: 'reference',
      detail: identity.place.file,
    }));
}

/** In the namespace of the workload or association, if that is known. */
function accountNames(mention: Mention & { kind: 'account' }, workspace: Workspace): readonly Suggestion[] {
  const namespace = mention.namespace && literalOf(mention.namespace);
  return identities(workspace)
    .filter((identity) => isDefinite(identity) && (namespace === undefined || identity.namespace === namespace))
    .map((identity) => ({
      text: identity.name,
      kind: 'reference',
      detail: `${identity.namespace} · ${identity.summary}`,
    }));
}

interface AccountName {
  readonly namespace: string;
  readonly name: string;
}

/** Whose annotation or association the role is for, where the text says it. */
function accountAt(node: StringNode, facts: Facts): AccountName | undefined {
  const account = facts.serviceAccounts.find(({ metadata }) =>
    metadata.annotations.some(({ value }) => value === node),
  );
  const association = facts.associations.find(({ roleArn }) => roleArn === node);
  const [namespace, name] = account
    ? [account.metadata.namespace, account.metadata.name]
    : [association?.namespace, association?.serviceAccount];
  const known = { namespace: namespace && literalOf(namespace.text), name: name && literalOf(name.text) };
  return known.namespace && known.name ? { namespace: known.namespace, name: known.name } : undefined;
}

/** Roles that let the account in, roles as others write them, and roles that the files define where their account is known. */
function roleArns(workspace: Workspace, all: readonly Facts[], who: AccountName | undefined): readonly Suggestion[] {
  const welcoming = new Map<string, string>();
  const found = new Map<string, string>();
  for (const facts of all) {
    for (const mention of mentionsOf(facts)) {
      if (
        mention.kind === 'role' &&
        mention.use !== 'definition' &&
        !hasHole(mention.node.text) &&
        mention.node.raw.startsWith('arn:')
      ) {
        found.set(mention.node.raw, 'used in this workspace');
      }
    }
  }
  for (const role of workspace.roles()) {
    const given = role.arn && literalOf(role.arn.text);
    const name = role.name && literalOf(role.name.text);
    const arn = given ?? (name && role.account && !role.path ? `arn:aws:iam::${role.account}:role/${name}` : undefined);
    if (!arn) continue;
    if (who && role.trustPolicy && trialOf(role.trustPolicy, who.namespace, who.name).verdict === 'ALLOWED')
      welcoming.set(arn, `lets ${who.namespace}/${who.name} in`);
    else found.set(arn, given ? 'defined in this workspace' : `defined as ${display(role.name!.text)}`);
  }
  return [...welcoming, ...[...found].filter(([arn]) => !welcoming.has(arn))].map(([text, detail]) => ({
    text,
    kind: 'reference',
    detail,
  }));
}

function unique(values: readonly string[]): readonly Suggestion[] {
  return [...new Set(values)].map((text) => ({ text, kind: 'reference' }));
}

/** The content without quotes. */
function contentOf(node: StringNode): Place {
  const quoted = node.style === 'double' || node.style === 'single';
  return placeOf({
    document: node.document,
    start: node.start + (quoted ? 1 : 0),
    end: Math.max(node.start + (quoted ? 1 : 0), node.end - (quoted ? 1 : 0)),
  });
}

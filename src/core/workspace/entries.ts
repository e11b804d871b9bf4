import type { Association, Facts, Role, TrustPolicy } from '../facts/model.js';
import { SUBJECT_PREFIX } from '../iam/names.js';
import { trustReadings } from '../rules/support/reading.js';
import { accountsTrustedByIrsa } from '../rules/support/trustedAccounts.js';
import { display, literalOf, onlyHole, type Text } from '../syntax/text.js';
import { literal, outermost, type StringNode } from '../syntax/tree.js';
import { exactKey, meantKeys, whoKey } from './keys.js';
import { couldBeAny } from './placing.js';
import { parseRoleArn } from './roleArn.js';
import type { Account, PlacedWorkload } from './workspace.js';

/** What one kind of question asks by: the names under it are those of one kind of thing. */
export type Group =
  | 'account'
  | 'account-typed'
  | 'accounts-of-namespace'
  | 'accounts-of-chart'
  | 'with-audience'
  | 'meant'
  | 'known'
  | 'near'
  | 'vague'
  | 'role-arn-in'
  | 'uses'
  /** All service accounts by the exact key of their name, patches too. */
  | 'named-anywhere'
  | 'workload-named'
  | 'workload-typed'
  | 'workloads-of-chart'
  | 'runs'
  | 'role'
  | 'association'
  | 'association-of'
  | 'association-near'
  | 'trusts'
  | 'subject'
  /** Principals of trust policies by their text; the empty name asks for all of them. */
  | 'trusted'
  | 'attached'
  | 'kustomizations';

/** Something that is asked; `all` is asked by the kind of facts, `at` (what is shown there?) by the file. */
export interface Question {
  readonly group: Group | 'all' | 'at';
  readonly name: string;
}

/** Facts of which somebody may ask for all. */
export type Kind = Extract<
  keyof Facts,
  | 'serviceAccounts'
  | 'workloads'
  | 'roles'
  | 'associations'
  | 'trustPolicies'
  | 'credentialStores'
  | 'oidcProviders'
  | 'eksctlClusters'
>;

export const ALL_KINDS: readonly Kind[] = [
  'serviceAccounts',
  'workloads',
  'roles',
  'associations',
  'trustPolicies',
  'credentialStores',
  'oidcProviders',
  'eksctlClusters',
];

/**
 * @param name in its group
 * @param seen all that others see of it there, where that is less than the fact itself
 */
export type Publish = (group: Group, name: string, value: unknown, seen?: string) => void;

/** The groups that somebody asks about: nothing is entered under the others' keys. */
export type Wanted = { readonly [G in Group]?: true };

/** Enters what a slot holds under the keys of the wanted groups. */
export function entriesOf(
  { facts, owner }: { readonly facts: Facts; readonly owner: string },
  accounts: readonly Account[],
  workloads: readonly PlacedWorkload[],
  wanted: Wanted,
  publish: Publish,
): void {
  if (wanted['named-anywhere']) {
    for (const { metadata } of facts.serviceAccounts) {
      const key = metadata.name && exactKey(metadata.name.text);
      if (key !== undefined) publish('named-anywhere', key, true, '');
    }
  }
  for (const account of accounts) ofAccount(account, owner, wanted, publish);
  for (const workload of workloads) ofWorkload(workload, wanted, publish);
  if (wanted.role) for (const role of facts.roles) ofRole(role, publish);
  for (const association of facts.associations) ofAssociation(association, wanted, publish);
  if (facts.trustPolicies.length > 0) ofTrustPolicies(facts, wanted, publish);
  if (wanted.attached) {
    for (const attachment of facts.managedPolicyArns) {
      const address = onlyHole(attachment.arn.text)?.address;
      if (address !== undefined) publish('attached', address, attachment);
    }
  }
  if (wanted.kustomizations) for (const each of facts.kustomizations) publish('kustomizations', '', each);
}

function ofAccount(account: Account, owner: string, wanted: Wanted, publish: Publish): void {
  const { fact, variants } = account;
  if (wanted['account-typed']) {
    const known = fact.metadata.name && exactKey(fact.metadata.name.text);
    if (known !== undefined) publish('account-typed', known, account);
  }
  if (wanted['accounts-of-namespace']) {
    const namespace = literal(fact.metadata.namespace);
    if (namespace !== undefined) publish('accounts-of-namespace', namespace, account);
  }
  if (wanted['accounts-of-chart'] && fact.chart !== undefined) publish('accounts-of-chart', fact.chart, account);
  if (wanted['with-audience'] && variants.some(({ audience }) => audience !== undefined))
    publish('with-audience', '', account);
  const vague = wanted.vague && !couldBeAny(account);
  for (const variant of variants) {
    const ns = literalOf(variant.namespace);
    const name = literalOf(variant.name);
    if (wanted.account && ns !== undefined && name !== undefined) publish('account', variant.who!, account);
    if (wanted.meant) for (const key of meantKeys(variant, fact)) publish('meant', key, { account, variant });
    if (ns && name && (wanted.known || wanted.near)) {
      const typed = literal(fact.metadata.name);
      const seen = `${owner}\n${ns}\n${name}\n${typed}`;
      if (wanted.known) publish('known', variant.who!, account, seen);
      if (wanted.near) {
        publish('near', name, account, seen);
        if (typed && typed !== name) publish('near', typed, account, seen);
      }
    }
    if (vague && (ns === undefined || name === undefined)) {
      const seen = `${shown(variant.namespace)}/${shown(variant.name)}`;
      publish('vague', vagueKey(ns, name), variant, seen);
    }
    if (!variant.roleArn) continue;
    if (wanted['role-arn-in']) publish('role-arn-in', outermost(variant.roleArn.document).file, account);
    const reference = wanted.uses && referenceKey(variant.roleArn);
    if (reference) publish('uses', reference, account);
  }
}

function ofWorkload(workload: PlacedWorkload, wanted: Wanted, publish: Publish): void {
  const { fact, variants } = workload;
  const { metadata, serviceAccountName, chart } = fact;
  if (wanted['workload-named'] && metadata.name) publish('workload-named', metadata.name.raw, workload);
  if (wanted['workloads-of-chart'] && chart !== undefined) publish('workloads-of-chart', chart, workload);
  if (wanted['workload-typed']) {
    for (const name of [metadata.name, serviceAccountName]) {
      const key = name && exactKey(name.text);
      if (key !== undefined) publish('workload-typed', key, workload);
    }
  }
  if (!wanted.runs) return;
  for (const { namespace, serviceAccountName: name } of variants) {
    if (!name) continue;
    for (const key of meantKeys({ namespace, name }, fact)) publish('runs', key, workload);
  }
}

function ofRole(role: Role, publish: Publish): void {
  for (const key of roleKeys(role)) publish('role', key, role);
}

function ofAssociation(association: Association, wanted: Wanted, publish: Publish): void {
  const { namespace, serviceAccount, role, roleArn } = association;
  if (wanted['association-of']) {
    for (const key of new Set([
      roleArn && referenceKey(roleArn),
      role?.address === undefined ? undefined : `@${role.address}`,
      role?.name && literalOf(role.name)?.toLowerCase(),
    ])) {
      if (key !== undefined) publish('association-of', key, association);
    }
  }
  if (!serviceAccount) return;
  if (wanted.association) {
    const who = namespace && whoKey({ namespace: namespace.text, name: serviceAccount.text });
    if (who !== undefined) publish('association', who, association);
  }
  if (!wanted['association-near']) return;
  const [ns, name] = [namespace && literalOf(namespace.text), literalOf(serviceAccount.text)];
  if (name !== undefined) publish('association-near', `name=${name}`, association);
  else {
    const seen = `${shown(namespace?.text ?? [])}/${shown(serviceAccount.text)}`;
    publish('association-near', 'vague', association, seen);
    publish('association-near', ns === undefined ? 'vague?' : `vague=${ns}`, association, seen);
  }
}

function ofTrustPolicies(facts: Facts, wanted: Wanted, publish: Publish): void {
  for (const policy of facts.trustPolicies) ofTrustPolicy(policy, wanted, publish);
  if (!wanted.trusts) return;
  for (const reading of trustReadings(facts)) {
    const { policy } = reading;
    // A script that makes the role annotates the account as well, later or by hand.
    if (outermost(policy.node.document).language === 'shell') continue;
    for (const account of accountsTrustedByIrsa(reading)) publish('trusts', account, policy);
  }
}

function ofTrustPolicy({ statements }: TrustPolicy, wanted: Wanted, publish: Publish): void {
  for (const { principals, conditions } of statements) {
    if (wanted.trusted) for (const { value } of principals) publish('trusted', shown(value.text), value.text, '');
    if (!wanted.subject) continue;
    for (const { values } of conditions) {
      for (const value of values) {
        const known = literal(value);
        if (known?.startsWith(SUBJECT_PREFIX)) publish('subject', known, true, '');
      }
    }
  }
}

/** Where accounts stand that lack what is undefined here: they may be many. */
export function vagueKey(namespace: string | undefined, name: string | undefined): string {
  if (name !== undefined) return `name=${name}`;
  return namespace === undefined ? '' : `namespace=${namespace}`;
}

/** Under which keys a role is found: its address, its name. */
export function roleKeys(role: Role): string[] {
  const keys = [...(role.address === undefined ? [] : [role.address]), ...(role.aliases ?? [])].map(
    (each) => `@${each}`,
  );
  const name = nameOf(role);
  if (name !== undefined) keys.push(name.toLowerCase());
  return keys;
}

/** The key of the role that a value names by ARN or refers to. */
export function referenceKey({ text }: Pick<StringNode, 'text'>): string | undefined {
  const address = onlyHole(text)?.address;
  return address === undefined ? parseRoleArn(text)?.name.toLowerCase() : `@${address}`;
}

export function nameOf(role: Role): string | undefined {
  return literal(role.name) ?? (role.arn ? parseRoleArn(role.arn.text)?.name : undefined);
}

/** All that comparing texts looks at. */
function shown(text: Text): string {
  return (
    exactKey(text) ??
    `~${display(text)}${text.map((part) => (typeof part === 'string' ? '' : (part.address ?? '?'))).join()}`
  );
}

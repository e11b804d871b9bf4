import type { Association, Role, TrustPolicy } from '../facts/model.js';
import { isEksIssuer, parseProviderArn, partitionOfIssuer, providerArn } from '../iam/issuer.js';
import { readPolicy } from '../rules/support/reading.js';
import { display, literalOf } from '../syntax/text.js';
import { literal, outermost, placeOf, type SourceDocument } from '../syntax/tree.js';
import { parseRoleArn } from '../workspace/roleArn.js';
import type { Workspace } from '../workspace/workspace.js';

// What a refactoring must know beyond the thing that it changes, as far as the files say it.

/** The text of the file that a node stands in. */
export function fileOf(node: { readonly document: SourceDocument }): { readonly file: string; readonly text: string } {
  const { file, text } = outermost(node.document);
  return { file, text };
}

export function accountOfRole(role: Role | undefined, policy: TrustPolicy | undefined): string | undefined {
  const own = role?.account ?? (role?.arn ? parseRoleArn(role.arn.text)?.account : undefined);
  if (own !== undefined) return digits(own);
  for (const { principals, conditions } of policy?.statements ?? []) {
    for (const { key, operator, values } of conditions) {
      const only = values.length === 1 ? digits(literal(values[0])) : undefined;
      // A role for Pod Identity stands in the account of its cluster.
      if (only && /^aws:SourceAccount$/i.test(key.raw) && /^StringEquals$/i.test(operator.raw)) return only;
    }
    for (const { type, value } of principals) {
      const account = type === 'Federated' ? parseProviderArn(value.text)?.account : undefined;
      const known = account && digits(literalOf(account));
      if (known) return known;
    }
  }
  return undefined;
}

function digits(account: string | undefined): string | undefined {
  return account !== undefined && /^\d{12}$/.test(account) ? account : undefined;
}

/** The role's name as it is known, in words. */
export function roleLabel(role: Role | undefined): string {
  if (role?.name) return display(role.name.text);
  const arn = role?.arn && parseRoleArn(role.arn.text);
  return arn?.name ?? role?.address?.replace(/^[^#]*[#:]/, '') ?? 'role';
}

/** The ARN, where account and name are known. */
export function arnOfRole(role: Role, workspace: Workspace): string | undefined {
  const own = literal(role.arn);
  if (own !== undefined) return own;
  const name = literal(role.name);
  if (name === undefined) return undefined;
  const path = role.path ? literal(role.path) : '/';
  if (path === undefined) return undefined;
  const account = accountOfRole(role, role.trustPolicy) ?? soleAccount(workspace);
  if (account === undefined) return undefined;
  return `arn:${partition(workspace)}:iam::${account}:role${`/${path}/`.replace(/\/+/g, '/')}${name}`;
}

/** The account of all providers and role ARNs, where it is one. */
export function soleAccount(workspace: Workspace): string | undefined {
  const accounts = new Set<string>();
  for (const role of workspace.roles()) {
    const account = accountOfRole(role, role.trustPolicy);
    if (account) accounts.add(account);
  }
  for (const { arn } of knownProviders(workspace)) {
    const account = /::(\d{12}):/.exec(arn)?.[1];
    if (account) accounts.add(account);
  }
  return accounts.size === 1 ? [...accounts][0] : undefined;
}

function partition(workspace: Workspace): string {
  const names = new Set(knownProviders(workspace).map(({ issuer }) => partitionOfIssuer([issuer])?.name ?? 'aws'));
  return names.size === 1 ? [...names][0]! : 'aws';
}

export interface KnownProvider {
  readonly arn: string;
  readonly issuer: string;
}

/** OIDC providers of clusters that the files name by their whole ARN, each once. */
export function knownProviders(workspace: Workspace, account?: string): readonly KnownProvider[] {
  const found = new Map<string, KnownProvider>();
  const texts = [
    ...workspace.oidcProviders().flatMap(({ arn }) => (arn ? [arn.text] : [])),
    ...workspace
      .trustPolicies()
      .flatMap(({ statements }) => statements.flatMap(({ principals }) => principals.map(({ value }) => value.text))),
  ];
  for (const text of texts) {
    const provider = parseProviderArn(text);
    const arn = literalOf(text);
    if (arn === undefined || !provider || isEksIssuer(provider.issuer) !== 'yes') continue;
    if (account !== undefined && literalOf(provider.account) !== account) continue;
    found.set(arn, { arn, issuer: display(provider.issuer) });
  }
  // A provider that is made here: its URL tells the issuer, the account comes from elsewhere.
  const home = account ?? (found.size > 0 ? /::(\d{12}):/.exec([...found.keys()][0]!)?.[1] : undefined);
  for (const { url } of workspace.oidcProviders()) {
    const issuer = literal(url)
      ?.replace(/^https:\/\//, '')
      .replace(/\/$/, '');
    if (issuer === undefined || home === undefined || isEksIssuer([issuer]) !== 'yes') continue;
    const arn = providerArn(partitionOfIssuer([issuer])?.name ?? 'aws', home, issuer);
    found.set(arn, { arn, issuer });
  }
  return [...found.values()];
}

/** The issuers of clusters that the workspace's trust policies name. */
export function issuersIn(workspace: Workspace): ReadonlySet<string> {
  const issuers = new Set<string>();
  for (const policy of workspace.trustPolicies()) {
    for (const { providers } of readPolicy(policy).statements)
      for (const { issuer, eks } of providers) if (issuer?.meant && eks === 'yes') issuers.add(display(issuer.meant));
  }
  return issuers;
}

/** The cluster, where the workspace knows exactly one, and no second one shows by its issuer. */
export function soleCluster(workspace: Workspace): string | undefined {
  if (issuersIn(workspace).size > 1) return undefined;
  const names = new Set<string>();
  for (const { clusterName } of workspace.associations()) {
    const name = literal(clusterName);
    if (name) names.add(name);
  }
  for (const { name } of workspace.eksctlClusters()) {
    const known = literal(name);
    if (known) names.add(known);
  }
  return names.size === 1 ? [...names][0] : undefined;
}

export function regionOfIssuer(issuer: string | undefined): string | undefined {
  return issuer === undefined ? undefined : /^oidc(?:\.eks|-eks)\.([a-z0-9-]+)\./.exec(issuer)?.[1];
}

export function clusterArn(
  cluster: string,
  issuer: string | undefined,
  account: string | undefined,
): string | undefined {
  const region = regionOfIssuer(issuer);
  if (region === undefined || account === undefined || !/^[0-9A-Za-z][\w-]{0,99}$/.test(cluster)) return undefined;
  return `arn:${partitionOfIssuer([issuer!])?.name ?? 'aws'}:eks:${region}:${account}:cluster/${cluster}`;
}

/** The associations that give this role. */
export function associationsOf(role: Role, workspace: Workspace): readonly Association[] {
  return workspace.associations().filter((association) => roleOfAssociation(association, workspace) === role);
}

export function roleOfAssociation(association: Association, workspace: Workspace): Role | undefined {
  if (association.role?.address !== undefined) return workspace.roleFor({ address: association.role.address }).found;
  if (association.roleArn) return workspace.roleFor(association.roleArn).found;
  return association.role ? workspace.rolesOf([association.role])[0] : undefined;
}

export function inSameFolder(a: { document: SourceDocument }, b: { document: SourceDocument }): boolean {
  return folderOf(a) === folderOf(b);
}

export function folderOf(node: { document: SourceDocument }): string {
  const { file } = placeOf({ ...node, document: node.document, start: 0, end: 0 });
  return file.slice(0, file.lastIndexOf('/') + 1);
}

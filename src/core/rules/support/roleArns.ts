import type { Role } from '../../facts/model.js';
import { parseProviderArn } from '../../iam/issuer.js';
import { literalOf } from '../../syntax/text.js';
import { literal } from '../../syntax/tree.js';
import { parseRoleArn } from '../../workspace/roleArn.js';

/** Stands for what a person has to fill in. */
export const ACCOUNT_PLACEHOLDER = 'ACCOUNT_ID';
export const ROLE_PLACEHOLDER = 'ROLE_NAME';

export function roleArn(account: string, name: string, { partition = 'aws', path = '/' } = {}): string {
  return `arn:${partition}:iam::${account}:role${path}${name}`;
}

export function roleName(role: Role): string | undefined {
  return literal(role.name) ?? (role.arn ? parseRoleArn(role.arn.text)?.name : undefined);
}

/** As far as the files tell it; `known` is false where the account is left to fill in. */
export function arnOfRole(role: Role): { readonly arn: string; readonly known: boolean } | undefined {
  const said = literal(role.arn);
  if (said !== undefined) return { arn: said, known: true };
  const name = roleName(role);
  const path = pathOfRole(role);
  if (name === undefined || path === undefined) return undefined;
  const partition = partitionOf(role);
  if (role.account !== undefined) return { arn: roleArn(role.account, name, { partition, path }), known: true };
  return { arn: roleArn(ACCOUNT_PLACEHOLDER, name, { partition, path }), known: false };
}

/** With both slashes; undefined where it is not known. */
export function pathOfRole(role: Role): string | undefined {
  if (role.arn) return parseRoleArn(role.arn.text)?.path;
  if (!role.path) return '/';
  const path = literal(role.path);
  return path === undefined ? undefined : `/${path.split('/').filter(Boolean).join('/')}/`.replace('//', '/');
}

/** Of the provider that it trusts: a role trusts providers of its own account only. */
function partitionOf(role: Role): string {
  for (const { principals } of role.trustPolicy?.statements ?? []) {
    for (const { value } of principals) {
      const provider = parseProviderArn(value.text);
      const partition = provider && literalOf(provider.partition);
      if (partition) return partition;
    }
  }
  return 'aws';
}

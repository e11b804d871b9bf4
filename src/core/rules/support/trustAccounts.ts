import type { TrustPolicy } from '../../facts/model.js';
import { SUBJECT_PREFIX } from '../../iam/names.js';
import { literalOf } from '../../syntax/text.js';
import { literal } from '../../syntax/tree.js';
import type { Account, AccountVariant, Workspace } from '../../workspace/workspace.js';
import { AUDIENCE } from './reading.js';
import type { ExactAccount } from './subjectPattern.js';

/** A service account of the workspace whose namespace and name are known. */
export interface KnownAccount extends ExactAccount {
  readonly account: Account;
  readonly variant: AccountVariant;
  /** It carries the ARN of the policy's role. */
  readonly linked: boolean;
}

/** Each once; those that use the policy's role first, then by name. */
export function knownAccounts(workspace: Workspace, policy?: TrustPolicy): readonly KnownAccount[] {
  const found = new Map<string, KnownAccount>();
  for (const account of workspace.accounts()) {
    for (const variant of account.variants) {
      const namespace = literalOf(variant.namespace);
      const name = literalOf(variant.name);
      if (!namespace || !name) continue;
      const linked = policy !== undefined && usesRoleOf(workspace, variant, policy);
      const key = `${namespace}/${name}`;
      if (!found.has(key) || (linked && !found.get(key)!.linked))
        found.set(key, { namespace, name, account, variant, linked });
    }
  }
  return [...found.values()].sort(
    (a, b) => Number(b.linked) - Number(a.linked) || (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1),
  );
}

export function usesRoleOf(workspace: Workspace, variant: AccountVariant, policy: TrustPolicy): boolean {
  if (!variant.roleArn) return false;
  const { found } = workspace.roleFor(variant.roleArn);
  return found !== undefined && (found === policy.role || found.trustPolicy === policy);
}

export function subjectFor({ namespace, name }: ExactAccount): string {
  return `${SUBJECT_PREFIX}${namespace}:${name}`;
}

export function shown({ namespace, name, linked }: KnownAccount): string {
  return `${namespace}/${name}${linked ? ' (annotated with this role)' : ''}`;
}

/** What the account's token asks for; undefined where that is not known. */
export function audienceOf(variant: AccountVariant): string | undefined {
  if (!variant.audience) return variant.open ? undefined : AUDIENCE;
  return literal(variant.audience);
}

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
  return knownAmong(workspace.accounts(), workspace, policy);
}

/** The same of some accounts, with all that have the same namespace and name: of those that use the role, or else of all, the first counts. */
export function knownAmong(
  accounts: readonly Account[],
  workspace: Workspace,
  policy?: TrustPolicy,
): readonly KnownAccount[] {
  const using = new Set(policy ? workspace.accountsUsing(policy) : []);
  const found = new Map<string, KnownAccount>();
  for (const { variants } of accounts) {
    for (const { namespace, name } of variants) {
      const exact = { namespace: literalOf(namespace), name: literalOf(name) };
      if (!exact.namespace || !exact.name) continue;
      const key = `${exact.namespace}/${exact.name}`;
      if (!found.has(key)) found.set(key, known({ namespace: exact.namespace, name: exact.name }));
    }
  }
  return [...found.values()].sort(
    (a, b) => Number(b.linked) - Number(a.linked) || (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1),
  );

  function known(exact: ExactAccount): KnownAccount {
    const namesakes = workspace
      .accountsKnown(exact.namespace, exact.name)
      .flatMap((account) =>
        account.variants
          .filter(({ namespace, name }) => literalOf(namespace) === exact.namespace && literalOf(name) === exact.name)
          .map((variant) => ({ ...exact, account, variant })),
      );
    const linked =
      policy && namesakes.find(({ account, variant }) => using.has(account) && usesRoleOf(workspace, variant, policy));
    return linked ? { ...linked, linked: true } : { ...namesakes[0]!, linked: false };
  }
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

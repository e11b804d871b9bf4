import type { Facts } from '../../facts/model.js';
import { display, literalOf, onlyHole, type Text } from '../../syntax/text.js';
import { outermost, type StringNode } from '../../syntax/tree.js';
import type { Account, AccountVariant, Workspace } from '../../workspace/workspace.js';

/** An annotation that gives accounts their role. With overlays one value may be for several, and one account have several. */
export interface AnnotatedAccount {
  readonly account: Account;
  readonly value: StringNode;
  /** The variants that get the role by this value. */
  readonly variants: readonly AccountVariant[];
}

/** The role annotations that stand in the files of these facts, in patches too. Several rules ask this of the same facts. */
export function annotatedAccounts(facts: Facts, workspace: Workspace): readonly AnnotatedAccount[] {
  const known = workspace.memo?.get(facts) as readonly AnnotatedAccount[] | undefined;
  if (known) return known;
  const found = findAnnotated(facts, workspace);
  workspace.memo?.set(facts, found);
  return found;
}

function findAnnotated(facts: Facts, workspace: Workspace): readonly AnnotatedAccount[] {
  // Most documents are one account as it is typed.
  const [alone] = facts.serviceAccounts;
  if (alone && facts.serviceAccounts.length === 1 && facts.kustomizations.length === 0) {
    const account = workspace.accountOf(alone);
    const [only] = account?.variants ?? [];
    if (account && account.variants.length === 1 && only!.roleArn?.document === alone.node.document)
      return alone.managed ? [] : [{ account, value: only!.roleArn!, variants: account.variants }];
  }
  const patches = facts.kustomizations.length > 0 || facts.serviceAccounts.some((fact) => !workspace.accountOf(fact));
  const files = new Set<string>();
  for (const { node } of [...facts.serviceAccounts, ...facts.kustomizations]) files.add(outermost(node.document).file);
  const accounts = patches
    ? [...new Set([...files].sort().flatMap((file) => workspace.accountsAnnotatedIn(file)))]
    : facts.serviceAccounts.flatMap((fact) => workspace.accountOf(fact) ?? []);
  return accounts.flatMap((account): AnnotatedAccount[] => {
    const { fact, variants } = account;
    if (fact.managed) return [];
    const byValue = new Map<StringNode, AccountVariant[]>();
    for (const variant of variants) {
      if (!variant.roleArn || !files.has(outermost(variant.roleArn.document).file)) continue;
      const same = byValue.get(variant.roleArn);
      if (same) same.push(variant);
      else byValue.set(variant.roleArn, [variant]);
    }
    return [...byValue].map(([value, same]) => ({ account, value, variants: same }));
  });
}

/** `payments/api`; the name alone where the namespace is not known. */
export function accountLabel({ namespace, name }: { readonly namespace: Text; readonly name: Text }): string {
  const hole = onlyHole(namespace);
  return hole && hole.address === undefined && hole.expression === 'namespace'
    ? display(name)
    : `${display(namespace)}/${display(name)}`;
}

export interface ExactAccount {
  readonly namespace: string;
  readonly name: string;
}

/** Namespace and name of each variant; undefined where one of them is not known, or there is none. */
export function exactVariants(
  variants: readonly { readonly namespace: Text; readonly name: Text | undefined }[],
): ExactAccount[] | undefined {
  const exact: ExactAccount[] = [];
  for (const variant of variants) {
    const namespace = literalOf(variant.namespace);
    const name = variant.name && literalOf(variant.name);
    if (namespace === undefined || name === undefined) return undefined;
    exact.push({ namespace, name });
  }
  return exact.length > 0 ? exact : undefined;
}

export function hasCertainAssociation(account: Account, workspace: Workspace): boolean {
  return workspace.associationsSurelyFor(account).length > 0;
}

import type { TrustPolicy } from '../facts/model.js';
import { accountLabel } from '../rules/support/accounts.js';
import { typed } from '../rules/support/typed.js';
import { display, hasHole, literalOf, onlyHole, type Text } from '../syntax/text.js';
import type { Account, AccountVariant } from '../workspace/workspace.js';
import { inSameFolder } from './facts.js';
import { irsaGrants, type TrustedAccount } from './trust.js';

/** `shop/cart`; with several overlays the first one's. */
export function accountLabelOf({ variants }: Account): string {
  const [first] = variants;
  return first ? accountLabel(first) : 'service account';
}

/**
 * Namespace and name as they can be written in the role's file. What the account's own file leaves open is taken from the
 * trust policy where that names exactly one account that it can be.
 */
export function nameIn(
  { fact }: Account,
  variant: AccountVariant,
  policy: TrustPolicy | undefined,
): TrustedAccount | undefined {
  const namespace = literalOf(variant.namespace);
  const name = literalOf(variant.name);
  if (namespace !== undefined && name !== undefined)
    return { namespace: [namespace], name: [name], typedNamespace: namespace, typedName: name };
  const { metadata } = fact;
  const together =
    policy !== undefined &&
    fact.source === 'terraform' &&
    policy.node.document.language === 'hcl' &&
    inSameFolder(fact.node, policy.node);
  if (together && metadata.name && metadata.namespace) {
    const [typedNamespace, typedName] = [typed(metadata.namespace), typed(metadata.name)];
    return { namespace: variant.namespace, name: variant.name, typedNamespace, typedName };
  }
  const [only, ...others] = policy ? namedIn(policy, variant) : [];
  return only && others.length === 0
    ? { namespace: [only.namespace], name: [only.name], typedNamespace: only.namespace, typedName: only.name }
    : undefined;
}

function namedIn(policy: TrustPolicy, { namespace, name }: AccountVariant): { namespace: string; name: string }[] {
  const found = irsaGrants(policy).flatMap(({ subjects }) =>
    subjects.values.flatMap(({ subject }) => (subject.accounts === 'one' && subject.exact ? [subject.exact] : [])),
  );
  const fitting = found.filter((each) => couldBe(namespace, each.namespace) && couldBe(name, each.name));
  return [...new Map(fitting.map((each) => [`${each.namespace}/${each.name}`, each])).values()];
}

function couldBe(text: Text, value: string): boolean {
  return onlyHole(text) !== undefined || (hasHole(text) ? false : display(text) === value);
}

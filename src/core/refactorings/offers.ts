import type { Facts, Role, TrustPolicy } from '../facts/model.js';
import { placeOf, type SourceDocument } from '../syntax/tree.js';
import type { Account, Workspace } from '../workspace/workspace.js';
import { accountLabelOf } from './accountNames.js';
import { policiesWithWildcards } from './exactSubjects.js';
import { roleLabel } from './facts.js';
import { isShared } from './splitRole.js';
import { isPodIdentityAccount } from './toIrsa.js';
import { isIrsaAccount } from './toPodIdentity.js';

/** What could be done with the thing at a place; whether it can be written shows when it is asked for. */
export type Offer =
  | { readonly kind: 'to-pod-identity'; readonly title: string; readonly accounts: readonly Account[] }
  | { readonly kind: 'to-irsa'; readonly title: string; readonly accounts: readonly Account[] }
  | { readonly kind: 'split-role'; readonly title: string; readonly role: Role }
  | { readonly kind: 'exact-subjects'; readonly title: string; readonly policy: TrustPolicy };

/**
 * @param facts of the file
 * @param offset in the file
 */
export function offersAt(workspace: Workspace, facts: Facts, file: string, offset: number): Offer[] {
  const around = (node: { document: SourceDocument; start: number; end: number }) => {
    const place = placeOf(node);
    return place.file === file && place.start <= offset && offset <= place.end;
  };
  const offers: Offer[] = [];
  for (const fact of facts.serviceAccounts) {
    const account = around(fact.node) ? workspace.accountOf(fact) : undefined;
    if (account) offers.push(...forAccount(workspace, account));
  }
  for (const association of facts.associations) {
    const { namespace, serviceAccount } = association;
    if (!namespace || !serviceAccount || !around(association.node)) continue;
    for (const account of workspace.accounts()) {
      const linked = workspace
        .associationsFor(account)
        .some((each) => each.certain && each.association === association);
      if (linked && !offers.some((offer) => 'accounts' in offer && offer.accounts.includes(account)))
        offers.push(...forAccount(workspace, account));
    }
  }
  for (const policy of facts.trustPolicies) {
    const { role } = policy;
    if (!around(policy.node) && !(role && around(role.node))) continue;
    if (policiesWithWildcards({ trustPolicies: () => [policy] }).length > 0)
      offers.push({ kind: 'exact-subjects', title: 'Replace the subject pattern by a list …', policy });
    if (role && isShared(role, workspace))
      offers.push({
        kind: 'split-role',
        title: `Give each service account that uses '${roleLabel(role)}' a role of its own …`,
        role,
      });
  }
  return offers;
}

function forAccount(workspace: Workspace, account: Account): Offer[] {
  const label = accountLabelOf(account);
  if (isIrsaAccount(workspace, account))
    return [{ kind: 'to-pod-identity', title: `Move ${label} to EKS Pod Identity …`, accounts: [account] }];
  if (isPodIdentityAccount(workspace, account))
    return [{ kind: 'to-irsa', title: `Move ${label} to IRSA …`, accounts: [account] }];
  return [];
}

import type { Facts } from '../facts/model.js';
import { type Place, placeOf } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { type FileIdentity, identitiesOf, usersOf } from './identities.js';

/** A line above something. */
export interface Lens extends Place {
  readonly title: string;
  /** Whom a click explains; without it a click shows `users`. */
  readonly subject?: { readonly namespace: string; readonly name: string };
  readonly users?: readonly Place[];
}

/** Above a trust policy who can assume the role, above a service account which identity it gets. */
export function lensesOf(facts: Facts, workspace: Workspace, file: string): readonly Lens[] {
  const lenses: Lens[] = [];
  for (const policy of facts.trustPolicies) {
    // A bare policy is tied to no role, so nobody can be said to use it.
    if (!policy.role) continue;
    const users = usersOf(policy, workspace);
    const place = placeOf(policy.node);
    if (place.file !== file) continue;
    const denied = users.filter(({ trust }) => trust === 'denied');
    lenses.push({
      ...place,
      title: [
        usersWords(users),
        ...denied.slice(0, 2).map(deniedWords),
        ...(denied.length > 2 ? [`${denied.length - 2} more denied`] : []),
      ].join(' · '),
      ...(denied[0]
        ? { subject: denied[0] }
        : users.length === 1
          ? { subject: users[0]! }
          : users.length > 1
            ? { users: users.map((user) => user.place) }
            : {}),
    });
  }
  for (const fact of facts.serviceAccounts) {
    const account = workspace.accountOf(fact);
    const name = fact.metadata.name;
    if (!account || !name) continue;
    const place = placeOf(fact.node);
    if (place.file !== file) continue;
    const found = identitiesOf(account, workspace).filter(({ winner }) => winner !== 'none');
    const titles = [...new Set(found.map(({ summary }) => summary))];
    if (titles.length > 0) lenses.push({ ...place, title: titles.join(' | '), subject: found[0]! });
  }
  return lenses;
}

function usersWords(users: readonly FileIdentity[]): string {
  const accounts = new Set(users.map(({ namespace, name }) => `${namespace}/${name}`)).size;
  if (accounts === 0) return 'used by no service account of the workspace';
  return `used by ${accounts} service account${accounts === 1 ? '' : 's'}`;
}

function deniedWords({ namespace, name, nearestMiss }: FileIdentity): string {
  return `${namespace}/${name} is denied${nearestMiss === undefined ? '' : `: ${nearestMiss}`}`;
}

import { onlyHole } from '../syntax/text.js';
import type { StringNode } from '../syntax/tree.js';
import type { Facts, RoleReference } from './model.js';

const shared = new WeakMap<Facts, Map<string, RoleReference[]>>();

/**
 * The roles that a managed policy of the file is attached to. The list grows as the file is read: a role may name its
 * policy before that is read, or after.
 */
export function attachedRoles(facts: Facts, policyAddress: string): RoleReference[] {
  const byPolicy = shared.get(facts) ?? new Map<string, RoleReference[]>();
  shared.set(facts, byPolicy);
  const roles = byPolicy.get(policyAddress) ?? [];
  byPolicy.set(policyAddress, roles);
  return roles;
}

/** A role by what a field holds: a reference to one of the files, an ARN, or a name. */
export function roleReference(value: StringNode): RoleReference {
  const hole = onlyHole(value.text);
  if (hole?.address !== undefined) return { address: hole.address };
  return value.raw.startsWith('arn:') ? { arn: value.text } : { name: value.text };
}

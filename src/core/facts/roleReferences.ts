import { makeHole, type SyntheticString } from '../syntax/hclNodes.js';
import { onlyHole } from '../syntax/text.js';
import type { StringNode } from '../syntax/tree.js';
import type { RoleReference } from './model.js';

/** A role by what a field holds: a reference to one of the files, an ARN, or a name. */
export function roleReference(value: StringNode): RoleReference {
  const hole = onlyHole(value.text);
  if (hole?.address !== undefined) return { address: hole.address };
  return value.raw.startsWith('arn:') ? { arn: value.text } : { name: value.text };
}

/** The ARN of what a name refers to (`policyRefs`, `policyArnRef`): it stands where the name does, and cannot be written there. */
export function referredArn(name: StringNode, address: string): StringNode {
  const hole = makeHole(name.document, name, { expression: name.raw, address, attribute: 'arn' });
  const made: SyntheticString = { ...hole, parent: name.parent, synthetic: {} };
  return made;
}

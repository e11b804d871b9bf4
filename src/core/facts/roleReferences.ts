import { onlyHole } from '../syntax/text.js';
import type { StringNode } from '../syntax/tree.js';
import type { RoleReference } from './model.js';

/** A role by what a field holds: a reference to one of the files, an ARN, or a name. */
export function roleReference(value: StringNode): RoleReference {
  const hole = onlyHole(value.text);
  if (hole?.address !== undefined) return { address: hole.address };
  return value.raw.startsWith('arn:') ? { arn: value.text } : { name: value.text };
}

/** The ARN of what a name refers to (`policyRefs`, `policyArnRef`): it stands where the name does. */
export function referredArn(name: StringNode, address: string): StringNode {
  return { ...expression(name), text: [{ expression: name.raw, address, attribute: 'arn' }] };
}

function expression({ document, start, end, parent }: StringNode): Omit<StringNode, 'text'> {
  return {
    kind: 'string',
    document,
    start,
    end,
    parent,
    raw: '',
    style: 'expression',
    offsets: [start],
    contentStart: start,
  };
}

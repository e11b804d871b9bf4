import type { EnvironmentVariable } from '../../facts/model.js';
import { type Edit, removeItem, removeProperty } from '../../syntax/edits.js';
import type { SyntaxNode } from '../../syntax/tree.js';
import { removeMember } from './annotationEdits.js';

export function removeVariable({ node, name }: EnvironmentVariable): Edit[] {
  return 'kind' in node ? removeListed({ node }) : removeMember(name);
}

/** The item, and the list with its key where nothing else is in it. */
export function removeListed({ node }: { readonly node: SyntaxNode }): Edit[] {
  const list = node.parent;
  if (list?.kind === 'array') {
    const holder = list.parent;
    const member = holder?.kind === 'object' ? holder.properties.find(({ value }) => value === list) : undefined;
    return list.items.length === 1 && holder?.kind === 'object' && member
      ? [removeProperty(holder, member)]
      : [removeItem(list, node)];
  }
  // Terraform writes each as a block of its own.
  const member = list?.kind === 'object' ? list.properties.find(({ value }) => value === node) : undefined;
  return list?.kind === 'object' && member ? [removeProperty(list, member)] : [];
}

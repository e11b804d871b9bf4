import type { EnvironmentVariable } from '../../facts/model.js';
import { type Edit, inFile, removeItem, removeProperty } from '../../syntax/edits.js';
import type { ArrayNode, SyntaxNode } from '../../syntax/tree.js';
import { removeMember, removeMembers } from './annotationEdits.js';

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
  const member =
    list?.kind === 'object' ? list.properties.find(({ value }) => value && standsAt(value, node)) : undefined;
  return list?.kind === 'object' && member ? [removeProperty(list, member)] : [];
}

/** The reader sees Terraform's blocks under Kubernetes' names, as nodes of its own. */
function standsAt(a: SyntaxNode, b: SyntaxNode): boolean {
  return a === b || (a.document === b.document && a.start === b.start && a.end === b.end);
}

/** Several of one container at once. Empty where they stand in different lists. */
export function removeVariables(variables: readonly EnvironmentVariable[]): Edit[] {
  const nodes = variables.flatMap(({ node }) => ('kind' in node ? [node] : []));
  if (nodes.length === 0) return removeMembers(variables.map(({ name }) => name));
  if (nodes.length < variables.length) return [];
  const list = nodes[0]!.parent;
  if (list?.kind !== 'array') return nodes.flatMap((node) => removeListed({ node }));
  return nodes.every((node) => node.parent === list) ? removeItems(list, nodes) : [];
}

function removeItems(list: ArrayNode, nodes: readonly SyntaxNode[]): Edit[] {
  const { items } = list;
  const holder = list.parent;
  const member = holder?.kind === 'object' ? holder.properties.find(({ value }) => value === list) : undefined;
  if (nodes.length === items.length && holder?.kind === 'object' && member) return [removeProperty(holder, member)];
  if (list.style === 'block') return nodes.map((node) => removeItem(list, node));
  // Runs of neighbours go with the comma in front of them, at the beginning with the one behind.
  const edits: Edit[] = [];
  for (let at = 0; at < items.length; at++) {
    if (!nodes.includes(items[at]!)) continue;
    let last = at;
    while (last + 1 < items.length && nodes.includes(items[last + 1]!)) last++;
    const before = items[at - 1];
    const behind = items[last + 1];
    const start = before ? before.end : items[at]!.start;
    const end = before || !behind ? items[last]!.end : behind.start;
    edits.push(inFile(list.document, { start, end, newText: '' }));
    at = last;
  }
  return edits;
}

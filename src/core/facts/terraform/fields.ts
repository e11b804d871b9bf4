import type { HclProperty } from '../../syntax/hclNodes.js';
import {
  type ArrayNode,
  listOf,
  type ObjectNode,
  type Property,
  property,
  type SyntaxNode,
} from '../../syntax/tree.js';

/** A nested block: the member that it is, and its content. */
export interface NestedBlock {
  readonly member: Property;
  readonly content: ObjectNode;
}

/** The blocks of a name, repeated in the language, a list or a single object in its JSON syntax or written as an argument. */
export function blocksOf(node: SyntaxNode | undefined, name: string): NestedBlock[] {
  if (node?.kind !== 'object') return [];
  return node.properties
    .filter(({ key }) => key.raw === name)
    .flatMap((member) =>
      listOf(member.value).flatMap((content) => (content.kind === 'object' ? [{ member, content }] : [])),
    );
}

export function blockOf(node: SyntaxNode | undefined, name: string): ObjectNode | undefined {
  return blocksOf(node, name).at(-1)?.content;
}

/** Blocks of one name as the list that Kubernetes has in their place. */
export function blocksAsList(node: ObjectNode, name: string): ArrayNode | undefined {
  const blocks = blocksOf(node, name);
  const first = blocks[0];
  const last = blocks.at(-1);
  if (!first || !last) return undefined;
  const items = blocks.map(({ content }) => content);
  const spans = blocks.map(({ member }) => (member as Partial<HclProperty>).span);
  const list: ArrayNode & { spans: typeof spans } = {
    kind: 'array',
    document: first.content.document,
    start: first.content.start,
    end: Math.max(first.content.end, last.content.end),
    items,
    spans,
    style: 'block',
  };
  return list;
}

/** Is the argument there with something that may be anything? */
export function given(node: SyntaxNode | undefined, name: string): SyntaxNode | undefined {
  const value = property(node, name)?.value;
  return value?.kind === 'null' ? undefined : value;
}

import { isUnknown, makeKey } from '../../syntax/hclNodes.js';
import { literalOf } from '../../syntax/text.js';
import { type ArrayNode, literal, type ObjectNode, type SyntaxNode } from '../../syntax/tree.js';

/** A default that only says that a value is to be given. */
export function isPlaceholderDefault(node: SyntaxNode): boolean {
  if (node.kind === 'null') return true;
  if (node.kind === 'string') return literalOf(node.text) === '';
  if (node.kind === 'array') return node.items.every(isPlaceholderDefault);
  // One that shows what is wanted leaves out what nobody can know: `{ main = { arn = "", accounts = ["ns:name"] } }`.
  const values = node.kind === 'object' ? node.properties.flatMap(({ value }) => value ?? []) : undefined;
  return values !== undefined && (values.length === 0 || values.some(isBlank));
}

function isBlank(node: SyntaxNode): boolean {
  if (node.kind === 'string') return literalOf(node.text) === '';
  return node.kind === 'object' && node.properties.some(({ value }) => value !== undefined && isBlank(value));
}

/** A value that can be compared: known text, number or boolean. */
export function scalar(node: SyntaxNode): string | number | boolean | undefined {
  if (node.kind === 'string') return literal(node);
  return node.kind === 'number' || node.kind === 'boolean' ? node.value : undefined;
}

export function not(truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : !truth;
}

/** Undefined where a side is unknown, or cannot be compared. */
export function compared(operator: string, left: SyntaxNode, right: SyntaxNode): boolean | undefined {
  const same = isSame(left, right);
  if (operator === '==') return same;
  if (operator === '!=') return not(same);
  if (left.kind !== 'number' || right.kind !== 'number') return undefined;
  switch (operator) {
    case '>':
      return left.value > right.value;
    case '<':
      return left.value < right.value;
    case '>=':
      return left.value >= right.value;
    case '<=':
      return left.value <= right.value;
    default:
      return undefined;
  }
}

function isSame(left: SyntaxNode, right: SyntaxNode): boolean | undefined {
  if (isUnknown(left) || isUnknown(right)) return undefined;
  if (left.kind === 'null' || right.kind === 'null') return left.kind === right.kind;
  const [a, b] = [scalar(left), scalar(right)];
  return a === undefined || b === undefined ? undefined : a === b;
}

export function numberAt(near: SyntaxNode, index: number): SyntaxNode {
  return {
    kind: 'number',
    document: near.document,
    start: near.start,
    end: near.start,
    value: index,
    source: String(index),
  };
}

export function mapIn<O extends object, K, V>(maps: WeakMap<O, Map<K, V>>, owner: O): Map<K, V> {
  let map = maps.get(owner);
  if (!map) {
    map = new Map();
    maps.set(owner, map);
  }
  return map;
}

/** `each`, or a dynamic block's iterator. */
export function eachOf(key: SyntaxNode, value: SyntaxNode): ObjectNode {
  return objectOf(value, { key, value });
}

/** `count` of one of several. */
export function counterOf(index: SyntaxNode): ObjectNode {
  return objectOf(index, { index });
}

function objectOf({ document, start, end }: SyntaxNode, members: Readonly<Record<string, SyntaxNode>>): ObjectNode {
  const at = { start, end: start };
  return {
    kind: 'object',
    document,
    start,
    end,
    style: 'flow',
    properties: Object.entries(members).map(([name, value]) => ({ key: makeKey(document, at, name), value })),
  };
}

/** A value belongs to what holds it in the text; one that comes from a reference belongs where it was typed. */
export function adopt(holder: ObjectNode | ArrayNode, child: SyntaxNode): void {
  if (
    child.parent === undefined &&
    child.document === holder.document &&
    child.start >= holder.start &&
    child.end <= holder.end
  )
    child.parent = holder;
}

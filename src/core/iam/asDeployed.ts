import { isPlaceholder, literalText, type Text } from '../syntax/text.js';
import type { Property, SourceDocument, StringNode, SyntaxNode } from '../syntax/tree.js';

/**
 * A tree for a value that came from an API or a JSON line: all of it is meant as it stands, placeholders and `${…}` too. Its
 * spans point nowhere.
 */
export function treeOfValue(value: unknown, document: SourceDocument = NOWHERE): SyntaxNode {
  const place = { document, start: 0, end: 0 };
  if (typeof value === 'string') return stringNode(value, document);
  if (typeof value === 'number') return { kind: 'number', ...place, value, source: String(value) };
  if (typeof value === 'boolean') return { kind: 'boolean', ...place, value, source: String(value) };
  if (Array.isArray(value)) {
    return { kind: 'array', ...place, style: 'flow', items: value.map((item) => treeOfValue(item, document)) };
  }
  if (typeof value === 'object' && value !== null) {
    const properties: Property[] = [];
    for (const [key, member] of Object.entries(value)) {
      properties.push({ key: stringNode(key, document), value: treeOfValue(member, document) });
    }
    return { kind: 'object', ...place, style: 'flow', properties };
  }
  return { kind: 'null', ...place };
}

/**
 * The same tree, read as the policy that AWS has: a bare word of capitals (`API`, `PROD`) is the word and no placeholder. What
 * no deployed policy can hold stays a hole: `<ACCOUNT>`, `ACCOUNT_ID`, `${Account}`.
 */
export function asDeployed(node: SyntaxNode): SyntaxNode {
  switch (node.kind) {
    case 'string':
      return deployedString(node);
    case 'array':
      return { ...node, items: node.items.map(asDeployed) };
    case 'object':
      return {
        ...node,
        properties: node.properties.map(({ key, value }) => ({
          key: deployedString(key),
          value: value && asDeployed(value),
        })),
      };
    default:
      return node;
  }
}

const NOWHERE: SourceDocument = { file: '', language: 'json', text: '' };

function stringNode(value: string, document: SourceDocument): StringNode {
  return {
    kind: 'string',
    document,
    start: 0,
    end: 0,
    text: literalText(value),
    raw: value,
    style: 'double',
    contentStart: 0,
  };
}

function deployedString(node: StringNode): StringNode {
  const { document, start, end, raw, style, contentStart } = node;
  return { kind: 'string', document, start, end, raw, style, contentStart, text: withoutBareWords(node.text) };
}

function withoutBareWords(text: Text): Text {
  if (!text.some((part) => typeof part !== 'string' && isBareWord(part.expression))) return text;
  const parts: Text[number][] = [];
  for (const part of text) {
    const word = typeof part === 'string' ? part : isBareWord(part.expression) ? part.expression : undefined;
    const last = parts.length - 1;
    if (word === undefined) parts.push(part);
    else if (typeof parts[last] === 'string') parts[last] += word;
    else parts.push(word);
  }
  return parts;
}

function isBareWord(expression: string): boolean {
  return /^[A-Z]+(?:-[A-Z]+)*$/.test(expression) && isPlaceholder(expression) && !/^X+$|^YOUR/.test(expression);
}

import type { LocalEdit, Writer } from './edits.js';
import { writer as jsonWriter } from './jsonEdits.js';
import { indentOfLine, lineEndOf, lineStartOf } from './layout.js';
import { type ArrayNode, type ObjectNode, outerSpan, type Property, type StringNode, type SyntaxNode } from './tree.js';
import { behindKey, block, flow, isScalar, itemOf, member, plainOrQuoted, yamlLayout } from './yamlText.js';

export const writer: Writer = {
  encode,
  replaceString: (node, value) => ({
    start: headerStart(node),
    end: contentEnd(node),
    newText: quoteLike(node, value),
  }),
  renameKey: (key, name) => ({ start: key.start, end: key.end, newText: quoteLike(key, name) }),
  replaceValue: (node, value) => {
    const start = headerStart(node);
    const end = contentEnd(node);
    if (inFlowCollection(node)) return { start, end, newText: flow(value) };
    const { text } = node.document;
    const layout = yamlLayout(text);
    const property = propertyOf(node);
    if (property) {
      // All behind the colon: a block would otherwise stay on lines that a scalar can't take.
      const colon = behindColon(property);
      return { start: colon, end, newText: behindKey(value, columnIndent(property.key), layout) };
    }
    if (node.parent?.kind === 'array' && !isScalar(value)) {
      const column = ' '.repeat(start - lineStartOf(text, start));
      return { start, end, newText: block(value, column, layout) };
    }
    return { start, end, newText: isScalar(value) ? flow(value) : block(value, '', layout) };
  },
  removeProperty: (object, property) => {
    if (object.style === 'flow') return jsonWriter.removeProperty(object, property);
    const own = ownProperties(object);
    // With a merge (`<<`) beside it the mapping is not left empty.
    const only = own.length === 1 && object.properties.length === 1;
    return removeLines(object, property.key.start, endOf(object, property), own[0] === property, only);
  },
  removeItem: (array, item) => {
    if (array.style === 'flow') return jsonWriter.removeItem(array, item);
    const index = array.items.indexOf(item);
    const dash = dashOf(array, index);
    return removeLines(array, dash, itemEnd(array, index), index === 0, array.items.length === 1);
  },
  addProperty: (object, key, value, after) => {
    const own = ownProperties(object);
    const anchor = after && own.includes(after) ? after : own.at(-1);
    if (object.style === 'flow')
      return flowInsert(
        object,
        `${plainOrQuoted(key)}: ${flow(value)}`,
        own[0]?.key.start,
        anchor && endOf(object, anchor),
      );
    const indent = own[0] ? columnIndent(own[0].key) : columnIndent(object);
    const layout = yamlLayout(object.document.text);
    return insertBehind(
      object,
      anchor ? endOf(object, anchor) : object.end,
      indent + member(key, value, indent, layout),
    );
  },
  fillProperty: (object, property, value) => {
    const { text } = object.document;
    const colon = behindColon(property);
    const hasColon = text[colon - 1] === ':';
    const end = Math.max(colon, property.value?.end ?? colon);
    if (object.style === 'flow') return { start: colon, end, newText: `${hasColon ? '' : ':'} ${flow(value)}` };
    if (isScalar(value)) return { start: colon, end, newText: ` ${flow(value)}` };
    // `key: # why` keeps its comment.
    const lineEnd = lineEndOf(text, end);
    const newText = text.slice(end, lineEnd).trimEnd() + behindKey(value, columnIndent(property.key), yamlLayout(text));
    return { start: colon, end: lineEnd, newText };
  },
  appendItem: (node, value) => {
    if (node.kind !== 'array') {
      return { start: headerStart(node), end: contentEnd(node), newText: `[${sourceInFlow(node)}, ${flow(value)}]` };
    }
    if (node.style === 'flow') {
      const last = node.items.at(-1);
      return flowInsert(
        node,
        flow(value),
        node.items[0] && outerSpan(node.items[0]).start,
        last && outerSpan(last).end,
      );
    }
    const indent = columnIndent(node);
    const layout = yamlLayout(node.document.text);
    return insertBehind(node, itemEnd(node, node.items.length - 1), `${indent}- ${itemOf(value, indent, layout)}`);
  },
};

// ── places ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function inFlowCollection(node: SyntaxNode): boolean {
  for (let at: SyntaxNode | undefined = node.parent; at; at = at.parent) {
    if ((at.kind === 'object' || at.kind === 'array') && at.style === 'flow') return true;
  }
  return false;
}

/** Those that are typed here: a merge (`<<`) brings in others, whose places are the anchor's. */
function ownProperties(object: ObjectNode): readonly Property[] {
  return object.properties.filter(({ key }) => key.start >= object.start && key.end <= object.end);
}

function propertyOf(node: SyntaxNode): Property | undefined {
  return node.parent?.kind === 'object' ? node.parent.properties.find(({ value }) => value === node) : undefined;
}

/** Behind a key's colon, which may be missing in a flow mapping: then behind the key. */
function behindColon({ key }: Property): number {
  const found = /^[ \t]*:/.exec(key.document.text.slice(key.end, key.end + 80));
  return key.end + (found?.[0].length ?? 0);
}

/** A block scalar begins with its `|` or `>`, which is no part of its content; a tag is no part of any. */
function headerStart(node: SyntaxNode): number {
  const { start } = outerSpan(node);
  if (node.kind !== 'string' || (node.style !== 'literal' && node.style !== 'folded')) return start;
  const before = node.document.text.slice(0, node.start);
  const header = /[|>][0-9+-]*[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*\r?\n)*[ \t]*$/.exec(before);
  return Math.min(start, header?.index ?? node.start);
}

/** The end without the line break that belongs to a block scalar. */
function contentEnd(node: SyntaxNode): number {
  if (node.kind === 'string' && (node.style === 'literal' || node.style === 'folded')) {
    const text = node.document.text.slice(node.start, node.end);
    return node.start + text.trimEnd().length;
  }
  if (node.kind === 'object' && node.style === 'block') {
    const last = ownProperties(node).at(-1);
    return last ? endOf(node, last) : node.end;
  }
  if (node.kind === 'array' && node.style === 'block' && node.items.length > 0)
    return itemEnd(node, node.items.length - 1);
  return outerSpan(node).end;
}

function endOf(object: ObjectNode, property: Property): number {
  const { value } = property;
  if (!value) return behindColon(property);
  if (value.start < property.key.end || value.start >= object.end) return aliasEnd(object, behindColon(property));
  return contentEnd(value);
}

function itemEnd(array: ArrayNode, index: number): number {
  const item = array.items[index]!;
  const dash = dashOf(array, index);
  const next = index + 1 < array.items.length ? dashOf(array, index + 1) : array.end;
  if (item.start < dash || item.start > next) return aliasEnd(array, dash + 1);
  return Math.max(contentEnd(item), dash + 1);
}

/** An alias stands for a node whose place is elsewhere: `*name` itself is all there is here. */
function aliasEnd({ document }: SyntaxNode, from: number): number {
  const found = /^[ \t]*\*[^\s,\]}]+/.exec(document.text.slice(from, from + 200));
  return from + (found?.[0].length ?? 0);
}

/** The dash of an item: the first stands where the list begins, the others at the same column. */
function dashOf(array: ArrayNode, index: number): number {
  const { text } = array.document;
  let at = array.start;
  const column = at - lineStartOf(text, at);
  for (let found = 0; found < index; ) {
    const newline = text.indexOf('\n', at);
    if (newline < 0) return at;
    at = newline + 1;
    const line = text.slice(at, at + column + 2);
    if (line.slice(0, column).trim() !== '' || line[column] !== '-' || !/^$|[\s]/.test(line[column + 1] ?? ''))
      continue;
    at += column;
    found++;
  }
  return at;
}

/** The indentation of what stands at a node's column: also behind a dash. */
function columnIndent(node: SyntaxNode): string {
  return ' '.repeat(node.start - lineStartOf(node.document.text, node.start));
}

// ── lines ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

function insertBehind(holder: SyntaxNode, end: number, newText: string): LocalEdit {
  const { text } = holder.document;
  const at = lineEndOf(text, end);
  return { start: at, end: at, newText: yamlLayout(text).eol + newText };
}

function removeLines(
  holder: ObjectNode | ArrayNode,
  start: number,
  end: number,
  first: boolean,
  only: boolean,
): LocalEdit {
  const { text } = holder.document;
  const lineStart = lineStartOf(text, start);
  const lineEnd = lineEndOf(text, end);
  if (only) {
    // A list may stand at its key's own column, where brackets may not.
    const key = holder.parent?.kind === 'object' ? propertyOf(holder)?.key : undefined;
    const flush = key !== undefined && key.start - lineStartOf(text, key.start) >= start - lineStart;
    return {
      start,
      end: Math.max(end, start),
      newText: `${flush ? '  ' : ''}${holder.kind === 'array' ? '[]' : '{}'}`,
    };
  }
  const next = text.indexOf('\n', lineEnd) + 1 || text.length;
  if (text.slice(lineStart, start).trim() === '') return { start: lineStart, end: next, newText: '' };
  // Behind a dash (`- name: x`): the next member moves up to where this one stood.
  if (first) return { start, end: next + indentOfLine(text, next).length, newText: '' };
  return { start, end: lineEnd, newText: '' };
}

/** A member of `{…}` or an item of `[…]`, in its own line where the others are. */
function flowInsert(
  holder: ObjectNode | ArrayNode,
  newText: string,
  firstStart: number | undefined,
  previousEnd: number | undefined,
): LocalEdit {
  const { text } = holder.document;
  if (firstStart === undefined || previousEnd === undefined) {
    const pad = holder.kind === 'object' ? ' ' : '';
    return { start: holder.start + 1, end: holder.end - 1, newText: `${pad}${newText}${pad}` };
  }
  const ownLines = text.slice(holder.start, firstStart).includes('\n');
  const between = ownLines ? yamlLayout(text).eol + indentOfLine(text, firstStart) : ' ';
  return { start: previousEnd, end: previousEnd, newText: `,${between}${newText}` };
}

// ── strings ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function encode(node: StringNode, text: string): string {
  if (node.style === 'double') return JSON.stringify(text).slice(1, -1);
  if (node.style === 'single') return text.replaceAll("'", "''");
  return text;
}

function quoteLike(node: StringNode, value: string): string {
  if (node.style === 'single' && !value.includes('\n')) return `'${value.replaceAll("'", "''")}'`;
  if (node.style === 'double') return JSON.stringify(value);
  return plainOrQuoted(value);
}

/** A scalar's own text as it may stand in brackets. */
function sourceInFlow(node: SyntaxNode): string {
  const { start } = outerSpan(node);
  const source = node.document.text.slice(start, contentEnd(node));
  if (node.kind !== 'string') return source;
  if (node.style === 'literal' || node.style === 'folded') return JSON.stringify(node.raw);
  return node.style === 'plain' && /[,[\]{}\n]/.test(source) && !/\{\{/.test(source) ? plainOrQuoted(node.raw) : source;
}

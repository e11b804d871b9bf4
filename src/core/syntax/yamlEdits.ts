import type { Json, LocalEdit, Writer } from './edits.js';
import { inline, writer as jsonWriter } from './jsonEdits.js';
import { documentEol, indentOfLine, lineEndOf, lineStartOf } from './layout.js';
import type { ArrayNode, ObjectNode, Property, StringNode, SyntaxNode } from './tree.js';

export const writer: Writer = {
  encode,
  replaceString: (node, value) => ({
    start: headerStart(node),
    end: contentEnd(node),
    newText: quoteLike(node, value),
  }),
  renameKey: (key, name) => ({ start: key.start, end: key.end, newText: quoteLike(key, name) }),
  replaceValue: (node, value) => {
    if (node.kind === 'string' && typeof value === 'string') return writer.replaceString(node, value);
    const inFlow = inFlowCollection(node);
    return {
      start: node.start,
      end: contentEnd(node),
      newText: inFlow || isScalar(value) ? flow(value) : inlineBlock(node, value),
    };
  },
  removeProperty: (object, property) => {
    if (object.style === 'flow') return jsonWriter.removeProperty(object, property);
    const end = property.value ? contentEnd(property.value) : property.key.end;
    return removeLines(
      object,
      property.key.start,
      end,
      object.properties[0] === property,
      object.properties.length === 1,
    );
  },
  removeItem: (array, item) => {
    if (array.style === 'flow') return jsonWriter.removeItem(array, item);
    const { text } = array.document;
    const dash = text.lastIndexOf('-', item.start - 1);
    return removeLines(
      array,
      dash < 0 ? item.start : dash,
      contentEnd(item),
      array.items[0] === item,
      array.items.length === 1,
    );
  },
  addProperty: (object, key, value, after) => {
    if (object.style === 'flow')
      return flowInsert(object, `${plainOrQuoted(key)}: ${flow(value)}`, after && endOf(after));
    const anchor = after ?? object.properties.at(-1);
    const indent = columnIndent(object);
    return insertBehind(
      object,
      anchor ? endOf(anchor) : object.end,
      indent,
      member(key, value, indent, documentEol(object.document.text)),
    );
  },
  fillProperty: (object, property, value) => {
    const { text } = object.document;
    const colon = text.indexOf(':', property.key.end) + 1 || property.key.end;
    if (object.style === 'flow') return { start: colon, end: colon, newText: ` ${flow(value)}` };
    const lineEnd = lineEndOf(text, colon);
    // `key: null` and `key: ~` are replaced, `key: # why` keeps its comment.
    const word = /^\s*(?:null|~)(?=\s|$)/i.exec(text.slice(colon, lineEnd))?.[0].length ?? 0;
    if (isScalar(value)) return { start: colon, end: colon + word, newText: ` ${flow(value)}` };
    const indent = `${columnIndent(object)}  `;
    const comment = /^\s*#/.test(text.slice(colon + word, lineEnd)) ? lineEnd : colon + word;
    return { start: word > 0 ? colon : comment, end: comment, newText: block(value, indent, documentEol(text)) };
  },
  appendItem: (node, value) => {
    if (node.kind !== 'array') {
      const { text } = node.document;
      return {
        start: node.start,
        end: contentEnd(node),
        newText: `[${text.slice(node.start, contentEnd(node))}, ${flow(value)}]`,
      };
    }
    if (node.style === 'flow') return flowInsert(node, flow(value), node.items.at(-1)?.end);
    const last = node.items.at(-1)!;
    const { text } = node.document;
    const dash = text.lastIndexOf('-', last.start - 1);
    const indent = ' '.repeat(dash - lineStartOf(text, dash));
    const eol = documentEol(text);
    const inner = isScalar(value)
      ? ` ${flow(value)}`
      : ` ${block(value, `${indent}  `, eol).slice(eol.length + indent.length + 2)}`;
    return insertBehind(node, contentEnd(last), indent, `-${inner}`);
  },
};

function flowInsert(holder: ObjectNode | ArrayNode, member: string, previousEnd: number | undefined): LocalEdit {
  if (previousEnd !== undefined) return { start: previousEnd, end: previousEnd, newText: `, ${member}` };
  const pad = holder.kind === 'object' ? ' ' : '';
  return { start: holder.start + 1, end: holder.end - 1, newText: `${pad}${member}${pad}` };
}

function isScalar(value: Json): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0;
}

function inFlowCollection(node: SyntaxNode): boolean {
  for (let at: SyntaxNode | undefined = node; at; at = at.parent) {
    if ((at.kind === 'object' || at.kind === 'array') && at.style === 'flow') return true;
  }
  return false;
}

/** The end without the line break that belongs to a block scalar. */
function contentEnd(node: SyntaxNode): number {
  if (node.kind === 'string' && (node.style === 'literal' || node.style === 'folded')) {
    const text = node.document.text.slice(node.start, node.end);
    return node.start + text.trimEnd().length;
  }
  if (node.kind === 'object' && node.style === 'block') {
    const last = node.properties.at(-1);
    return last ? Math.max(endOf(last), 0) : node.end;
  }
  if (node.kind === 'array' && node.style === 'block') {
    const last = node.items.at(-1);
    return last ? contentEnd(last) : node.end;
  }
  return node.end;
}

/** A block scalar begins with its `|` or `>`, which is no part of its content. */
function headerStart(node: StringNode): number {
  if (node.style !== 'literal' && node.style !== 'folded') return node.start;
  const before = node.document.text.slice(0, node.start);
  return /[|>][0-9+-]*[ \t]*(?:#[^\n]*)?\r?\n[ \t]*$/.exec(before)?.index ?? node.start;
}

function endOf(property: Property): number {
  return property.value ? contentEnd(property.value) : property.key.end;
}

/** The indentation of a block mapping's keys: also where the first one stands behind a dash. */
function columnIndent(object: ObjectNode): string {
  const { text } = object.document;
  const first = object.properties[0]?.key.start ?? object.start;
  return ' '.repeat(first - lineStartOf(text, first));
}

function insertBehind(holder: SyntaxNode, end: number, indent: string, newText: string): LocalEdit {
  const { text } = holder.document;
  const at = lineEndOf(text, end);
  return { start: at, end: at, newText: `${documentEol(text)}${indent}${newText}` };
}

function removeLines(holder: SyntaxNode, start: number, end: number, first: boolean, only: boolean): LocalEdit {
  const { text } = holder.document;
  const lineStart = lineStartOf(text, start);
  const lineEnd = lineEndOf(text, end);
  if (only) return { start, end: Math.max(end, start), newText: holder.kind === 'array' ? '[]' : '{}' };
  const next = text.indexOf('\n', lineEnd) + 1 || text.length;
  if (text.slice(lineStart, start).trim() === '') return { start: lineStart, end: next, newText: '' };
  // Behind a dash (`- name: x`): the next member moves up to where this one stood.
  if (first) return { start, end: next + /^[ \t]*/.exec(text.slice(next))![0].length, newText: '' };
  return { start, end: lineEnd, newText: '' };
}

function encode(node: StringNode, text: string): string {
  if (node.style === 'double') return JSON.stringify(text).slice(1, -1);
  if (node.style === 'single') return text.replaceAll("'", "''");
  return text;
}

const PLAIN = /^[A-Za-z0-9_./@$(][^\n#:{}[\],&*!|>'"%`]*(?::[^\s\n#{}[\],&*!|>'"%`]+)*$/;
const SPECIAL = /^(?:null|true|false|yes|no|on|off|~|[-+.]?\d[\d_.,:eE+-]*|0[xo][\da-f]+)$/i;

function plainOrQuoted(value: string): string {
  return PLAIN.test(value) && !SPECIAL.test(value) && value.trim() === value ? value : JSON.stringify(value);
}

function quoteLike(node: StringNode, value: string): string {
  if (node.style === 'single' && !value.includes('\n')) return `'${value.replaceAll("'", "''")}'`;
  if (node.style === 'double') return JSON.stringify(value);
  return plainOrQuoted(value);
}

function flow(value: Json): string {
  if (typeof value === 'string') return plainOrQuoted(value);
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return inline(value);
  const members = Object.entries(value as Record<string, Json>).map(
    ([key, item]) => `${plainOrQuoted(key)}: ${flow(item)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function member(key: string, value: Json, indent: string, eol: string): string {
  if (isScalar(value)) return `${plainOrQuoted(key)}: ${flow(value)}`;
  return `${plainOrQuoted(key)}:${block(value, `${indent}  `, eol)}`;
}

/** Lines of a collection, each with a line break before it. */
function block(value: Json, indent: string, eol: string): string {
  if (Array.isArray(value)) {
    return value
      .map(
        (item) =>
          `${eol}${indent}- ${isScalar(item) ? flow(item) : block(item, `${indent}  `, eol).slice(eol.length + indent.length + 2)}`,
      )
      .join('');
  }
  return Object.entries(value as Record<string, Json>)
    .map(([key, item]) => `${eol}${indent}${member(key, item, indent, eol)}`)
    .join('');
}

/** A collection in the place of a scalar: `key: value` becomes `key:` and lines under it. */
function inlineBlock(node: SyntaxNode, value: Json): string {
  const { text } = node.document;
  const eol = documentEol(text);
  return block(value, `${indentOfLine(text, node.start)}  `, eol);
}

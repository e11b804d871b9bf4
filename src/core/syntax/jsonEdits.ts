import type { Json, LocalEdit, Writer } from './edits.js';
import { documentEol, indentOfLine, indentUnit, lineStartOf } from './layout.js';
import { quotedInJson } from './templates.js';
import { type ArrayNode, type ObjectNode, outerSpan, type Property, type SyntaxNode } from './tree.js';

/** JSON, and flow collections of YAML, which are written alike. */
export const writer: Writer = {
  encode: (_node, text) => quotedInJson(text).slice(1, -1),
  replaceString: (node, value) => ({ start: node.start, end: node.end, newText: quotedInJson(value) }),
  renameKey: (key, name) => ({ start: key.start, end: key.end, newText: quotedInJson(name) }),
  replaceValue: (node, value) => ({ ...spanOf(node), newText: render(node, value) }),
  removeProperty: (object, property) => {
    const end = property.value ? spanOf(property.value).end : property.key.end;
    return removeMember(object, property.key.start, end);
  },
  removeItem: (array, item) => removeMember(array, spanOf(item).start, spanOf(item).end),
  addProperty: (object, key, value, after) =>
    insertMember(object, `${quotedInJson(key)}: `, value, memberEnd(object, after)),
  fillProperty: (object, property, value) => {
    const text = object.document.text;
    const end = property.value?.end ?? property.key.end;
    const colon = text.slice(property.key.end).match(/^\s*:/)?.[0].length ?? 0;
    const start = property.key.end + colon;
    const rendered = renderAt(object, value, isSingleLine(object), indentOfLine(text, property.key.start));
    const newText = `${colon > 0 ? ' ' : ': '}${rendered}`;
    return { start, end: Math.max(start, end), newText };
  },
  appendItem: (node, value) => {
    if (node.kind !== 'array') {
      const { start, end } = spanOf(node);
      return { start, end, newText: `[${node.document.text.slice(start, end)}, ${inline(value)}]` };
    }
    const last = node.items.at(-1);
    return insertMember(node, '', value, last && spanOf(last).end);
  },
};

/** A value as text: in one line where its neighbours are, else indented from the line where `near` begins. */
export function render(near: SyntaxNode, value: Json): string {
  const { text } = near.document;
  const collection = near.kind === 'object' || near.kind === 'array' ? near : near.parent;
  const single = collection ? isSingleLine(collection) : !text.includes('\n');
  return renderAt(near, value, single, indentOfLine(text, near.start));
}

function renderAt(near: SyntaxNode, value: Json, single: boolean, indent: string): string {
  if (single || isFlat(value)) return inline(value);
  const { text } = near.document;
  const inner = indent + indentUnit(text);
  const eol = documentEol(text);
  const lines = Array.isArray(value)
    ? value.map((item: Json) => renderAt(near, item, false, inner))
    : Object.entries(value as Record<string, Json>).map(
        ([key, member]) => `${quotedInJson(key)}: ${renderAt(near, member, false, inner)}`,
      );
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}${eol}${inner}${lines.join(`,${eol}${inner}`)}${eol}${indent}${close}`;
}

/** Lists of plain values stay in one line. */
function isFlat(value: Json): boolean {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return true;
  return Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null);
}

/** `{ "a": [1, 2] }`, as people write it in one line. */
export function inline(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value === 'string') return quotedInJson(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value as Record<string, Json>).map(
    ([key, member]) => `${quotedInJson(key)}: ${inline(member)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** Where a value stands in its holder. */
function spanOf(node: SyntaxNode): { start: number; end: number } {
  const { start, end } = outerSpan(node);
  return { start, end };
}

function isSingleLine(node: SyntaxNode): boolean {
  return !node.document.text.slice(node.start, node.end).includes('\n');
}

function memberEnd(object: ObjectNode, after: Property | undefined): number | undefined {
  const last = after ?? object.properties.at(-1);
  return last && (last.value ? spanOf(last.value).end : last.key.end);
}

function insertMember(
  holder: ObjectNode | ArrayNode,
  label: string,
  value: Json,
  previousEnd: number | undefined,
): LocalEdit {
  const { text } = holder.document;
  const eol = documentEol(text);
  if (previousEnd === undefined) {
    const bracket = holder.start + 1;
    const close = text[holder.end - 1] === '}' || text[holder.end - 1] === ']' ? holder.end - 1 : holder.end;
    if (isSingleLine(holder)) {
      const pad = holder.kind === 'object' ? ' ' : '';
      return { start: bracket, end: close, newText: `${pad}${label}${renderAt(holder, value, true, '')}${pad}` };
    }
    const indent = indentOfLine(text, holder.start) + indentUnit(text);
    const inner = renderAt(holder, value, false, indent);
    return {
      start: bracket,
      end: close,
      newText: `${eol}${indent}${label}${inner}${eol}${indentOfLine(text, holder.start)}`,
    };
  }
  const end = previousEnd;
  const quote = isUnclosed(holder, end) ? '"' : '';
  const first = holder.kind === 'object' ? holder.properties[0]!.key.start : spanOf(holder.items[0]!).start;
  const oneLine = !text.slice(holder.start, first).includes('\n');
  if (oneLine) return { start: end, end, newText: `${quote}, ${label}${renderAt(holder, value, true, '')}` };
  const indent = indentOfLine(text, first);
  return { start: end, end, newText: `${quote},${eol}${indent}${label}${renderAt(holder, value, false, indent)}` };
}

/** A string whose end is not typed yet, however deep, would swallow what is written behind it. */
function isUnclosed(holder: ObjectNode | ArrayNode, end: number): boolean {
  const values = holder.kind === 'array' ? holder.items : holder.properties.map(({ key, value }) => value ?? key);
  const before = values.find((value) => spanOf(value).end === end);
  if (before?.kind === 'object' || before?.kind === 'array') return isUnclosed(before, end);
  if (before?.kind !== 'string' || before.document.language !== 'json') return false;
  const source = before.document.text.slice(before.start, before.end);
  return source.startsWith('"') && !/^"(?:[^"\\]|\\[\s\S])*"$/.test(source);
}

/** With the comma behind it; for the last one with the comma before it. Whole lines go where it stands on lines of its own. */
function removeMember(holder: ObjectNode | ArrayNode, start: number, end: number): LocalEdit {
  const { text } = holder.document;
  const behind = skipTrivia(text, end, holder.end);
  const lineStart = lineStartOf(text, start);
  const ownLine = text.slice(lineStart, start).trim() === '' && lineStart > holder.start;
  if (text[behind] === ',' && behind < holder.end) {
    const to = behind + 1;
    const rest = /^[ \t]*(\r?\n)?/.exec(text.slice(to, holder.end))!;
    if (ownLine && rest[1] !== undefined) return { start: lineStart, end: to + rest[0].length, newText: '' };
    return { start, end: to + (rest[1] === undefined ? rest[0].length : 0), newText: '' };
  }
  const previous = previousEnd(holder, start);
  if (previous !== undefined) {
    const comma = skipTrivia(text, previous, start);
    // A comment behind the comma stays.
    if (text[comma] === ',') return { start: comma, end, newText: text.slice(comma + 1, start).trimEnd() };
    return { start: previous, end, newText: '' };
  }
  // The only member: what is left is an empty pair of brackets.
  const inner = text.slice(holder.start + 1, start).trim() === '' ? holder.start + 1 : start;
  const close = text.slice(end, holder.end - 1).trim() === '' ? holder.end - 1 : end;
  return { start: inner, end: Math.max(close, end), newText: '' };
}

function previousEnd(holder: ObjectNode | ArrayNode, start: number): number | undefined {
  if (holder.kind === 'array') {
    const before = holder.items.findLast((item) => spanOf(item).start < start);
    return before && spanOf(before).end;
  }
  const before = holder.properties.findLast(({ key }) => key.start < start);
  return before && (before.value ? spanOf(before.value).end : before.key.end);
}

/** Behind blanks and comments, those of YAML's flow collections too. */
function skipTrivia(text: string, from: number, to: number): number {
  let at = from;
  while (at < to) {
    if (/\s/.test(text[at]!)) at++;
    else if (text[at] === '#' || text.startsWith('//', at)) {
      const newline = text.indexOf('\n', at);
      at = newline < 0 ? to : newline;
    } else if (text.startsWith('/*', at)) {
      const close = text.indexOf('*/', at + 2);
      at = close < 0 ? to : close + 2;
    } else break;
  }
  return Math.min(at, to);
}

import type { Json, LocalEdit, Writer } from './edits.js';
import type { Span } from './hclAst.js';
import { quoted, spanOf, spanOfItem, syntheticOf } from './hclNodes.js';
import { skipBlank } from './hclScan.js';
import { hclEscape, isIdentifier } from './hclText.js';
import { documentEol, indentOfLine, indentUnit, lineEndOf, lineStartOf } from './layout.js';
import type { ArrayNode, ObjectNode, Property, SourceDocument, StringNode, SyntaxNode } from './tree.js';

/** Terraform's language. Where a value comes from something that cannot be written, the change is none. */
export const writer: Writer = {
  encode: (node, text) => (node.style === 'heredoc' || node.style === 'plain' ? text : hclEscape(text)),
  replaceString,
  renameKey: (key, name) => {
    const synthetic = syntheticOf(key);
    if (synthetic) return setDefault(key, synthetic, name);
    return {
      start: key.start,
      end: key.end,
      newText: key.style === 'plain' && isIdentifier(name) ? name : quoted(name),
    };
  },
  replaceValue: (node, value) => {
    const synthetic = syntheticOf(node);
    if (synthetic) return setDefault(node, synthetic, value);
    if (node.kind === 'string' && node.elided && typeof value === 'string')
      return replaceString(node, value.startsWith(node.elided) ? value.slice(node.elided.length) : value);
    return { start: node.start, end: node.end, newText: render(value, layoutAt(node)) };
  },
  removeProperty: (object, property) => {
    const span = spanOf(property);
    const typedHere = property.key.document === object.document && span.start >= object.start && span.end <= object.end;
    if (!typedHere || object.tag === 'for' || syntheticOf(property.key)) return nothing(object);
    return removeMember(object, span, object.style === 'flow');
  },
  removeItem: (array, item) => {
    const span = spanOfItem(array, item);
    return span ? removeMember(array, span, array.style === 'flow') : nothing(array);
  },
  addProperty,
  fillProperty: (object, property, value) => {
    const { text } = object.document;
    const sign = skipBlank(text, property.key.end);
    const assigned = text[sign] === '=' || text[sign] === ':';
    const start = assigned ? sign + 1 : property.key.end;
    const end = property.value ? Math.max(start, spanOf(property).end) : start;
    return { start, end, newText: `${assigned ? ' ' : ' = '}${render(value, layoutAt(property.key))}` };
  },
  appendItem: (node, value) => {
    const { text } = node.document;
    if (node.kind !== 'array') {
      const own = text.slice(node.start, node.end);
      return { start: node.start, end: node.end, newText: `[${own}, ${render(value, layoutAt(node))}]` };
    }
    if (node.style === 'block') return nothing(node);
    if (text[node.start] !== '[' || node.tag === 'for') {
      // What yields the list cannot be looked into, but it can be added to.
      const added = `[${render(value, layoutAt(node))}]`;
      if (node.tag === 'concat' && text[node.end - 1] === ')')
        return { start: node.end - 1, end: node.end - 1, newText: `, ${added}` };
      return { start: node.start, end: node.end, newText: `concat(${text.slice(node.start, node.end)}, ${added})` };
    }
    const spans = node.items.flatMap((item) => spanOfItem(node, item) ?? []);
    return insertMember(node, (layout) => render(value, layout), spans.at(-1), spans[0]);
  },
};

/**
 * One more block in a block, behind the last one of its type, else at the end.
 * @param attributes in the order in which they are written
 */
export function addBlock(object: ObjectNode, type: string, attributes: { readonly [name: string]: Json }): LocalEdit {
  const { text } = object.document;
  const eol = documentEol(text);
  const close = object.end - 1;
  const own = indentOfLine(text, object.start);
  const unit = indentUnit(text);
  const indent = own + unit;
  const lines = [
    `${indent}${type} {`,
    ...attributeLines(attributes, { document: object.document, indent: indent + unit, single: false }),
    `${indent}}`,
  ].join(eol);
  const siblings = object.properties.filter((candidate) => isBlock(candidate) && candidate.key.raw === type);
  const last = siblings.length > 0 ? Math.max(...siblings.map((sibling) => spanOf(sibling).end)) : undefined;
  if (last !== undefined && last < close) return { start: last, end: last, newText: eol + lines };
  const lineStart = lineStartOf(text, close);
  if (text.slice(lineStart, close).trim() === '') return { start: lineStart, end: lineStart, newText: lines + eol };
  return { start: close, end: close, newText: `${eol}${lines}${eol}${own}` };
}

interface Layout {
  readonly document: SourceDocument;
  /** Of the line on which the value begins. */
  readonly indent: string;
  /** Everything in one line, as its surroundings are. */
  readonly single: boolean;
}

function replaceString(node: StringNode, value: string): LocalEdit {
  const synthetic = syntheticOf(node);
  if (synthetic) return setDefault(node, synthetic, value);
  if (isOfEachInstance(node)) return nothing(node);
  if (node.style === 'plain')
    return { start: node.start, end: node.end, newText: isIdentifier(value) ? value : quoted(value) };
  return { start: node.start, end: node.end, newText: quoted(value) };
}

/** One text for all that `count` or `for_each` make: another value for one of them cannot stand there. */
export function isOfEachInstance({ document, start, end }: SyntaxNode): boolean {
  return (
    document.language === 'hcl' && /\b(?:each\.(?:key|value)|count\.index)\b/.test(document.text.slice(start, end))
  );
}

/** A module's default is changed by giving the argument. */
function setDefault(node: SyntaxNode, synthetic: NonNullable<ReturnType<typeof syntheticOf>>, value: Json): LocalEdit {
  return synthetic.sets ? addProperty(synthetic.sets.object, synthetic.sets.attribute, value) : nothing(node);
}

function nothing(node: Span): LocalEdit {
  return { start: node.start, end: node.start, newText: '' };
}

function layoutAt(node: SyntaxNode): Layout {
  const { text } = node.document;
  const holder = node.parent;
  const within = holder && holder.document === node.document ? holder : node;
  return {
    document: node.document,
    indent: indentOfLine(text, node.start),
    single: within.kind !== 'string' && !text.slice(within.start, within.end).includes('\n'),
  };
}

// ── members ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Terraform's blocks have names in snake case; what comes from Kubernetes' own has them in camel case. */
function attributeName(key: string): string {
  return isIdentifier(key) ? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : key;
}

function addProperty(object: ObjectNode, key: string, value: Json, after?: Property): LocalEdit {
  const own = object.properties.filter((member) => member.key.document === object.document && !syntheticOf(member.key));
  const { text } = object.document;
  if (object.style === 'block') return addAttribute(object, attributeName(key), value, own, after);
  if (text[object.start] !== '{' || object.tag === 'for') {
    const added = `{ ${keyText(key, true)} = ${render(value, layoutAt(object))} }`;
    if (object.tag === 'merge' && text[object.end - 1] === ')')
      return { start: object.end - 1, end: object.end - 1, newText: `, ${added}` };
    return {
      start: object.start,
      end: object.end,
      newText: `merge(${text.slice(object.start, object.end)}, ${added})`,
    };
  }
  const behind = after && own.includes(after) ? after : own.at(-1);
  const quotes = behind ? behind.key.style === 'double' : !isIdentifier(key);
  const sign = behind && text[skipBlank(text, behind.key.end)] === ':' ? ':' : ' =';
  return insertMember(
    object,
    (layout) => `${keyText(key, quotes)}${sign} ${render(value, layout)}`,
    behind && spanOf(behind),
    own[0] && spanOf(own[0]),
  );
}

function keyText(key: string, quotes: boolean): string {
  return quotes || !isIdentifier(key) ? quoted(key) : key;
}

function isBlock(member: Property): boolean {
  const { value } = member;
  return (value?.kind === 'object' || value?.kind === 'array') && value.style === 'block';
}

function addAttribute(
  object: ObjectNode,
  name: string,
  value: Json,
  own: readonly Property[],
  after: Property | undefined,
): LocalEdit {
  const { document } = object;
  const { text } = document;
  const eol = documentEol(text);
  const outer = indentOfLine(text, object.start);
  const indent = outer + indentUnit(text);
  const attributes = own.filter((member) => !isBlock(member) && spanOf(member).end <= object.end);
  const behind = after && own.includes(after) ? after : attributes.at(-1);
  const open = openingBrace(object);
  const close = object.end - 1;
  if (!text.slice(open, close).includes('\n')) {
    // A block in one line has room for one attribute only.
    const line = `${name} = ${render(value, { document, indent, single: false })}`;
    const inner = text.slice(open, close).trim();
    const lines = [inner, line].filter((part) => part !== '').map((part) => indent + part);
    return { start: open, end: close, newText: `${eol}${lines.join(eol)}${eol}${outer}` };
  }
  const at = behind ? lineEndOf(text, spanOf(behind).end) : open;
  const own_ = behind ? indentOfLine(text, behind.key.start) : indent;
  const width = behind && !isBlock(behind) ? signColumn(text, behind.key.start) : name.length;
  const line = `${own_}${name.padEnd(width)} = ${render(value, { document, indent: own_, single: false })}`;
  return { start: at, end: at, newText: eol + line };
}

/** How wide names are up to the `=`, as `terraform fmt` aligns them. */
function signColumn(text: string, keyStart: number): number {
  const line = text.slice(keyStart, lineEndOf(text, keyStart));
  return /^[\w-]+ *(?= =)/.exec(line)?.[0].length ?? 0;
}

/** Behind the `{` of a block's header. */
function openingBrace(object: ObjectNode): number {
  const brace = object.document.text.indexOf('{', object.start);
  return brace < 0 || brace >= object.end ? object.end - 1 : brace + 1;
}

function insertMember(
  holder: ObjectNode | ArrayNode,
  member: (layout: Layout) => string,
  previous: Span | undefined,
  first: Span | undefined,
): LocalEdit {
  const { document } = holder;
  const { text } = document;
  const eol = documentEol(text);
  const outer = indentOfLine(text, holder.start);
  if (!previous || !first) {
    const close = Math.max(holder.start + 1, holder.end - 1);
    const pad = holder.kind === 'object' ? ' ' : '';
    if (!text.slice(holder.start, holder.end).includes('\n'))
      return {
        start: holder.start + 1,
        end: close,
        newText: pad + member({ document, indent: outer, single: true }) + pad,
      };
    const indent = outer + indentUnit(text);
    const inner = member({ document, indent, single: false });
    return { start: holder.start + 1, end: close, newText: `${eol}${indent}${inner}${eol}${outer}` };
  }
  const comma = skipBlank(text, previous.end);
  const hasComma = text[comma] === ',' && comma < holder.end;
  const at = hasComma ? comma + 1 : previous.end;
  const ownLines = text.slice(holder.start, first.start).includes('\n');
  if (!ownLines) {
    const written = member({ document, indent: outer, single: true });
    return { start: at, end: at, newText: hasComma ? ` ${written},` : `, ${written}` };
  }
  const indent = indentOfLine(text, previous.start);
  const written = member({ document, indent, single: false });
  // An object's lines need no commas; where they have them, the new one gets its own.
  const needed = holder.kind === 'array' || text.slice(holder.start, previous.start).includes(',');
  if (hasComma) return { start: at, end: at, newText: `${eol}${indent}${written},` };
  return { start: at, end: at, newText: `${needed ? ',' : ''}${eol}${indent}${written}` };
}

/** With its comma; whole lines go where it stands on lines of its own. */
function removeMember(holder: ObjectNode | ArrayNode, span: Span, commas: boolean): LocalEdit {
  const { text } = holder.document;
  const lineStart = lineStartOf(text, span.start);
  const alone = text.slice(lineStart, span.start).trim() === '' && lineStart > holder.start;
  const next = skipBlank(text, span.end);
  let end = span.end;
  if (commas && text[next] === ',' && next < holder.end) end = next + 1;
  const rest = /^[ \t]*(\r?\n|(?:#|\/\/)[^\n]*\n)?/.exec(text.slice(end, holder.end))!;
  if (alone && rest[1] !== undefined) return { start: lineStart, end: end + rest[0].length, newText: '' };
  if (end > span.end)
    return { start: span.start, end: end + (rest[1] === undefined ? rest[0].length : 0), newText: '' };
  const before = text.slice(holder.start + 1, span.start);
  const comma = commas ? before.lastIndexOf(',') : -1;
  if (comma >= 0 && before.slice(comma + 1).trim() === '')
    return { start: holder.start + 1 + comma, end: span.end, newText: '' };
  const close = text.slice(span.end, holder.end - 1).trim() === '' ? holder.end - 1 : span.end;
  return commas && before.trim() === ''
    ? { start: holder.start + 1, end: close, newText: '' }
    : { start: span.start, end: span.end, newText: '' };
}

// ── values ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function render(value: Json, layout: Layout): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) {
    if (layout.single || value.every((item) => typeof item !== 'object'))
      return `[${value.map((item) => render(item, layout)).join(', ')}]`;
    const inner = deeper(layout);
    return wrapped(
      '[',
      value.map((item) => `${render(item, inner)},`),
      ']',
      layout,
    );
  }
  const members = value as { readonly [key: string]: Json };
  const names = Object.keys(members);
  if (names.length === 0) return '{}';
  if (layout.single)
    return `{ ${names.map((name) => `${keyText(name, false)} = ${render(members[name]!, layout)}`).join(', ')} }`;
  const inner = deeper(layout);
  const lines = attributeLines(members, inner, keyOf).map((line) => line.slice(inner.indent.length));
  return wrapped('{', lines, '}', layout);
}

function keyOf(name: string): string {
  return keyText(name, false);
}

function deeper(layout: Layout): Layout {
  return { ...layout, indent: layout.indent + indentUnit(layout.document.text) };
}

function wrapped(open: string, lines: readonly string[], close: string, layout: Layout): string {
  const eol = documentEol(layout.document.text);
  const { indent } = deeper(layout);
  return [open, ...lines.map((line) => indent + line), layout.indent + close].join(eol);
}

function attributeLines(
  attributes: { readonly [name: string]: Json },
  layout: Layout,
  nameOf: (name: string) => string = (name) => name,
): string[] {
  const names = Object.keys(attributes);
  const width = Math.max(...names.map((name) => nameOf(name).length));
  return names.map((name) => `${layout.indent}${nameOf(name).padEnd(width)} = ${render(attributes[name]!, layout)}`);
}

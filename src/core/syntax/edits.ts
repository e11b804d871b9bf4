/**
 * Changes of values, members and items, written the way the file writes them: its indentation, quotes, commas, line ends.
 * What a rule hands over is plain data; where a document stands inside a string of another one, the text is escaped for it.
 */
import * as hcl from './hclEdits.js';
import { syntheticOf } from './hclNodes.js';
import * as json from './jsonEdits.js';
import * as shell from './shellEdits.js';
import {
  type ArrayNode,
  type ObjectNode,
  type Property,
  type SourceDocument,
  type StringNode,
  type SyntaxNode,
  sourceEnd,
  sourceOffset,
  spanInHost,
} from './tree.js';
import * as yaml from './yamlEdits.js';

export interface Edit {
  readonly file: string;
  /** Offsets in the file, half-open. */
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/** A change in a document's own coordinates. */
export interface LocalEdit {
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Carries a change out to the file, through every string that the document stands in. */
export function inFile(document: SourceDocument, edit: LocalEdit): Edit {
  let { start, end, newText } = edit;
  let at = document;
  while (at.host) {
    const { host } = at;
    newText = host.encode(newText, start);
    [start, end] = spanInHost(at, host, start, end);
    at = host.document;
  }
  // Other calls of the module share the text: what is wrong for this one only is no reason to change it for all.
  if (at.use) return { file: at.file, start, end: start, newText: '' };
  return { file: at.file, start, end, newText };
}

/** What a tool supplies by itself stands nowhere; Terraform's modules may have an argument for it. */
function cannotBeWritten(node: SyntaxNode): boolean {
  return node.document.language !== 'hcl' && syntheticOf(node) !== undefined;
}

function nothing({ document, start }: SyntaxNode): Edit {
  return inFile(document, { start, end: start, newText: '' });
}

/** The value of a string, in its own quotes. */
export function replaceString(node: StringNode, value: string): Edit {
  if (cannotBeWritten(node)) return nothing(node);
  const shown = node.elided !== undefined && value.startsWith(node.elided) ? value.slice(node.elided.length) : value;
  // Inside quotes that it shares, or where `Fn::Sub` reads it: only the content is written anew.
  if (node.encode && (node.style === 'double' || node.style === 'single'))
    return replacePart(node, 0, node.raw.length, shown);
  return inFile(node.document, writer(node.document).replaceString(node, shown));
}

/** A part of a string, by decoded offsets of `raw`; what stands round it, holes too, stays as it is typed. */
export function replacePart(node: StringNode, from: number, to: number, text: string): Edit {
  if (cannotBeWritten(node)) return nothing(node);
  const start = sourceOffset(node, from);
  const end = to > from ? Math.max(sourceEnd(node, to), start) : start;
  const newText = node.encode ? node.encode(text, from) : writer(node.document).encode(node, text);
  return inFile(node.document, { start, end, newText });
}

export function renameKey(property: Property, name: string): Edit {
  if (cannotBeWritten(property.key)) return nothing(property.key);
  if (property.key.encode) return replaceString(property.key, name);
  return inFile(property.key.document, writer(property.key.document).renameKey(property.key, name));
}

/** Any value by another. */
export function replaceValue(node: SyntaxNode, value: Json): Edit {
  if (node.kind === 'string' && typeof value === 'string') return replaceString(node, value);
  return inFile(node.document, writer(node.document).replaceValue(node, value));
}

/** The member with its comma or line. A block mapping that would be left empty becomes `{}`. */
export function removeProperty(object: ObjectNode, property: Property): Edit {
  return inFile(object.document, writer(object.document).removeProperty(object, property));
}

export function removeItem(array: ArrayNode, item: SyntaxNode): Edit {
  return inFile(array.document, writer(array.document).removeItem(array, item));
}

/** A new member behind `after`, by default behind the last one. */
export function addProperty(object: ObjectNode, key: string, value: Json, after?: Property): Edit {
  return inFile(object.document, writer(object.document).addProperty(object, key, value, after));
}

/** Gives a key that has no value (or null) one. */
export function fillProperty(object: ObjectNode, property: Property, value: Json): Edit {
  if (property.value && property.value.end > property.value.start && property.value.kind !== 'null')
    return replaceValue(property.value, value);
  return inFile(object.document, writer(object.document).fillProperty(object, property, value));
}

/** One more item; a lone value becomes a list of two. */
export function appendItem(node: SyntaxNode, value: Json): Edit {
  return inFile(node.document, writer(node.document).appendItem(node, value));
}

/**
 * One more nested block of Terraform (`condition { … }`); in its JSON syntax one more member of the list of that name.
 * @param attributes in the order in which they are written
 */
export function addBlock(object: ObjectNode, type: string, attributes: { readonly [name: string]: Json }): Edit {
  if (object.document.language === 'hcl') return inFile(object.document, hcl.addBlock(object, type, attributes));
  const existing = object.properties.findLast((candidate) => candidate.key.raw === type)?.value;
  return existing ? appendItem(existing, attributes) : addProperty(object, type, [attributes]);
}

/**
 * Sets `object.path…key = value`, making what is missing on the way.
 * @returns undefined where something on the way is no object
 */
export function setAt(object: ObjectNode, path: readonly string[], value: Json): Edit | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return undefined;
  const existing = object.properties.findLast((candidate) => candidate.key.raw === key);
  const whole = rest.reduceRight<Json>((inner, name) => ({ [name]: inner }), value);
  if (!existing) return addProperty(object, key, whole);
  if (rest.length === 0)
    return existing.value ? replaceValue(existing.value, value) : fillProperty(object, existing, value);
  if (!existing.value || existing.value.kind === 'null') return fillProperty(object, existing, whole);
  return existing.value.kind === 'object' ? setAt(existing.value, rest, value) : undefined;
}

/** What a document's language has to offer; all in the document's own coordinates. */
export interface Writer {
  encode(node: StringNode, text: string): string;
  replaceString(node: StringNode, value: string): LocalEdit;
  renameKey(key: StringNode, name: string): LocalEdit;
  replaceValue(node: SyntaxNode, value: Json): LocalEdit;
  removeProperty(object: ObjectNode, property: Property): LocalEdit;
  removeItem(array: ArrayNode, item: SyntaxNode): LocalEdit;
  addProperty(object: ObjectNode, key: string, value: Json, after?: Property): LocalEdit;
  fillProperty(object: ObjectNode, property: Property, value: Json): LocalEdit;
  appendItem(node: SyntaxNode, value: Json): LocalEdit;
}

function writer(document: SourceDocument): Writer {
  switch (document.language) {
    case 'yaml':
      return yaml.writer;
    case 'hcl':
      return hcl.writer;
    case 'shell':
      return shell.writer;
    default:
      return json.writer;
  }
}

/** Applies edits of one file, last first; for tests and the command line. */
export function applyEdits(text: string, edits: readonly { start: number; end: number; newText: string }[]): string {
  return [...edits]
    .map((edit, order) => ({ edit, order }))
    .sort((a, b) => b.edit.start - a.edit.start || b.order - a.order)
    .reduce((result, { edit }) => result.slice(0, edit.start) + edit.newText + result.slice(edit.end), text);
}

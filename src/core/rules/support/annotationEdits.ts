import type { Annotation, Metadata } from '../../facts/model.js';
import {
  addProperty,
  type Edit,
  inFile,
  removeProperty,
  renameKey,
  replacePart,
  replaceString,
  replaceValue,
  setAt,
} from '../../syntax/edits.js';
import { documentEol, lineStartOf } from '../../syntax/layout.js';
import { type ObjectNode, type Property, property, type StringNode, type SyntaxNode } from '../../syntax/tree.js';

/** The member that a key belongs to. */
export function memberOf(key: StringNode): { readonly object: ObjectNode; readonly member: Property } | undefined {
  const object = key.parent;
  if (object?.kind !== 'object') return undefined;
  const member = object.properties.find((candidate) => candidate.key === key);
  return member && { object, member };
}

/** Another name for a key, also for one that is a part of a longer string (a JSON patch's path). */
export function rename(key: StringNode, name: string): Edit[] {
  const found = memberOf(key);
  if (found) return [renameKey(found.member, name)];
  return key.encode ? [replacePart(key, 0, key.raw.length, name)] : [];
}

/** Mappings that are there for their members only. */
const CARRIERS = /^(?:annotations|labels|metadata|podAnnotations)$/;

/** Takes a member out, and the mapping with it where that becomes empty. */
export function removeMember(key: StringNode): Edit[] {
  return removeMembers([key]);
}

/** Several members of one mapping at once: the mapping goes where nothing is left of it. */
export function removeMembers(keys: readonly StringNode[]): Edit[] {
  const found = keys.flatMap((key) => memberOf(key) ?? []);
  const [first] = found;
  if (!first || found.length < keys.length) return [];
  if (found.some(({ object }) => object !== first.object)) return keys.flatMap((key) => removeMembers([key]));
  let { object, member } = first;
  let whole = object.properties.length === keys.length;
  if (!whole && keys.length > 1)
    return severalOf(
      object,
      found.map((each) => each.member),
    );
  for (let holder = object.parent; whole && holder?.kind === 'object'; holder = object.parent) {
    const inner: SyntaxNode = object;
    // A mapping that is used elsewhere by its anchor must stay.
    const own = holder.properties.find(({ value }) => value === inner);
    if (!own || !isInside(own.value, holder) || !CARRIERS.test(own.key.raw)) break;
    object = holder;
    member = own;
    whole = holder.properties.length === 1;
  }
  if (object === first.object && keys.length > 1)
    return severalOf(
      object,
      found.map((each) => each.member),
    );
  return [removeProperty(object, member)];
}

/** In braces neighbours share their commas: what is left is written anew where members are removed side by side. */
function severalOf(object: ObjectNode, members: readonly Property[]): Edit[] {
  const { properties, style, document } = object;
  if (style === 'block' || document.language === 'hcl') return members.map((member) => removeProperty(object, member));
  const edits: Edit[] = [];
  for (let at = 0; at < properties.length; at++) {
    if (!members.includes(properties[at]!)) continue;
    let last = at;
    while (last + 1 < properties.length && members.includes(properties[last + 1]!)) last++;
    const endOf = (member: Property) => member.value?.end ?? member.key.end;
    const before = properties[at - 1];
    const behind = properties[last + 1];
    const start = before ? endOf(before) : properties[at]!.key.start;
    const end = before || !behind ? endOf(properties[last]!) : behind.key.start;
    edits.push(inFile(document, { start, end, newText: '' }));
    at = last;
  }
  return edits;
}

function isInside(node: SyntaxNode | undefined, holder: SyntaxNode): boolean {
  return (
    node !== undefined && node.document === holder.document && node.start >= holder.start && node.end <= holder.end
  );
}

export function annotationNamed(metadata: Metadata, key: string): Annotation | undefined {
  return metadata.annotations.findLast((each) => each.key.raw === key);
}

/**
 * Gives an object an annotation, or its annotation that value.
 * @param whole the object that `metadata` belongs to, for where it has none yet
 * @param leaving a member of the metadata that another edit of the same fix takes out: nothing is written at its end
 */
export function setAnnotation(
  metadata: Metadata,
  whole: ObjectNode,
  key: string,
  value: string,
  leaving?: SyntaxNode,
): Edit[] {
  const existing = annotationNamed(metadata, key);
  if (existing?.value?.kind === 'string') return [replaceString(existing.value, value)];
  if (metadata.annotationsNode && !existing) return [addProperty(metadata.annotationsNode, key, value)];
  const { node } = metadata;
  if (node.kind !== 'object') return [];
  const missing = node === whole && property(whole, 'kind') !== undefined;
  if (!missing && !property(node, 'annotations') && leaving) {
    const staying = node.properties.filter((member) => !reaches(member, leaving));
    const after = staying.findLast((member) => member.key.start < leaving.start) ?? staying[0];
    return after ? [addProperty(node, 'annotations', { [key]: value }, after)] : [];
  }
  const path = missing ? ['metadata', 'annotations', key] : ['annotations', key];
  const edit = setAt(node, path, value);
  return edit ? [edit] : [];
}

function reaches(member: Property, node: SyntaxNode): boolean {
  return member.key.start <= node.start && (member.value?.end ?? member.key.end) >= node.end;
}

/** `outer: { inner: value }` becomes `key: value`, in place. */
export function flatten(
  member: Property,
  entries: readonly { readonly key: string; readonly value: string }[],
): Edit[] {
  const { value } = member;
  const [first, ...others] = entries;
  if (value?.kind !== 'object' || !first) return [];
  if (others.length === 0) return [renameKey(member, first.key), replaceValue(value, first.value)];
  const { object } = memberOf(member.key) ?? {};
  if (object?.style !== 'block' || value.document.language !== 'yaml') return [];
  const column = member.key.start - lineStartOf(value.document.text, member.key.start);
  const lines = others.map((entry) => `${' '.repeat(column)}${entry.key}: ${JSON.stringify(entry.value)}`);
  const end = Math.max(...value.properties.map((each) => each.value?.end ?? each.key.end));
  const newText = [JSON.stringify(first.value), ...lines].join(documentEol(value.document.text));
  return [
    renameKey(member, first.key),
    ...beside(member, value),
    inFile(value.document, { start: value.start, end: value.style === 'flow' ? value.end : end, newText }),
  ];
}

/** `key: value` becomes `outer:` with `key: value` under it. */
export function wrap(member: Property, outer: string, key: string, value: string): Edit[] {
  if (!member.value) return [];
  return [renameKey(member, outer), replaceValue(member.value, { [key]: value })];
}

/** The value moves up behind its key. */
function beside({ key }: Property, value: SyntaxNode): Edit[] {
  const between = key.document.text.slice(key.end, value.start);
  if (!between.includes('\n')) return [];
  const blank = /\s*$/.exec(between)![0].length;
  return [inFile(key.document, { start: value.start - blank, end: value.start, newText: ' ' })];
}

/** The same for several at once; with one member of the metadata for all of them where there is none yet. */
export function setAnnotations(
  metadata: Metadata,
  whole: ObjectNode,
  entries: readonly { readonly key: string; readonly value: string }[],
): Edit[] {
  const [first] = entries;
  if (!first) return [];
  const { node, annotationsNode } = metadata;
  if (entries.length === 1) return setAnnotation(metadata, whole, first.key, first.value);
  const all = Object.fromEntries(entries.map(({ key, value }) => [key, value]));
  if (annotationsNode?.properties.length === 0) return [replaceValue(annotationsNode, all)];
  if (annotationsNode) return merged(entries.flatMap(({ key, value }) => setAnnotation(metadata, whole, key, value)));
  if (node.kind !== 'object') return [];
  const path = node === whole && property(whole, 'kind') !== undefined ? ['metadata', 'annotations'] : ['annotations'];
  const edit = setAt(node, path, all);
  return edit ? [edit] : [];
}

/** Edits that begin at one place become one: nobody has to know which of them comes first. */
export function merged(edits: readonly Edit[]): Edit[] {
  const result: Edit[] = [];
  for (const edit of edits) {
    const index = result.findIndex((other) => other.file === edit.file && other.start === edit.start);
    const other = result[index];
    const insertions = [other, edit].filter((each) => each && each.start === each.end).length;
    if (!other || insertions === 0) result.push(edit);
    else {
      const [insertion, replacement] = other.start === other.end ? [other, edit] : [edit, other];
      result[index] = { ...replacement, newText: insertion.newText + replacement.newText };
    }
  }
  return result;
}

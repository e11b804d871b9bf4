import type { Span } from './hclAst.js';
import { hclEscape } from './hclText.js';
import { type Hole, mask, textOf } from './text.js';
import type { ArrayNode, ObjectNode, Property, SourceDocument, StringNode, SyntaxNode } from './tree.js';

/** What Terraform's own nodes know more than others: their members may have been typed elsewhere, behind a reference. */
export interface HclProperty extends Property {
  /** From the key to the end of what is typed behind it, or the whole block; in the object's document. */
  readonly span: Span;
}

export interface HclArray extends ArrayNode {
  /** Where each item is typed in the array's document; undefined for one that comes from a reference to a list. */
  readonly spans: readonly (Span | undefined)[];
}

/** A value that nobody typed. */
export interface SyntheticString extends StringNode {
  readonly synthetic: {
    /** Writing another value means to set this attribute. Absent: it cannot be written. */
    readonly sets?: { readonly object: ObjectNode; readonly attribute: string } | undefined;
  };
}

export function spanOf(property: Property): Span {
  const { span } = property as Partial<HclProperty>;
  if (span) return span;
  const { key, value } = property;
  return { start: key.start, end: value && value.document === key.document ? Math.max(value.end, key.end) : key.end };
}

export function spanOfItem(array: ArrayNode, item: SyntaxNode): Span | undefined {
  const { spans } = array as Partial<HclArray>;
  if (spans) return spans[array.items.indexOf(item)];
  return item.document === array.document ? item : undefined;
}

export function syntheticOf(node: SyntaxNode): SyntheticString['synthetic'] | undefined {
  return (node as Partial<SyntheticString>).synthetic;
}

interface StringParts {
  readonly style: StringNode['style'];
  readonly contentStart: number;
  readonly raw: string;
  readonly offsets?: readonly number[] | undefined;
  readonly masked?: readonly Hole[];
  readonly elided?: string;
}

/** A string with its holes; `masked` are those behind the masked runs of `raw`. */
export function makeString(document: SourceDocument, span: Span, parts: StringParts): StringNode {
  let next = 0;
  const masked = parts.masked ?? [];
  const text = textOf(parts.raw, () => masked[next++] ?? { expression: '…' });
  return { kind: 'string', document, start: span.start, end: span.end, text, ...parts };
}

/** Something that yields an unknown value. */
export function makeHole(document: SourceDocument, span: Span, hole: Hole): StringNode {
  const raw = mask(Math.max(1, span.end - span.start));
  return {
    kind: 'string',
    document,
    start: span.start,
    end: span.end,
    text: [hole],
    raw,
    masked: [hole],
    style: 'expression',
    contentStart: span.start,
  };
}

export function makeKey(document: SourceDocument, span: Span, name: string): StringNode {
  return makeString(document, span, { style: 'plain', contentStart: span.start, raw: name });
}

/** A value that a module or provider sets by itself, standing where it is asked to. */
export function makeSynthetic(
  at: { document: SourceDocument } & Span,
  raw: string,
  sets?: { object: ObjectNode; attribute: string },
  masked: readonly Hole[] = [],
): StringNode {
  const offsets = [...Array.from(raw, () => at.start), at.end];
  const base = makeString(at.document, at, { style: 'expression', contentStart: at.start, raw, offsets, masked });
  const made: SyntheticString = { ...base, synthetic: sets ? { sets } : {} };
  return made;
}

/** A string node standing for something larger or other than what is typed: `"ns:name"` for a whole subject. */
export function withElided(node: StringNode, elided: string): StringNode {
  const offsets = [
    ...Array.from(elided, () => node.contentStart),
    ...Array.from({ length: node.raw.length + 1 }, (_, i) => node.offsets?.[i] ?? node.contentStart + i),
  ];
  return makeString(node.document, node, {
    style: node.style,
    contentStart: node.contentStart,
    raw: elided + node.raw,
    offsets,
    elided,
    ...(node.masked ? { masked: node.masked } : {}),
  });
}

/** The hole where nothing is known of a value, not even its kind. */
export function unknownHole(node: SyntaxNode | undefined): Hole | undefined {
  if (node?.kind !== 'string' || node.style !== 'expression' || node.text.length !== 1) return undefined;
  const only = node.text[0];
  return typeof only === 'object' ? only : undefined;
}

export function isUnknown(node: SyntaxNode | undefined): boolean {
  return unknownHole(node) !== undefined;
}

/** As the language writes a string, with `${…}` of Terraform kept and IAM's escaped. */
export function quoted(value: string): string {
  return `"${hclEscape(value)}"`;
}

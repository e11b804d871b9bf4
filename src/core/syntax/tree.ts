import { type Hole, literalOf, type Text } from './text.js';

/** A text that is parsed as a whole: a file, or a document inside a string of another one. */
export interface SourceDocument {
  /** The file as the host names it: a path relative to the workspace with `/`, or a URI. Also that of embedded documents. */
  readonly file: string;
  readonly language: Language;
  /** In its own coordinates; all nodes' offsets are in these, UTF-16 code units. */
  readonly text: string;
  /** Set when the document stands inside a string of another one. */
  readonly host?: Embedding;
  /** Set for a file of a Terraform module as one call of the module makes it. */
  readonly use?: ModuleUse;
}

/** What is read in a module's files with the inputs of one call holds for that call only and cannot be rewritten there. */
export interface ModuleUse {
  /** The call's header. */
  readonly call: { readonly document: SourceDocument; readonly start: number; readonly end: number };
  /** Where the call gives an input its value. */
  input(name: string): { readonly document: SourceDocument; readonly start: number; readonly end: number } | undefined;
}

export type Language = 'json' | 'yaml' | 'hcl' | 'dockerfile' | 'shell';

export interface Embedding {
  readonly document: SourceDocument;
  /** The host's offset of a character of this document. Monotonic; `text.length` is the end of the content. */
  toHost(offset: number): number;
  /** The host's offset behind the character before this one, where that is not where the next one stands. */
  toHostEnd?(offset: number): number | undefined;
  /** How new text for this document is written at that place in the host: escapes, indentation, … */
  encode(text: string, at: number): string;
  /** What stands behind the masked run that begins at this offset of the embedded text. */
  holeAt(offset: number): Hole | undefined;
}

export type SyntaxNode = ObjectNode | ArrayNode | StringNode | NumberNode | BooleanNode | NullNode;

interface NodeBase {
  readonly document: SourceDocument;
  /** Half-open, in the document's own coordinates. A string's span includes its quotes; a block scalar's its content lines. */
  readonly start: number;
  readonly end: number;
  /** The object or array that holds it; set by the parser once. */
  parent?: ObjectNode | ArrayNode | undefined;
  /** What stands for the value in its holder where that is more than the value itself: `!Sub "…"`, `{"Fn::Sub": "…"}`. */
  readonly outer?: { readonly start: number; readonly end: number } | undefined;
}

export interface Property {
  readonly key: StringNode;
  /** Missing in a half-typed document. */
  readonly value: SyntaxNode | undefined;
  /** Whether `key.raw` is this, where that can be told without the key. */
  isNamed?(name: string): boolean;
}

export interface ObjectNode extends NodeBase {
  readonly kind: 'object';
  /** In source order, duplicates included; of duplicate keys the last one holds, as `property()` gives it. */
  readonly properties: readonly Property[];
  /** Written in braces on purpose (`{…}` in YAML) or as a block. JSON is always `flow`; HCL blocks are `block`. */
  readonly style: 'flow' | 'block';
  /** YAML tag or HCL function that wraps it: `!Sub`, `jsonencode`. */
  readonly tag?: string | undefined;
  /** Something in it could not be read (a splat, a `for`, a merge of unknown): there may be more keys. */
  readonly open?: true;
}

export interface ArrayNode extends NodeBase {
  readonly kind: 'array';
  readonly items: readonly SyntaxNode[];
  readonly style: 'flow' | 'block';
  readonly tag?: string | undefined;
  /** There may be more items than these. */
  readonly open?: true;
}

export interface StringNode extends NodeBase {
  readonly kind: 'string';
  /** Decoded, with holes. */
  readonly text: Text;
  /** Decoded, holes masked: what an embedded document is parsed from. */
  readonly raw: string;
  /** `expression`: not a string in the source but something that yields one (`!Ref X`, `var.x`, `Fn::Join`). */
  readonly style: 'plain' | 'single' | 'double' | 'literal' | 'folded' | 'heredoc' | 'expression';
  readonly tag?: string | undefined;
  /**
   * What the source leaves out in front of the text: a module's `"ns:name"` means `system:serviceaccount:ns:name`.
   * Edits that replace the value leave it out too.
   */
  readonly elided?: string | undefined;
  /** The holes behind the masked runs of `raw`, in order, where the reader knows more of them than their source text. */
  readonly masked?: readonly Hole[];
  /** Decoded offset → offset in the document; absent where the content stands verbatim at `contentStart`. */
  readonly offsets?: readonly number[] | undefined;
  /** Decoded offset → offset behind the character before it, where the next one stands elsewhere (`Fn::Join`). */
  readonly ends?: readonly number[] | undefined;
  readonly contentStart: number;
  /** Writes new text at a decoded offset, where the style alone does not say how: strings in pieces, shell words, `Fn::Sub`. */
  readonly encode?: ((text: string, at: number) => string) | undefined;
}

export interface NumberNode extends NodeBase {
  readonly kind: 'number';
  readonly value: number;
  /** As typed: `111122223333`, `0755`. */
  readonly source: string;
}
export interface BooleanNode extends NodeBase {
  readonly kind: 'boolean';
  readonly value: boolean;
  readonly source: string;
}
export interface NullNode extends NodeBase {
  readonly kind: 'null';
}

/** A place in a file, in the file's own offsets. */
export interface Place {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** Where a span of a document, however deeply embedded, stands in the file. */
export function placeOf(node: { document: SourceDocument; start: number; end: number }): Place {
  let { document, start, end } = node;
  while (document.host) {
    [start, end] = spanInHost(document, document.host, start, end);
    document = document.host.document;
  }
  return { file: document.file, start, end };
}

/** Carries a span of an embedded document one level out. */
export function spanInHost(
  document: SourceDocument,
  host: Embedding,
  start: number,
  end: number,
): [start: number, end: number] {
  const from = host.toHost(start);
  if (end <= start) return [from, from];
  const next = host.toHost(end);
  // Behind the content may come a line break and an indentation of the host: those are no part of a span that ends
  // before them, but of one that takes the line break along.
  if (document.text[end - 1] === '\n') return [wholeLine(host.document.text, from, next), next];
  const known = host.toHostEnd?.(end);
  if (known !== undefined) return [from, known];
  const last = host.toHost(end - 1);
  return [from, host.document.text.slice(last, next).includes('\n') ? last + 1 : next];
}

/** The last line of an embedded document goes with its indentation: what follows has one of its own. */
function wholeLine(text: string, from: number, next: number): number {
  if (text[next - 1] !== '\n') return from;
  const lineStart = text.lastIndexOf('\n', from - 1) + 1;
  return text.slice(lineStart, from).trim() === '' ? lineStart : from;
}

/** The file's own document, however deeply this one is embedded. */
export function outermost(document: SourceDocument): SourceDocument {
  let at = document;
  while (at.host) at = at.host.document;
  return at;
}

/** Offset in the document of a decoded offset of the string. */
export function sourceOffset(node: StringNode, decoded: number): number {
  if (!node.offsets) return node.contentStart + decoded;
  return node.offsets[Math.min(decoded, node.offsets.length - 1)] ?? node.contentStart;
}

/** Offset in the document behind the decoded character before this decoded offset. */
export function sourceEnd(node: StringNode, decoded: number): number {
  return node.ends?.[decoded] ?? sourceOffset(node, decoded);
}

/** The span that a member or item takes in its holder. */
export function outerSpan(node: SyntaxNode): { readonly start: number; readonly end: number } {
  return node.outer ?? node;
}

export function property(node: SyntaxNode | undefined, key: string): Property | undefined {
  if (node?.kind !== 'object') return undefined;
  for (let i = node.properties.length - 1; i >= 0; i--) {
    const candidate = node.properties[i]!;
    if (candidate.isNamed ? candidate.isNamed(key) : candidate.key.raw === key) return candidate;
  }
  return undefined;
}

export function get(node: SyntaxNode | undefined, ...path: readonly string[]): SyntaxNode | undefined {
  let at = node;
  for (const key of path) at = property(at, key)?.value;
  return at;
}

export function objectAt(node: SyntaxNode | undefined, ...path: readonly string[]): ObjectNode | undefined {
  const found = get(node, ...path);
  return found?.kind === 'object' ? found : undefined;
}

export function stringAt(node: SyntaxNode | undefined, ...path: readonly string[]): StringNode | undefined {
  const found = get(node, ...path);
  return found?.kind === 'string' ? found : undefined;
}

/** The items of an array, or the single value itself: IAM and others allow both. */
export function listOf(node: SyntaxNode | undefined): readonly SyntaxNode[] {
  if (!node) return [];
  return node.kind === 'array' ? node.items : [node];
}

export function stringsOf(node: SyntaxNode | undefined): readonly StringNode[] {
  return listOf(node).filter((item) => item.kind === 'string');
}

/** The known string of a string node; undefined where there is none or it has holes. */
export function literal(node: SyntaxNode | undefined): string | undefined {
  return node?.kind === 'string' ? literalOf(node.text) : undefined;
}

/**
 * A string as it is typed, for a format's own vocabulary: `AWS::IAM::Role` has no placeholders, though in free text
 * `AWS` would be one.
 */
export function wordOf(node: SyntaxNode | undefined): string | undefined {
  return node?.kind === 'string' ? node.raw : undefined;
}

/** true or false where the file says so, as a boolean or as the words; undefined where it does not. */
export function booleanOf(node: SyntaxNode | undefined): boolean | undefined {
  if (node?.kind === 'boolean') return node.value;
  const word = literal(node)?.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

import {
  EVENT_ALIAS,
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE_DOUBLE_QUOTED,
  SCALAR_STYLE_FOLDED_BLOCK,
  SCALAR_STYLE_LITERAL_BLOCK,
  SCALAR_STYLE_PLAIN,
  SCALAR_STYLE_SINGLE_QUOTED,
  type ScalarEvent,
  YAMLException,
} from 'js-yaml';
import type { SyntaxFault } from './json.js';
import { PlainMember } from './plainMember.js';
import { SourceString } from './sourceString.js';
import { maskTemplates } from './templates.js';
import { type Hole, MASK_FIRST, MASK_REST } from './text.js';
import type { ArrayNode, Embedding, ObjectNode, Property, SourceDocument, StringNode, SyntaxNode } from './tree.js';
import { decodeYamlScalar } from './yamlScalar.js';

/** One document of a YAML stream, as a document of its own inside the file: an edit elsewhere only moves it. */
export interface YamlDocument {
  /** Its nodes' offsets are in this; `placeOf` gives those of the file. */
  readonly document: SourceDocument;
  readonly root: SyntaxNode | undefined;
  /** In the whole text. */
  readonly start: number;
  readonly end: number;
  /** In the document's own offsets. */
  readonly faults: readonly SyntaxFault[];
}

/** A document with more broken lines than this is given up where the last good part ends. */
const MAX_REPAIRS = 12;
const MAX_DEPTH = 200;
const MAX_JOINS = 200;

/**
 * Parses every document on its own, so that one that is half-typed does not take the others with it. Never throws.
 * @param wanted a cheap look at a document's text; those it refuses are not parsed at all
 */
export function parseYaml(document: SourceDocument, wanted: (text: string) => boolean = () => true): YamlDocument[] {
  return splitDocuments(document.text)
    .filter(({ start, end }) => wanted(document.text.slice(start, end)))
    .map(({ start, end }) => parseYamlPart(new YamlPart(document, start, end)));
}

const MARKER = /^(?:---|\.\.\.)(?=\s|$)/gm;

/** At each `---` and `...` that begins a line. */
export function splitDocuments(source: string): { start: number; end: number }[] {
  const pieces: { start: number; end: number }[] = [];
  let start = 0;
  MARKER.lastIndex = 0;
  while (MARKER.test(source)) {
    const at = MARKER.lastIndex - 3;
    if (at > start) pieces.push({ start, end: at });
    start = at;
  }
  pieces.push({ start, end: source.length });
  return pieces;
}

/** A piece of a file that stays the same text while the file changes round it. */
export class YamlPart implements SourceDocument {
  readonly language = 'yaml';
  readonly text: string;
  readonly host: MovingPlace;

  constructor(document: SourceDocument, base: number, end: number) {
    this.text = base === 0 && end === document.text.length ? document.text : document.text.slice(base, end);
    this.host = new MovingPlace(document, base);
  }

  get file(): string {
    return this.host.document.file;
  }

  /** The same text now stands elsewhere in a new version of the file. */
  moveTo(document: SourceDocument, base: number): void {
    this.host.document = document;
    this.host.base = base;
  }
}

class MovingPlace implements Embedding {
  constructor(
    public document: SourceDocument,
    public base: number,
  ) {}

  toHost(offset: number): number {
    return this.base + offset;
  }

  encode(text: string): string {
    return text;
  }

  holeAt(offset: number): Hole | undefined {
    return this.document.host?.holeAt(this.base + offset);
  }
}

export function parseYamlPart(document: YamlPart): YamlDocument {
  const start = document.host.toHost(0);
  const end = start + document.text.length;
  const faults: SyntaxFault[] = [];
  let text = maskTemplates(document.text);
  if (text.startsWith('...')) text = `   ${text.slice(3)}`;
  if (text.includes('\0')) {
    return { document, root: undefined, start, end, faults: [{ message: 'binary content', start: 0, end: 0 }] };
  }
  for (let repairs = 0, joins = 0; ; repairs++) {
    try {
      const events = parseEvents(text, { maxDepth: MAX_DEPTH });
      return { document, root: new TreeBuilder(document, text, events).build(), start, end, faults };
    } catch (error) {
      const at = error instanceof YAMLException && error.mark ? Math.min(error.mark.position, text.length) : 0;
      const message = error instanceof YAMLException ? error.reason : String(error);
      const joined = message === 'deficient indentation' && joins++ < MAX_JOINS ? withLineJoined(text, at) : undefined;
      if (joined !== undefined) {
        text = joined;
        repairs--;
        continue;
      }
      faults.push({ message, start: at, end: at });
      const next = repairs < MAX_REPAIRS ? withoutBadLine(text, at) : withoutRestFrom(text, at);
      if (next === text || repairs > MAX_REPAIRS) return { document, root: undefined, start, end, faults };
      text = next;
    }
  }
}

/**
 * Flow collections whose lines stand no deeper than their parent: js-yaml refuses them, CloudFormation and Kubernetes take
 * them. A line break is a blank there, so the line is joined to the one before it.
 */
function withLineJoined(text: string, at: number): string | undefined {
  const newline = text.lastIndexOf('\n', at - 1);
  if (newline < 0 || text.slice(newline, at).trim() !== '') return undefined;
  const before = text.slice(text.lastIndexOf('\n', newline - 1) + 1, newline);
  if (/(?:^|\s)#/.test(before)) return undefined;
  const start = text[newline - 1] === '\r' ? newline - 1 : newline;
  return text.slice(0, start) + ' '.repeat(newline + 1 - start) + text.slice(newline + 1);
}

/**
 * Blanks the line that is to blame: the error's own, or one before it that opens a bracket or a quote and does not close it,
 * whichever lets the parser come further.
 */
function withoutBadLine(text: string, at: number): string {
  const own = withoutLineAt(text, at);
  const opening = unclosedBefore(text, at);
  if (opening === undefined) return own;
  const other = withoutLineAt(text, opening);
  return errorIn(other) > errorIn(own) ? other : own;
}

function errorIn(text: string): number {
  try {
    parseEvents(text, { maxDepth: MAX_DEPTH });
    return Number.POSITIVE_INFINITY;
  } catch (error) {
    return error instanceof YAMLException && error.mark ? error.mark.position : 0;
  }
}

/** Blanks the line at an offset; where that is blank already, the nearest one before it that is not. */
function withoutLineAt(text: string, at: number): string {
  let end = at;
  for (;;) {
    const newline = text.indexOf('\n', end);
    const lineEnd = newline < 0 ? text.length : newline;
    const lineStart = text.lastIndexOf('\n', Math.min(end, lineEnd) - 1) + 1;
    const line = text.slice(lineStart, lineEnd);
    if (line.trim() !== '' && !line.startsWith('---')) {
      return text.slice(0, lineStart) + line.replace(/[^\r]/g, ' ') + text.slice(lineEnd);
    }
    if (lineStart === 0) return text;
    end = lineStart - 1;
  }
}

/** Where a line up to the error begins that leaves a bracket or quote open though the next line is a new member or item. */
function unclosedBefore(text: string, at: number): number | undefined {
  const limit = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
  let start = 0;
  while (start < limit) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end);
    if (/[[{"']/.test(line) && leavesOpen(line) && /^\s*(?:- |[\w.\-/"']+:(?:\s|$)|$)/.test(lineAfter(text, end)))
      return start;
    start = end + 1;
  }
  return undefined;
}

function lineAfter(text: string, end: number): string {
  const newline = text.indexOf('\n', end + 1);
  return text.slice(end + 1, newline < 0 ? text.length : newline);
}

function leavesOpen(line: string): boolean {
  let depth = 0;
  let quote = '';
  let previous = ' ';
  for (const char of line) {
    if (quote !== '') {
      if (char === quote && previous !== '\\') quote = '';
    } else if ((char === '"' || char === "'") && /[\s:[{,]/.test(previous)) quote = char;
    else if (char === '#' && /\s/.test(previous)) break;
    else if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') depth--;
    previous = char;
  }
  return quote !== '' || depth > 0;
}

function withoutRestFrom(text: string, at: number): string {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  return text.slice(0, lineStart) + text.slice(lineStart).replace(/[^\r\n]/g, ' ');
}

const STYLES: Readonly<Record<number, StringNode['style']>> = {
  [SCALAR_STYLE_PLAIN]: 'plain',
  [SCALAR_STYLE_SINGLE_QUOTED]: 'single',
  [SCALAR_STYLE_DOUBLE_QUOTED]: 'double',
  [SCALAR_STYLE_LITERAL_BLOCK]: 'literal',
  [SCALAR_STYLE_FOLDED_BLOCK]: 'folded',
};
const FLOW = 2;

class TreeBuilder {
  readonly #anchors = new Map<string, SyntaxNode>();
  #next = 0;
  private readonly masked: boolean;

  constructor(
    private readonly document: SourceDocument,
    private readonly text: string,
    private readonly events: readonly Event[],
  ) {
    this.masked = text.includes(MASK_FIRST);
  }

  build(): SyntaxNode | undefined {
    while (this.#next < this.events.length) {
      const event = this.events[this.#next]!;
      if (event.type === EVENT_DOCUMENT || event.type === EVENT_POP) {
        this.#next++;
        continue;
      }
      return this.node(undefined);
    }
    return undefined;
  }

  private node(parent: ObjectNode | ArrayNode | undefined): SyntaxNode {
    const event = this.events[this.#next++]!;
    switch (event.type) {
      case EVENT_SCALAR:
        return this.scalar(event, parent);
      case EVENT_ALIAS: {
        const name = this.text.slice(event.anchorStart, event.anchorEnd);
        const start = event.anchorStart - 1;
        return (
          this.#anchors.get(name) ?? {
            kind: 'null',
            document: this.document,
            start,
            end: event.anchorEnd,
            parent,
          }
        );
      }
      case EVENT_MAPPING:
        return this.mapping(event, parent);
      case EVENT_SEQUENCE:
        return this.sequence(event, parent);
      default:
        return { kind: 'null', document: this.document, start: 0, end: 0, parent };
    }
  }

  private mapping(
    event: Extract<Event, { type: typeof EVENT_MAPPING }>,
    parent: ObjectNode | ArrayNode | undefined,
  ): ObjectNode {
    const properties: Property[] = [];
    const node: { -readonly [K in keyof ObjectNode]: ObjectNode[K] } = {
      kind: 'object',
      document: this.document,
      start: event.start,
      end: event.start,
      properties,
      style: event.style === FLOW ? 'flow' : 'block',
      tag: this.tagOf(event),
      parent,
    };
    this.anchor(event, node);
    const { events } = this;
    let last = event.start;
    for (let keyEvent = events[this.#next]; keyEvent && keyEvent.type !== EVENT_POP; keyEvent = events[this.#next]) {
      if (this.isPlainKey(keyEvent)) {
        this.#next++;
        const { valueStart, valueEnd } = keyEvent;
        const valueEvent = events[this.#next];
        const value = valueEvent && valueEvent.type !== EVENT_POP ? this.node(node) : undefined;
        last = Math.max(last, valueEnd, value ? endOf(valueEvent!, value) : 0);
        properties.push(new PlainMember(node, this.text, valueStart, valueEnd, asTyped(value)));
        continue;
      }
      const key = this.node(node);
      const valueEvent = events[this.#next];
      const value = valueEvent && valueEvent.type !== EVENT_POP ? this.node(node) : undefined;
      last = Math.max(last, endOf(keyEvent, key), value ? endOf(valueEvent!, value) : 0);
      const name = asKey(key, this.text);
      if (name === undefined) {
        node.open = true;
      } else if (name.end - name.start === 2 && name.raw === '<<' && name.style === 'plain') {
        this.merge(node, properties, value);
      } else if (this.masked && isMask(name.raw) && (value === undefined || value.kind === 'null')) {
        node.open = true;
      } else {
        properties.push({ key: name, value: asTyped(value) });
      }
    }
    this.#next++;
    node.end = event.style === FLOW ? this.closing(last, '}') : last;
    return node;
  }

  /** Most keys are plain words: they are names whatever else the word might mean as a value. */
  private isPlainKey(event: Event): event is ScalarEvent {
    if (event.type !== EVENT_SCALAR || !event.fast || event.tagStart >= 0 || event.anchorStart >= 0) return false;
    if (event.style !== SCALAR_STYLE_PLAIN || event.valueEnd <= event.valueStart) return false;
    const { valueStart, valueEnd } = event;
    if (valueEnd - valueStart === 2 && this.text.startsWith('<<', valueStart)) return false;
    return !this.masked || !this.text.slice(valueStart, valueEnd).includes(MASK_FIRST);
  }

  private merge(node: { open?: true }, properties: Property[], value: SyntaxNode | undefined): void {
    const sources = value?.kind === 'array' ? value.items : [value];
    for (const source of sources) {
      if (source?.kind === 'object') properties.unshift(...source.properties);
      else node.open = true;
    }
  }

  private sequence(
    event: Extract<Event, { type: typeof EVENT_SEQUENCE }>,
    parent: ObjectNode | ArrayNode | undefined,
  ): ArrayNode {
    const items: SyntaxNode[] = [];
    const node: { -readonly [K in keyof ArrayNode]: ArrayNode[K] } = {
      kind: 'array',
      document: this.document,
      start: event.start,
      end: event.start,
      items,
      style: event.style === FLOW ? 'flow' : 'block',
      tag: this.tagOf(event),
      parent,
    };
    this.anchor(event, node);
    let last = event.start;
    while (this.events[this.#next] && this.events[this.#next]!.type !== EVENT_POP) {
      const itemEvent = this.events[this.#next]!;
      const item = this.node(node);
      last = Math.max(last, endOf(itemEvent, item));
      items.push(item);
    }
    this.#next++;
    node.end = event.style === FLOW ? this.closing(last, ']') : last;
    return node;
  }

  /** The end of a flow collection: behind its bracket, which follows the last item, blanks, commas and comments. */
  private closing(from: number, bracket: string): number {
    const wanted = bracket.charCodeAt(0);
    for (let at = from; at < this.text.length; at++) {
      const char = this.text.charCodeAt(at);
      if (char === wanted) return at + 1;
      if (char === 0x23) {
        const newline = this.text.indexOf('\n', at);
        at = newline < 0 ? this.text.length : newline;
      }
    }
    return from;
  }

  private scalar(event: ScalarEvent, parent: ObjectNode | ArrayNode | undefined): SyntaxNode {
    const { document, text } = this;
    if (event.valueStart < 0) {
      const at = this.emptyPlace();
      const node: SyntaxNode = { kind: 'null', document, start: at, end: at, parent };
      this.anchor(event, node);
      return node;
    }
    const style = STYLES[event.style] ?? 'plain';
    const quoted = style === 'single' || style === 'double';
    const start = event.valueStart - (quoted ? 1 : 0);
    const end = event.valueEnd + (quoted ? 1 : 0);
    const tag = this.tagOf(event);
    if (style === 'plain' && tag === undefined) {
      const length = event.valueEnd - event.valueStart;
      const special = maySpecial(text.charCodeAt(event.valueStart), length)
        ? resolvePlain(text.slice(event.valueStart, event.valueEnd))
        : undefined;
      if (special) {
        const node: SyntaxNode = Object.assign(special, { document, start, end, parent });
        this.anchor(event, node);
        return node;
      }
    }
    const decode = event.fast ? undefined : () => decodeYamlScalar(text, event, () => getScalarValue(text, event));
    const source = new SourceString(document, start, end, event.valueStart, event.valueEnd, style, text, decode, tag);
    source.parent = parent;
    this.anchor(event, source);
    return source;
  }

  /** An empty value has no place of its own: it stands behind what was read last. */
  private emptyPlace(): number {
    for (let i = this.#next - 2; i >= 0; i--) {
      const event = this.events[i]!;
      if (event.type === EVENT_SCALAR && event.valueEnd >= 0) {
        const colon = this.text.indexOf(':', event.valueEnd);
        return colon < 0 ? event.valueEnd : colon + 1;
      }
    }
    return 0;
  }

  private tagOf(event: { tagStart: number; tagEnd: number }): string | undefined {
    return event.tagStart < 0 ? undefined : this.text.slice(event.tagStart, event.tagEnd);
  }

  private anchor(event: { anchorStart: number; anchorEnd: number }, node: SyntaxNode): void {
    if (event.anchorStart >= 0) this.#anchors.set(this.text.slice(event.anchorStart, event.anchorEnd), node);
  }
}

/** A key whose value is not typed yet has a null of no width: rules see a missing value. */
function asTyped(value: SyntaxNode | undefined): SyntaxNode | undefined {
  return value?.kind === 'null' && value.end === value.start ? undefined : value;
}

function endOf(event: Event, node: SyntaxNode): number {
  if (event.type === EVENT_ALIAS) return event.anchorEnd;
  if (
    event.type === EVENT_SCALAR &&
    (event.style === SCALAR_STYLE_LITERAL_BLOCK || event.style === SCALAR_STYLE_FOLDED_BLOCK)
  ) {
    return event.valueEnd;
  }
  return node.end;
}

/** Keys that are numbers or booleans are names all the same (`on:`, `443:`). */
function asKey(key: SyntaxNode, text: string): StringNode | undefined {
  if (key.kind === 'string') return key;
  // IAM has an operator of the name `Null`; what stands there as a word is a key by that name.
  const word = key.kind === 'number' || key.kind === 'boolean' || (key.kind === 'null' && key.end > key.start);
  if (!word) return undefined;
  return new SourceString(key.document, key.start, key.end, key.start, key.end, 'plain', text);
}

function isMask(raw: string): boolean {
  return raw.includes(MASK_FIRST) && raw.replaceAll(MASK_FIRST, '').replaceAll(MASK_REST, '') === '';
}

type Special =
  | { kind: 'null' }
  | { kind: 'boolean'; value: boolean; source: string }
  | { kind: 'number'; value: number; source: string };

const NUMBER =
  /^(?:[-+]?(?:0|[1-9][0-9_]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9]+(?:[eE][-+]?[0-9]+)?|0x[0-9a-fA-F]+|0o[0-7]+|0[0-7]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** Can a word of this first letter and length be anything but a string? `~`, `null`, `yes`, `on`, `true`, a number, … */
function maySpecial(first: number, length: number): boolean {
  if (length > 40) return false;
  // + - . 0-9 ~
  if ((first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46 || first === 126) return true;
  // f n o t y in either case
  const lower = first | 32;
  return length <= 5 && (lower === 102 || lower === 110 || lower === 111 || lower === 116 || lower === 121);
}

/** What Kubernetes' YAML reads from a plain word: YAML 1.1's booleans too. */
function resolvePlain(word: string): Special | undefined {
  const first = word.charCodeAt(0);
  if ((first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46) {
    return NUMBER.test(word) ? { kind: 'number', value: Number(word.replaceAll('_', '')), source: word } : undefined;
  }
  switch (word) {
    case '':
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return { kind: 'null' };
  }
  if (/^(?:true|yes|on)$/i.test(word) && isOneCase(word)) return { kind: 'boolean', value: true, source: word };
  if (/^(?:false|no|off)$/i.test(word) && isOneCase(word)) return { kind: 'boolean', value: false, source: word };
  return undefined;
}

function isOneCase(word: string): boolean {
  return (
    word === word.toLowerCase() ||
    word === word.toUpperCase() ||
    word === word[0]!.toUpperCase() + word.slice(1).toLowerCase()
  );
}

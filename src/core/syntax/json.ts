import { type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser';
import { type Decoded, SourceString } from './sourceString.js';
import { maskTemplatesInJson } from './templates.js';
import { isMasked, MASK_FIRST, MASK_REST } from './text.js';
import type { ArrayNode, ObjectNode, Property, SourceDocument, SyntaxNode } from './tree.js';

export interface SyntaxFault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

export interface ParsedJson {
  readonly root: SyntaxNode | undefined;
  readonly faults: readonly SyntaxFault[];
}

/** Deeper text is no document that a person wrote; the parser below is recursive. */
const MAX_DEPTH = 200;

type OpenObject = { -readonly [K in keyof ObjectNode]: ObjectNode[K] } & { properties: Property[] };
type OpenArray = { -readonly [K in keyof ArrayNode]: ArrayNode[K] } & { items: SyntaxNode[] };

/** Tolerant: comments, trailing commas, half-typed text. Never throws. */
export function parseJson(document: SourceDocument): ParsedJson {
  const source = maskTemplatesInJson(document.text);
  const faults: SyntaxFault[] = [];
  if (deeperThan(source, MAX_DEPTH)) {
    return { root: undefined, faults: [{ message: `nested deeper than ${MAX_DEPTH} levels`, start: 0, end: 0 }] };
  }
  const stack: (OpenObject | OpenArray)[] = [];
  let root: SyntaxNode | undefined;
  let key: SourceString | undefined;

  const string = (offset: number, length: number): SourceString => {
    const closed = length > 1 && source[offset + length - 1] === '"';
    const contentEnd = offset + length - (closed ? 1 : 0);
    const escaped = source.indexOf('\\', offset + 1);
    const decode = escaped >= 0 && escaped < contentEnd ? () => decodeJson(source, offset + 1, contentEnd) : undefined;
    return new SourceString(document, offset, offset + length, offset + 1, contentEnd, 'double', source, decode);
  };
  const flushKey = () => {
    const top = stack[stack.length - 1];
    if (key && top?.kind === 'object') top.properties.push({ key, value: undefined });
    key = undefined;
  };
  const add = (node: SyntaxNode) => {
    const top = stack[stack.length - 1];
    if (!top) {
      root ??= node;
      return;
    }
    node.parent = top;
    if (top.kind === 'array') {
      if (node.kind === 'string' && isSoleMask(node.raw)) top.open = true;
      top.items.push(node);
    } else if (key) {
      top.properties.push({ key, value: node });
      key = undefined;
    }
  };
  const close = (offset: number, length: number) => {
    flushKey();
    const top = stack.pop();
    if (top) top.end = offset + length;
  };

  visit(
    source,
    {
      onObjectBegin: (offset) => {
        const node: OpenObject = {
          kind: 'object',
          document,
          start: offset,
          end: source.length,
          properties: [],
          style: 'flow',
        };
        add(node);
        stack.push(node);
      },
      onArrayBegin: (offset) => {
        const node: OpenArray = {
          kind: 'array',
          document,
          start: offset,
          end: source.length,
          items: [],
          style: 'flow',
        };
        add(node);
        stack.push(node);
      },
      onObjectProperty: (_name, offset, length) => {
        flushKey();
        key = string(offset, length);
        key.parent = stack[stack.length - 1];
      },
      onObjectEnd: close,
      onArrayEnd: close,
      onLiteralValue: (value, offset, length) => {
        const place = { document, start: offset, end: offset + length };
        if (typeof value === 'string') add(string(offset, length));
        else if (typeof value === 'number')
          add({ kind: 'number', ...place, value, source: source.slice(offset, offset + length) });
        else if (typeof value === 'boolean') add({ kind: 'boolean', ...place, value, source: String(value) });
        else add({ kind: 'null', ...place });
      },
      onError: (code: ParseErrorCode, offset, length) => {
        faults.push({ message: printParseErrorCode(code), start: offset, end: offset + length });
      },
    },
    { allowTrailingComma: true, disallowComments: false },
  );
  while (stack.length > 0) close(source.length, 0);
  return { root, faults };
}

function isSoleMask(raw: string): boolean {
  return isMasked(raw) && raw.replaceAll(MASK_FIRST, '').replaceAll(MASK_REST, '') === '';
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Decodes `source[start, end)`, the inside of a JSON string, and remembers where each character came from. */
export function decodeJson(source: string, start: number, end: number): Decoded {
  let raw = '';
  const offsets: number[] = [];
  for (let at = start; at < end; ) {
    offsets.push(at);
    const char = source[at]!;
    if (char !== '\\' || at + 1 >= end) {
      raw += char;
      at++;
      continue;
    }
    const letter = source[at + 1]!;
    const code = letter === 'u' ? /^[0-9a-fA-F]{4}/.exec(source.slice(at + 2, Math.min(at + 6, end)))?.[0] : undefined;
    raw += code ? String.fromCharCode(Number.parseInt(code, 16)) : (ESCAPES[letter] ?? letter);
    at += code ? 6 : 2;
  }
  offsets.push(end);
  return { raw, offsets };
}

function deeperThan(text: string, limit: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 123 || code === 91) {
      if (++depth > limit) return true;
    } else if (code === 125 || code === 93) depth--;
  }
  return false;
}

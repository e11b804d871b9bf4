import {
  SCALAR_STYLE_DOUBLE_QUOTED,
  SCALAR_STYLE_FOLDED_BLOCK,
  SCALAR_STYLE_LITERAL_BLOCK,
  SCALAR_STYLE_SINGLE_QUOTED,
  type ScalarEvent,
} from 'js-yaml';
import type { Decoded } from './sourceString.js';

/**
 * Decodes a scalar that does not stand verbatim, and remembers where each character came from.
 * @param reference the parser's own value; it decides where our walk disagrees, and the offsets are then approximate
 */
export function decodeYamlScalar(text: string, event: ScalarEvent, reference: () => string): Decoded {
  const walk = new Walk(text, event.valueEnd);
  switch (event.style) {
    case SCALAR_STYLE_LITERAL_BLOCK:
    case SCALAR_STYLE_FOLDED_BLOCK:
      block(walk, event);
      break;
    case SCALAR_STYLE_DOUBLE_QUOTED:
      flow(walk, event, 'double');
      break;
    case SCALAR_STYLE_SINGLE_QUOTED:
      flow(walk, event, 'single');
      break;
    default:
      flow(walk, event, 'plain');
  }
  const raw = reference();
  return { raw, offsets: walk.fitted(raw) };
}

class Walk {
  raw = '';
  readonly offsets: number[] = [];

  constructor(
    readonly text: string,
    private readonly end: number,
  ) {}

  push(char: string, at: number): void {
    for (let i = 0; i < char.length; i++) this.offsets.push(at);
    this.raw += char;
  }

  /** Offsets for the parser's value: ours up to where the two differ (chomping), the end behind it. */
  fitted(value: string): number[] {
    const result = this.offsets.slice(0, value.length);
    while (result.length <= value.length) result.push(this.end);
    return result;
  }
}

interface BlockLine {
  /** Without the block's indentation and the line end. */
  readonly content: string;
  readonly start: number;
  /** Where the line end stands. */
  readonly end: number;
}

function block(walk: Walk, event: ScalarEvent): void {
  const lines = blockLines(walk.text, event);
  const folded = event.style === SCALAR_STYLE_FOLDED_BLOCK;
  for (const [index, line] of lines.entries()) {
    for (let i = 0; i < line.content.length; i++) walk.push(line.content[i]!, line.start + i);
    const kept = folded ? foldedBreak(lines, index) : '\n';
    if (kept !== '') walk.push(kept, line.end);
  }
}

function blockLines(text: string, event: ScalarEvent): BlockLine[] {
  const lines: BlockLine[] = [];
  let indentation = event.indent;
  for (let at = event.valueStart; at < event.valueEnd; ) {
    const newline = text.indexOf('\n', at);
    const lineEnd = newline < 0 || newline >= event.valueEnd ? event.valueEnd : newline;
    const end = text[lineEnd - 1] === '\r' && lineEnd > at ? lineEnd - 1 : lineEnd;
    const line = text.slice(at, end);
    const blanks = /^ */.exec(line)![0].length;
    if (indentation < 0 && blanks < line.length) indentation = blanks;
    const strip = Math.min(indentation < 0 ? blanks : indentation, blanks);
    lines.push({ content: line.slice(strip), start: at + strip, end });
    at = lineEnd + 1;
  }
  return lines;
}

/** What becomes of the line break behind a line of a folded scalar. */
function foldedBreak(lines: readonly BlockLine[], index: number): '' | ' ' | '\n' {
  const line = lines[index]!;
  if (line.content === '') return '\n';
  let next = index + 1;
  while (next < lines.length && lines[next]!.content === '') next++;
  // Line breaks at the end are kept or not as a whole; those round lines that are indented further are kept.
  if (next === lines.length || isIndentedFurther(line) || isIndentedFurther(lines[next]!)) return '\n';
  return next === index + 1 ? ' ' : '';
}

function isIndentedFurther({ content }: BlockLine): boolean {
  return content.startsWith(' ') || content.startsWith('\t');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

function flow(walk: Walk, event: ScalarEvent, style: 'plain' | 'single' | 'double'): void {
  const { text } = walk;
  for (let at = event.valueStart; at < event.valueEnd; ) {
    const char = text[at]!;
    if (
      char === '\n' ||
      char === '\r' ||
      ((char === ' ' || char === '\t') && /^[ \t]*\r?\n/.test(text.slice(at, event.valueEnd)))
    ) {
      at = foldLines(walk, at, event.valueEnd);
    } else if (style === 'single' && char === "'" && text[at + 1] === "'") {
      walk.push("'", at);
      at += 2;
    } else if (style === 'double' && char === '\\') {
      at = unescapeInto(walk, at, event.valueEnd);
    } else {
      walk.push(char, at);
      at++;
    }
  }
}

function foldLines(walk: Walk, from: number, end: number): number {
  const blank = /^[ \t]*(?:\r?\n[ \t]*)+/.exec(walk.text.slice(from, end))?.[0] ?? '\n';
  const breaks = blank.split('\n').length - 1;
  if (breaks <= 1) walk.push(' ', from);
  else for (let i = 1; i < breaks; i++) walk.push('\n', from);
  return from + blank.length;
}

function unescapeInto(walk: Walk, at: number, end: number): number {
  const { text } = walk;
  const next = text[at + 1] ?? '';
  if (next === '\n' || next === '\r') {
    const skipped = /^\\\r?\n(?:[ \t]*\r?\n)*[ \t]*/.exec(text.slice(at, end))?.[0].length ?? 2;
    return at + skipped;
  }
  const width = next === 'x' ? 2 : next === 'u' ? 4 : next === 'U' ? 8 : 0;
  if (width > 0) {
    const code = Number.parseInt(text.slice(at + 2, at + 2 + width), 16);
    walk.push(Number.isNaN(code) || code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code), at);
    return at + 2 + width;
  }
  walk.push(ESCAPES[next] ?? next, at);
  return at + 2;
}

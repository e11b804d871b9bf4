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

function block(walk: Walk, event: ScalarEvent): void {
  const folded = event.style === SCALAR_STYLE_FOLDED_BLOCK;
  const { text } = walk;
  let at = event.valueStart;
  let breaks = 0;
  let lastBreak = at;
  let previousMore = false;
  let first = true;
  while (at < event.valueEnd) {
    const newline = text.indexOf('\n', at);
    const lineEnd = newline < 0 || newline >= event.valueEnd ? event.valueEnd : newline;
    let contentEnd = lineEnd;
    if (text[contentEnd - 1] === '\r') contentEnd--;
    const line = text.slice(at, contentEnd);
    const indent = line.length - line.trimStart().length;
    const strip = Math.min(event.indent < 0 ? indent : event.indent, indent);
    const content = line.slice(strip);
    if (content === '') {
      breaks++;
    } else {
      const more = content.startsWith(' ') || content.startsWith('\t');
      if (!first || breaks > 0)
        emitBreaks(walk, folded && !first && !more && !previousMore, first ? breaks : breaks, lastBreak, first);
      for (let i = 0; i < content.length; i++) walk.push(content[i]!, at + strip + i);
      previousMore = more;
      breaks = 0;
      first = false;
    }
    if (content !== '') lastBreak = contentEnd;
    at = lineEnd + 1;
    if (content !== '' && lineEnd < event.valueEnd) breaks = 1;
  }
  for (let i = 0; i < breaks; i++) walk.push('\n', lastBreak);
}

function emitBreaks(walk: Walk, fold: boolean, breaks: number, at: number, first: boolean): void {
  if (!fold || first) for (let i = 0; i < breaks; i++) walk.push('\n', at);
  else if (breaks === 1) walk.push(' ', at);
  else for (let i = 1; i < breaks; i++) walk.push('\n', at);
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
    const skipped = /^\\\r?\n[ \t]*/.exec(text.slice(at, end))?.[0].length ?? 2;
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

import type { HclTemplate, HclTemplatePart, Span } from './hclAst.js';
import { interpolationEnd } from './hclScan.js';
import { hclUnescape } from './hclText.js';
import { type Hole, MASK_FIRST, mask } from './text.js';

export interface DecodedTemplate {
  readonly raw: string;
  readonly offsets?: readonly number[];
  readonly masked: readonly Hole[];
}

/** What a `${…}` yields: known text (which may have holes of its own), or a hole. */
export type Filled = { readonly raw: string; readonly masked: readonly Hole[] } | { readonly hole: Hole };

interface Options {
  /** `\n`, `\"`, …: quoted strings have them, heredocs and files don't. */
  readonly escapes: boolean;
  /** Take the lines' common indentation away. */
  readonly flush: boolean;
  /** `&{aws:…}`, which `aws_iam_policy_document` has for IAM's variables. */
  readonly policyVariables: boolean;
}

export function decodeTemplate(
  text: string,
  template: HclTemplate,
  fill: (part: HclTemplatePart) => Filled,
  policyVariables: boolean,
): DecodedTemplate {
  return decode(text, template.content, template.parts, fill, {
    escapes: template.style === 'double',
    flush: template.flush,
    policyVariables,
  });
}

/** The `${…}` and `%{…}` of a text that is a template as a whole: a file's content, a string of Terraform's JSON syntax. */
export function templateParts(text: string): { kind: 'interpolation' | 'directive'; start: number; end: number }[] {
  const parts: { kind: 'interpolation' | 'directive'; start: number; end: number }[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if ((char !== '$' && char !== '%') || text[at + 1] !== '{') continue;
    if (text[at - 1] === char) {
      at++;
      continue;
    }
    const end = interpolationEnd(text, at);
    if (end === undefined) continue;
    parts.push({ kind: char === '$' ? 'interpolation' : 'directive', start: at, end });
    at = end - 1;
  }
  return parts;
}

/** @param text offsets of the result are in it */
export function decode<P extends Span>(
  text: string,
  content: Span,
  parts: readonly P[],
  fill: (part: P) => Filled,
  { escapes, flush, policyVariables }: Options,
): DecodedTemplate {
  const body = text.slice(content.start, content.end);
  const plain = !flush && parts.length === 0 && !(escapes && body.includes('\\')) && !/\$\$\{|%%\{/.test(body);
  if (plain) return { raw: policyVariables ? body.replaceAll('&{', '${') : body, masked: [] };
  const indent = flush ? commonIndent(text, content, parts) : 0;
  const masked: Hole[] = [];
  const offsets: number[] = [];
  let raw = '';
  let next = 0;
  let at = content.start;
  let lineStart = true;
  // Is the text a JSON document, and are we between its strings?
  let json: boolean | undefined;
  let inString = false;
  const add = (chars: string, from: number) => {
    for (let i = 0; i < chars.length; i++) {
      const char = chars[i]!;
      if (json === undefined && char.trim() !== '') json = char === '{' || char === '[';
      if (json && char === '"' && (i > 0 ? chars[i - 1] : raw.at(-1)) !== '\\') inString = !inString;
      offsets.push(from);
    }
    raw += chars;
  };
  while (at < content.end) {
    if (lineStart && indent > 0) {
      const line = /^[ \t]*/.exec(text.slice(at, Math.min(at + indent, content.end)))![0];
      at += line.length;
      lineStart = false;
      continue;
    }
    lineStart = false;
    const part = parts[next];
    if (part && at >= part.start) {
      const filled = fill(part);
      if ('hole' in filled) {
        const length = part.end - part.start;
        // Behind a colon of JSON it is a value of its own, which only a string can stand for.
        const value = json && !inString && length > 2 && /[:,[]\s*$/.test(raw.slice(-40));
        const run = value ? `"${mask(length - 2)}"` : mask(length);
        for (let i = 0; i < length; i++) offsets.push(part.start + i);
        raw += run;
        masked.push(filled.hole);
      } else {
        add(filled.raw, part.start);
        masked.push(...filled.masked);
      }
      at = Math.max(part.end, at + 1);
      next++;
      continue;
    }
    const char = text[at]!;
    if (escapes && char === '\\') {
      const { char: decoded, length } = hclUnescape(text, at);
      add(decoded, at);
      at += length;
    } else if ((char === '$' || char === '%') && text[at + 1] === char && text[at + 2] === '{') {
      add(char, at);
      add('{', at + 2);
      at += 3;
    } else if (char === '&' && policyVariables && text[at + 1] === '{') {
      add('$', at++);
    } else {
      // Source that happens to hold the mask's own characters must not pass for a hole.
      add(char === MASK_FIRST ? '\uFFFD' : char, at);
      lineStart = char === '\n';
      at++;
    }
  }
  offsets.push(content.end);
  const verbatim = offsets.every((offset, i) => offset === content.start + i);
  return { raw, masked, ...(verbatim ? {} : { offsets }) };
}

function commonIndent(text: string, content: Span, parts: readonly Span[]): number {
  let smallest = Number.POSITIVE_INFINITY;
  let part = 0;
  for (let line = content.start; line < content.end; ) {
    const newline = text.indexOf('\n', line);
    const end = newline < 0 || newline >= content.end ? content.end : newline;
    while (part < parts.length && parts[part]!.end <= line) part++;
    const inside = parts[part] !== undefined && parts[part]!.start < line;
    const blanks = /^[ \t]*/.exec(text.slice(line, end))![0].length;
    if (!inside && text.slice(line + blanks, end).trim() !== '') smallest = Math.min(smallest, blanks);
    line = end + 1;
  }
  return smallest === Number.POSITIVE_INFINITY ? 0 : smallest;
}

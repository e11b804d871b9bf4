import { mask } from './text.js';

/** Longer ones are no actions, but text that lost its end. */
const LONGEST = 4000;
// Quotes may hold braces (`{{ "{{" }}`); an action that another one begins in is not closed yet.
const COMMENT = String.raw`\{\{-?\s*\/\*[\s\S]{0,${LONGEST}}?\*\/\s*-?\}\}`;
const STRING = String.raw`"(?:[^"\\\n]|\\.)*"|\x60[^\x60]*\x60`;
const ACTION = new RegExp(String.raw`\$?${COMMENT}|\$?\{\{(?:${STRING}|(?!\{\{)[^"\x60]){0,${LONGEST}}?\}\}`, 'g');
const INLINE_IF = /\{\{-?\s*(?:if|with|range)\b[^\n]{0,1000}?\{\{-?\s*end\s*-?\}\}/g;
const CONTROL =
  /^\{\{-?\s*(?:if|else|end|range|with|define|block|template|break|continue|\/\*|\$[\w]*\s*:?=|fail\b|required\b(?!.*\|))/;

/**
 * Masks `{{ … }}` (Helm, Go templates, Jinja) so that the rest parses: the offsets stay. A line that is nothing but a
 * control action becomes blank; one that inserts text becomes a key that nobody knows, so that the mapping counts as open.
 */
export function maskTemplates(text: string): string {
  if (!text.includes('{{')) return text;
  let result = text.replace(INLINE_IF, (found) => (aloneOnLine(found) ? found : masked(found)));
  result = result.replace(ACTION, (found, at: number) => maskAction(result, found, at));
  return result;
}

function aloneOnLine(found: string): boolean {
  return found.includes('\n');
}

function masked(found: string): string {
  if (!found.includes('\n')) return mask(found.length);
  // A hole over several lines: its lines stay blank, its last one holds the mask.
  const last = found.lastIndexOf('\n') + 1;
  return blank(found.slice(0, last)) + mask(found.length - last);
}

function blank(found: string): string {
  return found.replace(/[^\r\n]/g, ' ');
}

function maskAction(text: string, found: string, at: number): string {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const newline = text.indexOf('\n', at + found.length);
  const lineEnd = newline < 0 ? text.length : newline;
  const before = text.slice(lineStart, at);
  const after = text.slice(at + found.length, lineEnd);
  const alone = before.trim() === '' && (after.trim() === '' || /^\s*#/.test(after));
  if (CONTROL.test(found)) return blank(found);
  if (!alone) return masked(found);
  const indent = /nindent\s+(\d+)/.exec(found)?.[1];
  if (found.includes('\n') || found.length < 3) return blank(found);
  // `{{- include "labels" . | nindent 4 }}` stands for a mapping's lines at that indentation.
  const wanted = indent === undefined ? before.length : Number(indent);
  const shift = Math.max(0, wanted - before.length);
  if (found.length - shift < 2) return blank(found);
  return `${' '.repeat(shift)}${mask(found.length - shift - 1)}:`;
}

/** In JSON a template action outside of a string must still be a value: it becomes a string. */
export function maskTemplatesInJson(source: string): string {
  const text = withoutQuotes(withoutDirectives(source));
  if (!text.includes('{{') && !/[[:,\s]\$\{/.test(text)) return text;
  let result = '';
  let inString = false;
  let at = 0;
  const lastClose = text.lastIndexOf('}}');
  const lastBrace = text.lastIndexOf('}');
  while (at < text.length) {
    const char = text[at]!;
    const action = char === '{' && text[at + 1] === '{' && at < lastClose ? text.indexOf('}}', at) + 2 : 0;
    const dollar = !inString && char === '$' && text[at + 1] === '{' && at < lastBrace ? text.indexOf('}', at) + 1 : 0;
    const end = Math.max(action > 1 ? action : 0, dollar);
    if (end > at && isAction(text, at, end, inString)) {
      const found = text.slice(at, end);
      if (inString) result += masked(found);
      else if (CONTROL.test(found) || found.includes('\n') || found.length < 3) result += blank(found);
      else result += `"${mask(found.length - 2)}"`;
      at = end;
      continue;
    }
    if (char === '"') inString = !inString;
    else if (char === '\\' && inString) {
      result += char + (text[at + 1] ?? '');
      at += 2;
      continue;
    } else if (char === '\n') inString = false;
    result += char;
    at++;
  }
  return result;
}

// `"${replace(var.url, "https://", "")}:sub"`: the quotes of the expression end no string.
const QUOTING = /\$\{\s*[A-Za-z_][\w.]*[([](?:"(?:[^"\\\n]|\\.)*"|[^"{}\n]){0,1000}\}/g;

function withoutQuotes(text: string): string {
  if (!text.includes('${')) return text;
  return text.replace(QUOTING, (found) => (found.includes('"') ? mask(found.length) : found));
}

/** A string as JSON writes it, but for the expressions of a template: those keep their own quotes. */
export function quotedInJson(text: string): string {
  let written = '';
  let at = 0;
  for (const { 0: expression, index } of text.matchAll(QUOTING)) {
    written += JSON.stringify(text.slice(at, index)).slice(1, -1) + expression;
    at = index + expression.length;
  }
  return `"${written}${JSON.stringify(text.slice(at)).slice(1, -1)}"`;
}

// `{{"a":1}}`-like text is no template action; JSON in an object in an object has a quote or a brace there.
function isAction(text: string, at: number, end: number, inString: boolean): boolean {
  if (end - at > LONGEST) return false;
  if (text[at] === '$' || inString) return true;
  const inner = text.slice(at + 2, end - 2);
  return !/^\s*["{]/.test(inner) && !/\n\s*\n/.test(inner);
}

// Jinja's `{% … %}` and `{# … #}`, Terraform's `%{ … }`: they yield nothing themselves.
const DIRECTIVE = /\{[%#][\s\S]{0,2000}?[%#]\}|%\{~?\s*(?:if|else|endif|for|endfor)\b[^{}\n]{0,400}\}/g;

function withoutDirectives(text: string): string {
  if (!/\{[%#]|%\{/.test(text)) return text;
  // Where it reads well as it is, what looks like one stands in a string, or begins in one string and ends in another.
  return isJson(text)
    ? text.replace(JSON_STRING, (string) => string.replace(DIRECTIVE, masked))
    : text.replace(DIRECTIVE, blank);
}

const JSON_STRING = /"(?:[^"\\]|\\.)*"/g;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const BLOCK = /\{\{-?\s*(if|with|range|define|block|end)\b/g;

/** Does a template decide between these two places of a text whether what stands at the second is there at all? */
export function isConditional(text: string, from: number, to: number): boolean {
  if (!text.includes('{{')) return false;
  let depth = 0;
  for (const [, word] of text.slice(from, to).matchAll(BLOCK))
    depth = word === 'end' ? Math.max(0, depth - 1) : depth + 1;
  return depth > 0;
}

const BRANCHES = /\{\{-?\s*(if|with|range|define|block|else|end)\b/g;

/** Do two places of a text stand in branches of which a template takes one: before and behind an `else`? */
export function areExclusive(text: string, first: number, second: number): boolean {
  if (!text.includes('{{')) return false;
  const [from, to] = first < second ? [first, second] : [second, first];
  // The blocks around a place, each with the number of its branch.
  const around: { readonly at: number; branch: number }[] = [];
  let before: readonly { readonly at: number; readonly branch: number }[] | undefined;
  for (const { 1: word, index } of text.slice(0, to).matchAll(BRANCHES)) {
    if (index > from) before ??= around.map((block) => ({ ...block }));
    if (word === 'end') around.pop();
    else if (word !== 'else') around.push({ at: index, branch: 0 });
    else if (around.length > 0) around[around.length - 1]!.branch++;
  }
  return (before ?? []).some(({ at, branch }) => around.some((block) => block.at === at && block.branch !== branch));
}

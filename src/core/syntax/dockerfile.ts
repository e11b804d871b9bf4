import { EMPTY, mask, type Text, textOf } from './text.js';

/** `ENV NAME=value`, `ENV NAME value`, `ARG NAME[=value]`: one for each name. Offsets are the file's. */
export interface DockerVariable {
  readonly instruction: 'ENV' | 'ARG';
  readonly name: string;
  /** Undefined for a bare `ARG NAME`. */
  readonly value?: Text;
  /** Of name and value together. */
  readonly start: number;
  readonly end: number;
}

/** The variables that a Dockerfile sets or takes, in every stage. Never throws. */
export function dockerVariables(text: string): DockerVariable[] {
  const escapeChar = /^(?:\s*#[^\n]*\n)*?\s*#\s*escape\s*=\s*`/i.test(text) ? '`' : '\\';
  return logicalLines(text, escapeChar).flatMap((line) => {
    const found = /^\s*(?:ONBUILD\s+)?(ENV|ARG)\s+/i.exec(line.text);
    if (!found) return [];
    const instruction = found[1]!.toUpperCase() === 'ENV' ? 'ENV' : 'ARG';
    return variablesIn(line, found[0].length, instruction, escapeChar);
  });
}

/** An instruction with its continuation lines joined and the comments between them left out. */
interface LogicalLine {
  text: string;
  /** Offset in the file of each character, and of the end. */
  readonly offsets: number[];
}

function logicalLines(text: string, escapeChar: string): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let open: LogicalLine | undefined;
  let at = 0;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const next = newline < 0 ? text.length : newline + 1;
    const line = text.slice(at, newline < 0 ? text.length : newline).replace(/\r$/, '');
    const blank = line.trim() === '' || line.trimStart().startsWith('#');
    if (!blank) {
      const continued = line.trimEnd().endsWith(escapeChar);
      const content = continued ? line.trimEnd().slice(0, -1) : line;
      if (!open) {
        open = { text: '', offsets: [] };
        lines.push(open);
      }
      for (let i = 0; i < content.length; i++) open.offsets.push(at + i);
      open.text += content;
      if (!continued) {
        open.offsets.push(at + content.length);
        at = behindHeredocs(text, next, open.text);
        open = undefined;
        continue;
      }
    }
    at = next;
  }
  open?.offsets.push(text.length);
  return lines;
}

/** `RUN <<EOF`, `COPY <<-"A" <<B /x`: their bodies are no instructions. */
function behindHeredocs(text: string, from: number, line: string): number {
  if (!/^\s*(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\b/i.test(line)) return from;
  let at = from;
  for (const found of line.matchAll(/<<(-?)(["']?)([A-Za-z_][\w.-]*)\2/g)) {
    const end = new RegExp(`^${found[1] ? '\\t*' : ''}${found[3]!.replaceAll('.', '\\.')}\\r?$`, 'm').exec(
      text.slice(at),
    );
    // An end that is not typed yet: the rest of the file is its body.
    if (!end) return text.length;
    const newline = text.indexOf('\n', at + end.index);
    at = newline < 0 ? text.length : newline + 1;
  }
  return at;
}

interface Word {
  readonly start: number;
  readonly end: number;
  /** Quotes and escapes taken away; variables masked. */
  readonly value: string;
  readonly expressions: readonly string[];
}

function variablesIn(
  line: LogicalLine,
  from: number,
  instruction: 'ENV' | 'ARG',
  escapeChar: string,
): DockerVariable[] {
  const place = (start: number, end: number) => ({
    start: line.offsets[start]!,
    end: line.offsets[end - 1]! + 1,
  });
  const words = wordsOf(line.text, from, escapeChar);
  const [first] = words;
  if (!first) return [];
  if (instruction === 'ENV' && !first.value.includes('=')) {
    // The old form: all behind the name is the value.
    const rest = words.slice(1);
    const last = rest.at(-1) ?? first;
    const values = rest.map((word) => asText(word, 0));
    const value = values.flatMap((text, index) => (index === 0 ? text : [' ', ...text]));
    return [{ instruction, name: first.value, value, ...place(first.start, last.end) }];
  }
  return words.map((word) => {
    const equals = word.value.indexOf('=');
    const name = equals < 0 ? word.value : word.value.slice(0, equals);
    return {
      instruction,
      name,
      ...(equals < 0 ? {} : { value: asText(word, equals + 1) }),
      ...place(word.start, word.end),
    };
  });
}

function asText(word: Word, from: number): Text {
  const value = word.value.slice(from);
  let next = 0;
  return value === '' ? EMPTY : textOf(value, () => word.expressions[next++] ?? '…');
}

const VARIABLE = /\$(?:\{[^}\s]*\}|[A-Za-z_]\w*)/y;

function variableAt(text: string, at: number): string | undefined {
  VARIABLE.lastIndex = at;
  return VARIABLE.exec(text)?.[0];
}

function wordsOf(text: string, from: number, escapeChar: string): Word[] {
  const words: Word[] = [];
  let at = from;
  while (at < text.length) {
    while (/\s/.test(text[at] ?? '')) at++;
    if (at >= text.length) break;
    const start = at;
    const expressions: string[] = [];
    let value = '';
    let quote = '';
    for (; at < text.length && (quote !== '' || !/\s/.test(text[at]!)); at++) {
      const char = text[at]!;
      const variable = char === '$' && quote !== "'" ? variableAt(text, at) : undefined;
      if (variable) {
        expressions.push(variable.replace(/^\$\{?|\}$/g, ''));
        value += mask(variable.length);
        at += variable.length - 1;
      } else if (char === escapeChar && quote !== "'" && at + 1 < text.length) {
        value += text[++at]!;
      } else if (char === quote) quote = '';
      else if (quote === '' && (char === '"' || char === "'")) quote = char;
      else value += char;
    }
    words.push({ start, end: at, value, expressions });
  }
  return words;
}

import type { HclLabel, Span } from './hclAst.js';
import { heredocEnd, stringEnd } from './hclScan.js';

/** A text of the same length that may parse where the original does not: offsets stay. */
export interface Mended {
  readonly text: string;
  /** Lines that were taken out. */
  readonly blanked: readonly Span[];
  /** Names in those lines that were given a `=` and no value yet. */
  readonly dangling: readonly HclLabel[];
}

interface Opener {
  readonly line: Line;
  readonly bracket: string;
}

interface Line {
  readonly start: number;
  readonly end: number;
  readonly indent: number;
}

const CLOSER: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

/**
 * Takes the marks of a line being typed away: an open quote is closed, a name without a value, half a word and a bracket
 * that nothing closes are blanked. One pass; what is unclosed is judged by the indentation, as a person would.
 */
export function mend(source: string): Mended | undefined {
  const blanks = new Set<Line>();
  const dangling: HclLabel[] = [];
  const closed: { at: number; text: string }[] = [];
  const open: Opener[] = [];
  let before = '';
  for (let at = 0; at < source.length; ) {
    const line = lineAt(source, at);
    const { code, next, unfinished } = readLine(source, line, open, blanks);
    if (unfinished) {
      if (unfinished.text.length < unfinished.room) {
        closed.push({ at: line.end - unfinished.text.length, text: unfinished.text });
        for (let i = 1; i < unfinished.text.length; i++) open.pop();
      } else blank(line, open, blanks);
    } else {
      const name = /^([\p{L}_][\p{L}\p{N}_-]*|"[^"\\]*")(\s*[=:])?$/u.exec(code);
      const inList = open.length > 0 && open[open.length - 1]!.bracket !== '{';
      if (name && !inList && !/[,([=?:&|+-]$/.test(before)) {
        blanks.add(line);
        if (name[2] !== undefined) {
          const start = line.start + line.indent;
          dangling.push({ value: name[1]!.replace(/^"|"$/g, ''), start, end: start + name[1]!.length });
        }
      }
    }
    if (code !== '') before = code;
    at = next;
  }
  for (const { line } of open) blanks.add(line);
  if (blanks.size === 0 && closed.length === 0) return undefined;
  const cuts = [
    ...[...blanks].map(({ start, end }) => ({ at: start, text: ' '.repeat(end - start) })),
    ...closed.filter(({ at }) => ![...blanks].some(({ start, end }) => at >= start && at < end)),
  ].sort((a, b) => a.at - b.at);
  let text = '';
  let done = 0;
  for (const cut of cuts) {
    text += source.slice(done, cut.at) + cut.text;
    done = cut.at + cut.text.length;
  }
  return { text: text + source.slice(done), blanked: [...blanks], dangling };
}

function lineAt(source: string, start: number): Line {
  const newline = source.indexOf('\n', start);
  let end = newline < 0 ? source.length : newline;
  if (end > start && source[end - 1] === '\r') end--;
  let indent = 0;
  while (start + indent < end && (source[start + indent] === ' ' || source[start + indent] === '\t')) indent++;
  return { start, end, indent };
}

function blank(line: Line, open: Opener[], blanks: Set<Line>): void {
  blanks.add(line);
  while (open.length > 0 && open[open.length - 1]!.line === line) open.pop();
}

/** @returns what stands on the line without comments, where the next one begins, and what an open quote on it needs */
function readLine(
  source: string,
  line: Line,
  open: Opener[],
  blanks: Set<Line>,
): { code: string; next: number; unfinished?: { text: string; room: number } } {
  let code = '';
  let at = line.start + line.indent;
  const following = () => {
    const newline = source.indexOf('\n', Math.max(at, line.start));
    return newline < 0 ? source.length : newline + 1;
  };
  while (at < line.end) {
    const char = source[at]!;
    if (char === '#' || (char === '/' && source[at + 1] === '/')) break;
    if (char === '/' && source[at + 1] === '*') {
      const end = source.indexOf('*/', at + 2);
      at = end < 0 ? source.length : end + 2;
      if (at > line.end) return { code: code.trim(), next: following() };
      continue;
    }
    if (char === '"') {
      const end = stringEnd(source, at);
      if (!end.closed && end.end <= line.end) {
        const brackets = open.filter((each) => each.line === line).map(({ bracket }) => CLOSER[bracket]!);
        return {
          code,
          next: following(),
          unfinished: { text: `"${brackets.reverse().join('')}`, room: line.end - at },
        };
      }
      // An interpolation may go over lines; hardly anybody writes one that does.
      if (end.end > line.end) return { code, next: following(), unfinished: { text: '"', room: 0 } };
      code += source.slice(at, end.end);
      at = end.end;
      continue;
    }
    if (char === '<' && source[at + 1] === '<') {
      const end = heredocEnd(source, at);
      if (end !== undefined) {
        at = end;
        return { code: '<<', next: following() };
      }
    }
    if (CLOSER[char] !== undefined) open.push({ line, bracket: char });
    else if (char === '}' || char === ']' || char === ')')
      close(char, at === line.start + line.indent, line, open, blanks);
    code += char;
    at++;
  }
  return { code: code.trim(), next: following() };
}

/** A closing bracket that begins a line is indented as the line of its opening one. */
function close(char: string, begins: boolean, line: Line, open: Opener[], blanks: Set<Line>): void {
  const fits = ({ line: opening }: Opener) => (begins ? line.indent === opening.indent : line.indent >= opening.indent);
  for (;;) {
    const top = open[open.length - 1];
    if (!top) {
      blanks.add(line);
      return;
    }
    if (top.line === line) {
      if (CLOSER[top.bracket] === char) open.pop();
      return;
    }
    if (CLOSER[top.bracket] === char && fits(top)) {
      open.pop();
      return;
    }
    const wanted = open.some((each) => CLOSER[each.bracket] === char && fits(each));
    if (!wanted) {
      blanks.add(line);
      return;
    }
    // Nothing has closed it, and this one closes something further out.
    const { line: unclosed } = open.pop()!;
    blanks.add(unclosed);
  }
}

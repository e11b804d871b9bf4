import { encodeInto } from './embed.js';
import { type Hole, mask, textOf } from './text.js';
import type { SourceDocument, StringNode } from './tree.js';

/** A command with its words, as far as a script can be read without running it. */
export interface ShellCommand {
  readonly words: readonly StringNode[];
  readonly start: number;
  readonly end: number;
}

export interface Heredoc {
  /** The body, with holes where the shell would put something in. */
  readonly body: StringNode;
  /** The file that it is written to (`> x`, `>> x`, `tee x`), where the line says so. */
  readonly target: string | undefined;
}

export interface ShellScript {
  readonly commands: readonly ShellCommand[];
  readonly heredocs: readonly Heredoc[];
}

/** Reads words, quotes, and here-documents. Tolerant: what it can't follow it takes for ordinary words. Never throws. */
export function parseShell(document: SourceDocument): ShellScript {
  const { heredocs, rest } = takeHeredocs(document);
  const expansions = new Expansions(rest);
  return { heredocs, commands: new Lexer(document, rest, expansions, 0, rest.length, 0).commands() };
}

// ── here-documents ─────────────────────────────────────────────────────────────────────────────────────────────────────

const OPENING = /(?<![<\d])<<(-?)[ \t]*(?:(["'])([^"'\n]+)\2|\\?([A-Za-z_][\w.-]*))/g;

function takeHeredocs(document: SourceDocument): { heredocs: Heredoc[]; rest: string } {
  const { text } = document;
  const heredocs: Heredoc[] = [];
  const expansions = new Expansions(text);
  /** What ends nowhere behind a place ends nowhere behind a later one. */
  const endless = new Set<string>();
  let rest = '';
  let at = 0;
  while (at < text.length) {
    const lineEnd = endOfLine(text, at);
    const line = text.slice(at, lineEnd);
    rest += line;
    at = lineEnd;
    if (!line.includes('<<') || line.trimStart().startsWith('#')) continue;
    for (const found of line.matchAll(OPENING)) {
      const delimiter = found[3] ?? found[4]!;
      const end = endless.has(delimiter) ? undefined : endOfBody(text, at, delimiter, found[1] === '-');
      // Without its last line it is no here-document, but a shift or a word in quotes.
      if (!end) {
        endless.add(delimiter);
        break;
      }
      const quoted = found[2] !== undefined || found[0].includes('\\');
      heredocs.push({
        body: bodyNode(document, expansions, at, end.content, quoted, found[1] === '-'),
        target: targetOf(line),
      });
      rest += text.slice(at, end.behind).replace(/[^\r\n]/g, ' ');
      at = end.behind;
    }
  }
  return { heredocs, rest };
}

function endOfLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline + 1;
}

function endOfBody(text: string, from: number, delimiter: string, tabs: boolean) {
  for (let at = from; at < text.length; ) {
    const next = endOfLine(text, at);
    const line = text.slice(at, next).replace(/\r?\n$/, '');
    if ((tabs ? line.replace(/^\t+/, '') : line) === delimiter) return { content: at, behind: next };
    at = next;
  }
  return undefined;
}

function targetOf(line: string): string | undefined {
  const found = /(?:>>?[ \t]*|\btee[ \t]+(?:-a[ \t]+)?)(?:"([^"]+)"|'([^']+)'|([^\s;|&<>"']+))/.exec(line);
  return found?.[1] ?? found?.[2] ?? found?.[3];
}

function bodyNode(
  document: SourceDocument,
  expansions: Expansions,
  start: number,
  end: number,
  quoted: boolean,
  tabs: boolean,
): StringNode {
  const content = new Content(document, expansions);
  const { text } = document;
  for (let at = start; at < end; ) {
    if (tabs && (at === start || text[at - 1] === '\n')) {
      while (text[at] === '\t') at++;
      if (at >= end) break;
    }
    at = quoted ? content.verbatim(at) : content.expanded(at, end, /[$`\\\n]/);
  }
  const node = content.node(start, end, 'heredoc', end);
  return quoted ? node : { ...node, encode: (value, at) => encodeInto(node, escapeExpansions(value), at) };
}

/** IAM's `${aws:…}` must reach the policy as it is; the shell's own variables are meant. */
function escapeExpansions(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\$(?=\{[a-z][\w./-]*:[^:\s])/g, '\\$');
}

// ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A decoded string under construction. */
class Content {
  #raw = '';
  readonly #offsets: number[] = [];
  readonly #ends: number[] = [];
  readonly #holes: Hole[] = [];

  constructor(
    private readonly document: SourceDocument,
    private readonly expansions: Expansions,
    private readonly substitution?: (from: number, to: number) => void,
  ) {}

  get length(): number {
    return this.#raw.length;
  }

  verbatim(at: number): number {
    this.#push(this.document.text[at]!, at, at + 1);
    return at + 1;
  }

  /** One character with `$X`, `$(…)`, backticks and escapes: what may stand behind a backslash is `escapable`. */
  expanded(at: number, end: number, escapable: RegExp): number {
    const { text } = this.document;
    const char = text[at]!;
    if (char === '\\' && at + 1 < end) {
      const next = text[at + 1]!;
      if (next === '\r' && text[at + 2] === '\n') return at + 3;
      if (!escapable.test(next)) return this.verbatim(at);
      if (next !== '\n') this.#push(next, at, at + 2);
      return at + 2;
    }
    const behind = this.expansions.endOf(at, end);
    if (behind === at) return this.verbatim(at);
    const source = text.slice(at, behind);
    if (source.startsWith('$(')) this.substitution?.(at + 2, behind - 1);
    this.#holes.push({ expression: source.replace(/^\$\{?|\}$/g, '') });
    for (const [index, part] of Array.from(mask(behind - at)).entries()) this.#push(part, at + index, at + index + 1);
    return behind;
  }

  node(start: number, end: number, style: StringNode['style'], contentEnd: number): StringNode {
    let next = 0;
    const contentStart = this.#offsets[0] ?? contentEnd;
    return {
      kind: 'string',
      document: this.document,
      start,
      end,
      text: textOf(this.#raw, () => this.#holes[next++] ?? '…'),
      raw: this.#raw,
      style,
      masked: this.#holes,
      offsets: [...this.#offsets, contentEnd],
      ends: [contentStart, ...this.#ends],
      contentStart,
    };
  }

  #push(char: string, at: number, behind: number): void {
    this.#raw += char;
    this.#offsets.push(at);
    this.#ends.push(behind);
  }
}

const PARAMETER = /\$(?:\{[^{}\n]*\}|[A-Za-z_]\w*|[0-9@*#?$!-])/y;

class Expansions {
  /** Text full of unclosed parentheses would be walked through again and again. */
  #steps: number;

  constructor(private readonly text: string) {
    this.#steps = 20 * text.length;
  }

  /** The end of `$X`, `${X}`, `$(…)` or a pair of backticks; `at` where there is none. */
  endOf(at: number, end: number): number {
    const { text } = this;
    if (text[at] === '`') {
      const close = text.indexOf('`', at + 1);
      return close < 0 || close >= end ? at : close + 1;
    }
    if (text[at] !== '$') return at;
    if (text[at + 1] === '(') return this.#closing(at + 1, end) ?? at;
    PARAMETER.lastIndex = at;
    const found = PARAMETER.exec(text)?.[0];
    return found && at + found.length <= end ? at + found.length : at;
  }

  #closing(open: number, end: number): number | undefined {
    const { text } = this;
    let depth = 0;
    for (let at = open; at < end && this.#steps > 0; at++) {
      this.#steps--;
      const char = text[at];
      if (char === '\\') at++;
      else if (char === "'") at = Math.max(at, text.indexOf("'", at + 1));
      else if (char === '(') depth++;
      else if (char === ')' && --depth === 0) return at + 1;
    }
    return undefined;
  }
}

const BREAK = /[ \t\r\n;|&()]/;

type Quoting = 'none' | 'single' | 'double';

class Lexer {
  readonly #commands: ShellCommand[] = [];
  #words: StringNode[] = [];
  #at: number;

  /** @param text the document's, with the here-documents' bodies blanked */
  constructor(
    private readonly document: SourceDocument,
    private readonly text: string,
    private readonly expansions: Expansions,
    start: number,
    private readonly end: number,
    private readonly depth: number,
  ) {
    this.#at = start;
  }

  commands(): ShellCommand[] {
    const { text } = this;
    while (this.#at < this.end) {
      const char = text[this.#at]!;
      if (char === '\n' || ';|&()'.includes(char)) {
        this.#finish();
        this.#at++;
      } else if (char === ' ' || char === '\t' || char === '\r') this.#at++;
      else if (char === '\\' && /^\r?\n/.test(text.slice(this.#at + 1, this.#at + 3))) {
        this.#at = endOfLine(text, this.#at);
      } else if (char === '#') {
        const newline = text.indexOf('\n', this.#at);
        this.#at = newline < 0 ? this.end : newline;
      } else this.#word();
    }
    this.#finish();
    return this.#commands;
  }

  #finish(): void {
    const [first] = this.#words;
    const last = this.#words.at(-1);
    if (first && last) this.#commands.push({ words: this.#words, start: first.start, end: last.end });
    this.#words = [];
  }

  #word(): void {
    const { text } = this;
    const content = new Content(this.document, this.expansions, (from, to) => this.#inside(from, to));
    const segments: { readonly from: number; readonly quoting: Quoting }[] = [];
    const start = this.#at;
    let contentEnd = start;
    while (this.#at < this.end && !BREAK.test(text[this.#at]!)) {
      const quote = text[this.#at]!;
      const quoting = quote === "'" ? 'single' : quote === '"' ? 'double' : 'none';
      segments.push({ from: content.length, quoting });
      if (quoting === 'none') {
        this.#at = content.expanded(this.#at, this.end, /[\s\S]/);
        contentEnd = this.#at;
        continue;
      }
      const close = this.#closing(quoting);
      for (let at = this.#at + 1; at < close; )
        at = quoting === 'single' ? content.verbatim(at) : content.expanded(at, close, /[$`"\\\n]/);
      contentEnd = close;
      this.#at = Math.min(close + 1, this.end);
    }
    const only = segments.every(({ quoting }) => quoting === segments[0]!.quoting) && segments[0]!.quoting;
    const style = only === 'single' || only === 'double' ? (segments.length === 1 ? only : 'expression') : 'expression';
    const node = content.node(start, this.#at, style, contentEnd);
    this.#words.push({
      ...node,
      encode: (value, at) => quoted(value, segments.findLast(({ from }) => from <= at)?.quoting ?? 'none'),
    });
  }

  /** The commands of `$(…)`. */
  #inside(from: number, to: number): void {
    if (this.depth > 4) return;
    this.#commands.push(...new Lexer(this.document, this.text, this.expansions, from, to, this.depth + 1).commands());
  }

  /** Where the quotes end; the end of the text where that is not typed yet. */
  #closing(quoting: Quoting): number {
    const { text } = this;
    if (quoting === 'single') {
      const close = text.indexOf("'", this.#at + 1);
      return close < 0 || close > this.end ? this.end : close;
    }
    for (let at = this.#at + 1; at < this.end; at++) {
      if (text[at] === '\\') at++;
      else if (text[at] === '"') return at;
      else {
        const behind = this.expansions.endOf(at, this.end);
        if (behind > at) at = behind - 1;
      }
    }
    return this.end;
  }
}

/** New text inside a word, by the quotes that it comes to stand in. */
function quoted(text: string, quoting: Quoting): string {
  if (quoting === 'single') return text.replaceAll("'", "'\\''");
  if (quoting === 'double') return escapeExpansions(text).replaceAll('"', '\\"').replaceAll('`', '\\`');
  return shellWord(text);
}

/** A text as one word of a command line, in quotes where it needs them. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

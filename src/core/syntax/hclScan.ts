/** Behind white space and comments. */
export function skipBlank(text: string, from: number): number {
  let at = from;
  for (;;) {
    const char = text[at];
    if (char === ' ' || char === '\t' || char === '\n' || char === '\r') at++;
    else if (char === '#' || (char === '/' && text[at + 1] === '/')) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (char === '/' && text[at + 1] === '*') {
      const end = text.indexOf('*/', at + 2);
      at = end < 0 ? text.length : end + 2;
    } else return at;
  }
}

/** The end of the quoted string that begins at `start`; of one that stays open, the end of a line. */
export function stringEnd(text: string, start: number): { end: number; closed: boolean } {
  return scan(text, start + 1, IN_STRING);
}

/** Behind the `}` of the `${…}` or `%{…}` at `start`; undefined where there is none. */
export function interpolationEnd(text: string, start: number): number | undefined {
  const { end, closed } = scan(text, start + 2, 1);
  return closed ? end : undefined;
}

const IN_STRING = 0;

/** One pass with a stack of its own, so that no nesting makes it slow or deep. An entry is a string or an open `{` count. */
function scan(text: string, from: number, outermost: number): { end: number; closed: boolean } {
  const stack = [outermost];
  let at = from;
  while (at < text.length) {
    const top = stack.length - 1;
    const char = text[at];
    if (stack[top] === IN_STRING) {
      if (char === '\\') at++;
      else if (char === '\n') return { end: text[at - 1] === '\r' ? at - 1 : at, closed: false };
      else if (char === '"') stack.pop();
      else if ((char === '$' || char === '%') && text[at + 1] === '{') {
        // Doubled it is the character itself.
        if (text[at - 1] !== char || at === from) stack.push(1);
        at++;
      }
    } else if (char === '"') stack.push(IN_STRING);
    else if (char === '{') stack[top]!++;
    else if (char === '}' && --stack[top]! === 0) stack.pop();
    at++;
    if (stack.length === 0) return { end: at, closed: true };
  }
  return { end: text.length, closed: false };
}

const HEREDOC = /<<-?([\p{L}_][\p{L}\p{N}_-]*)[^\S\n]*\n/uy;

/** Behind the closing word of the heredoc at `start`; undefined where there is no heredoc, the text's end where it stays open. */
export function heredocEnd(text: string, start: number): number | undefined {
  HEREDOC.lastIndex = start;
  const found = HEREDOC.exec(text);
  if (!found) return undefined;
  const word = found[1]!;
  let line = HEREDOC.lastIndex;
  while (line < text.length) {
    const next = text.indexOf('\n', line);
    const end = next < 0 ? text.length : next;
    if (text.slice(line, end).trim() === word) return line + text.slice(line, end).indexOf(word) + word.length;
    line = end + 1;
  }
  return text.length;
}

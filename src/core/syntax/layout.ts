/** How a text is laid out: line ends, indentation. */

export function documentEol(text: string): string {
  const newline = text.indexOf('\n');
  return newline > 0 && text[newline - 1] === '\r' ? '\r\n' : '\n';
}

export function lineStartOf(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Without the line end. */
export function lineEndOf(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  const end = newline < 0 ? text.length : newline;
  return text[end - 1] === '\r' && end - 1 >= offset ? end - 1 : end;
}

export function indentOfLine(text: string, offset: number): string {
  const start = lineStartOf(text, offset);
  return /^[ \t]*/.exec(text.slice(start, start + 400))![0];
}

/** The step of one level: tabs, or the smallest indentation in use; two blanks where nothing is indented. */
export function indentUnit(text: string): string {
  let smallest = 0;
  for (const found of text.slice(0, 20_000).matchAll(/\n([ \t]+)\S/g)) {
    if (found[1]!.startsWith('\t')) return '\t';
    const width = found[1]!.length;
    if (smallest === 0 || width < smallest) smallest = width;
  }
  return ' '.repeat(smallest === 0 || smallest > 8 ? 2 : smallest);
}

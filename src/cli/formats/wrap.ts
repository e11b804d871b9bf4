/** Narrower than this, text is not broken: it would be a word a line. */
const NARROWEST = 24;

/** Words in lines of at most `width` characters; a longer word has a line of its own. Whole without a width, as in a pipe. */
export function wrap(text: string, width: number | undefined): string[] {
  if (width === undefined || text.length <= width) return [text];
  const room = Math.max(width, NARROWEST);
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export function longestWord(text: string): number {
  return Math.max(...text.split(' ').map((word) => word.length));
}

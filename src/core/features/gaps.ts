import { kindOf } from '../facts/readFile.js';

/** What is being typed and is no string of the tree yet. */
export interface Gap {
  /** The text, or as much of it as is read on its own, with something in the gap. */
  readonly text: string;
  /** An offset of that text within what was put in. */
  readonly offset: number;
  /** Where the gap begins in the text as it is; it ends at the offset that was asked about. */
  readonly start: number;
  /** It is a key that has no colon yet. */
  readonly isKey: boolean;
}

/** Begins like the annotations that matter, so that it is read as one of them. */
const PLACEHOLDER = 'eks.amazonaws.com/x';

/**
 * In YAML nothing stands after `key: ` or `- ` until a value is typed, and a word without its colon is no key. With something in
 * its place the text says what belongs there.
 */
export function gapAt(file: string, text: string, offset: number): Gap | undefined {
  if (kindOf(file, text) !== 'yaml') return undefined;
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  if (text.slice(offset, lineEnd < 0 ? text.length : lineEnd).trim() !== '') return undefined;
  const line = text.slice(lineStart, offset);
  // `arn:` alone is a key for YAML, and a value that is half typed for its writer.
  const value = /^\s*(?:- +)*(?:[\w./-]+: +|"[^"]*": +|- +)([\w./:@+-]*)$/.exec(line)?.[1];
  const word = value ?? /^ +([\w./-]*)$/.exec(line)?.[1];
  if (word === undefined) return undefined;
  const start = offset - word.length;
  // Documents are read one by one; the others have no say.
  const from = text.lastIndexOf('\n---', lineStart - 1) + 1;
  const next = text.indexOf('\n---', offset);
  const before = text.slice(from, start);
  const filling = value !== undefined ? PLACEHOLDER : `${PLACEHOLDER}: x`;
  return {
    text: `${before}${filling}${text.slice(offset, next < 0 ? text.length : next)}`,
    offset: before.length + 1,
    start,
    isKey: value === undefined,
  };
}

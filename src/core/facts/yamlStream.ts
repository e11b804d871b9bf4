import type { SourceDocument } from '../syntax/tree.js';
import { splitDocuments, YamlPart } from '../syntax/yaml.js';
import type { FilePart } from './readFile.js';

/** A YAML file as it was read, document by document: what the next reading need not read again. */
export interface YamlStream {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

interface Piece {
  readonly start: number;
  readonly end: number;
  /** Undefined where the document has nothing to do with identity. */
  readonly part: FilePart | undefined;
}

/**
 * Reads what differs from the earlier version. The documents before and behind that stay as they are, those that were moved
 * are moved, without a look at their text.
 * @param read undefined for a document that is not read at all
 */
export function readStream(
  document: SourceDocument,
  before: YamlStream | undefined,
  read: (part: YamlPart) => FilePart | undefined,
): YamlStream {
  const { text } = document;
  const { head, tail, shift } = before ? unchanged(before, text) : NOTHING;
  const from = head.at(-1)?.end ?? 0;
  const to = tail[0] ? tail[0].start + shift : text.length;
  const again = new Map<string, (FilePart | undefined)[]>();
  for (const { start, end, part } of before?.pieces.slice(head.length, before.pieces.length - tail.length) ?? []) {
    const own = before!.text.slice(start, end);
    again.set(own, [...(again.get(own) ?? []), part]);
  }
  const pieces: Piece[] = [];
  const keep = (part: FilePart | undefined, start: number, end: number) => {
    part?.document?.moveTo(document, start);
    pieces.push({ start, end, part });
  };
  for (const { start, end, part } of head) keep(part, start, end);
  if (to > from || pieces.length + tail.length === 0) {
    for (const piece of splitDocuments(text.slice(from, to))) {
      const [start, end] = [from + piece.start, from + piece.end];
      const same = again.size > 0 ? again.get(text.slice(start, end)) : undefined;
      if (same && same.length > 0) keep(same.shift(), start, end);
      else pieces.push({ start, end, part: read(new YamlPart(document, start, end)) });
    }
  }
  for (const { start, end, part } of tail) keep(part, start + shift, end + shift);
  return { text, pieces };
}

interface Unchanged {
  readonly head: readonly Piece[];
  readonly tail: readonly Piece[];
  /** How far the tail has moved. */
  readonly shift: number;
}

const NOTHING: Unchanged = { head: [], tail: [], shift: 0 };

/** A marker is one by the character behind it, too. */
const MARKER = 4;

function unchanged({ text: old, pieces }: YamlStream, text: string): Unchanged {
  const same = commonStart(old, text);
  let first = 0;
  while (first < pieces.length - 1 && pieces[first]!.end + MARKER <= same) first++;
  const sameEnd = commonEnd(old, text, Math.min(old.length, text.length) - same);
  let last = pieces.length;
  // A marker stands at the beginning of a line, so the character before it counts.
  while (last > first && pieces[last - 1]!.start > 0 && pieces[last - 1]!.start > old.length - sameEnd) last--;
  return { head: pieces.slice(0, first), tail: pieces.slice(last), shift: text.length - old.length };
}

/** Long stretches are compared at once. */
const STRETCH = 2048;

function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at + STRETCH <= most && a.slice(at, at + STRETCH) === b.slice(at, at + STRETCH)) at += STRETCH;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

function commonEnd(a: string, b: string, most: number): number {
  let length = 0;
  const [endA, endB] = [a.length, b.length];
  const same = (from: number) =>
    a.slice(endA - from - STRETCH, endA - from) === b.slice(endB - from - STRETCH, endB - from);
  while (length + STRETCH <= most && same(length)) length += STRETCH;
  while (length < most && a.charCodeAt(endA - length - 1) === b.charCodeAt(endB - length - 1)) length++;
  return length;
}

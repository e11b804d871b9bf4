import { encodeInto, maskedHoles } from './embed.js';
import { textOf } from './text.js';
import { type StringNode, sourceEnd, sourceOffset } from './tree.js';

/** A notation inside a string: what is written for a text, and what a piece of it stands for. */
export interface Notation {
  /** Matches one piece that stands for something else. */
  readonly escaped: RegExp;
  decode(piece: string): string;
  encode(text: string): string;
}

/** `~1` is a slash and `~0` a tilde in a JSON pointer (RFC 6901). */
export const JSON_POINTER: Notation = {
  escaped: /~[01]/g,
  decode: (piece) => (piece === '~1' ? '/' : '~'),
  encode: (text) => text.replaceAll('~', '~0').replaceAll('/', '~1'),
};

/**
 * A part of a string as a string of its own, as the key and the value of `KEY=value`.
 * @param from decoded offset of the part in `node.raw`
 * @param to its end there
 */
export function stringPart(node: StringNode, from: number, to: number, notation?: Notation): StringNode {
  const holes = maskedHoles(node);
  const offsets: number[] = [];
  const ends: number[] = [sourceOffset(node, from)];
  let raw = '';
  const push = (text: string, at: number, behind: number) => {
    raw += text;
    offsets.push(sourceOffset(node, at));
    ends.push(sourceEnd(node, behind));
  };
  let at = from;
  for (const found of notation ? node.raw.slice(from, to).matchAll(notation.escaped) : []) {
    for (; at < from + found.index; at++) push(node.raw[at]!, at, at + 1);
    push(notation!.decode(found[0]), at, at + found[0].length);
    at += found[0].length;
  }
  for (; at < to; at++) push(node.raw[at]!, at, at + 1);
  offsets.push(ends.at(-1)!);
  const masked = [...holes].filter(([start]) => start >= from && start < to).map(([, hole]) => hole);
  let next = 0;
  return {
    kind: 'string',
    document: node.document,
    start: offsets[0]!,
    end: ends.at(-1)!,
    parent: node.parent,
    text: textOf(raw, () => masked[next++] ?? '…'),
    raw,
    // It has no quotes of its own: all that is written there goes through `encode`.
    style: 'double',
    masked,
    offsets,
    ends,
    contentStart: offsets[0]!,
    encode: (text, at) => encodeInto(node, notation ? notation.encode(text) : text, from + at),
  };
}

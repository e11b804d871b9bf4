import type { LocalEdit } from './edits.js';

/** A stretch of the text before, or something new. */
type Piece = { readonly start: number; readonly end: number } | string;

/** Several rounds of edits, each made of the text that the one before left, as edits of the first text. */
export class ComposedEdits {
  #pieces: readonly Piece[];

  /** @param length of the text before, in UTF-16 code units */
  constructor(private readonly length: number) {
    this.#pieces = [{ start: 0, end: length }];
  }

  /** @param edits of the text as it is after all rounds until now; they do not overlap */
  add(edits: readonly LocalEdit[]): void {
    const pieces: Piece[] = [];
    let at = 0;
    for (const { start, end, newText } of [...edits].sort((a, b) => a.start - b.start)) {
      pieces.push(...this.#between(at, start), newText);
      at = end;
    }
    this.#pieces = [...pieces, ...this.#between(at, Number.POSITIVE_INFINITY)];
  }

  /** In the order of the text, none of them beside another. */
  edits(): LocalEdit[] {
    const edits: LocalEdit[] = [];
    let at = 0;
    let newText = '';
    const keepFrom = (start: number) => {
      if (start > at || newText !== '') edits.push({ start: at, end: start, newText });
      newText = '';
    };
    for (const piece of this.#pieces) {
      if (typeof piece === 'string') newText += piece;
      else {
        keepFrom(piece.start);
        at = piece.end;
      }
    }
    keepFrom(this.length);
    return edits;
  }

  /** What stands between two offsets of the present text. */
  #between(from: number, to: number): Piece[] {
    const found: Piece[] = [];
    let at = 0;
    for (const piece of this.#pieces) {
      const length = typeof piece === 'string' ? piece.length : piece.end - piece.start;
      const [start, end] = [Math.max(from - at, 0), Math.min(to - at, length)];
      if (start < end) {
        found.push(
          typeof piece === 'string' ? piece.slice(start, end) : { start: piece.start + start, end: piece.start + end },
        );
      }
      at += length;
    }
    return found;
  }
}

import * as vscode from 'vscode';
import type { Edit } from '../core/syntax/edits.js';

export interface Span {
  readonly start: number;
  readonly end: number;
}

export function toRange(document: vscode.TextDocument, span: Span): vscode.Range {
  return new vscode.Range(document.positionAt(span.start), document.positionAt(span.end));
}

export function toSpan(document: vscode.TextDocument, range: vscode.Range): Span {
  return { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
}

/** Do they share a character, or touch where one is empty (a caret)? */
export function touches(a: Span, b: Span): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/** Positions in a text that is not open as a document: what the index read. */
export class TextPositions {
  readonly #lines: number[] = [0];

  constructor(private readonly text: string) {
    // A lone CR ends a line too, as in VS Code's own model.
    for (const found of text.matchAll(/\r\n|\n|\r/g)) this.#lines.push(found.index + found[0].length);
  }

  positionAt(offset: number): vscode.Position {
    const at = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.#lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lines[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return new vscode.Position(low, at - this.#lines[low]!);
  }

  rangeOf(span: Span): vscode.Range {
    return new vscode.Range(this.positionAt(span.start), this.positionAt(span.end));
  }
}

/** Text edits of one file, offsets made positions. */
export function toTextEdits(
  positions: { rangeOf(span: Span): vscode.Range },
  edits: readonly Edit[],
): vscode.TextEdit[] {
  return edits.map((edit) => new vscode.TextEdit(positions.rangeOf(edit), edit.newText));
}

import type { Json } from '../syntax/edits.js';

/**
 * Values that are written as source text (`!GetAtt CartRole.Arn`, a value as it stands elsewhere in the file) though the
 * writers take plain data: a stand-in is written first and then gives way to the text.
 */
export class RawTexts {
  readonly #texts: string[] = [];

  of(source: string): Json {
    this.#texts.push(source);
    return `podIamRaw${this.#texts.length - 1}z`;
  }

  fill(written: string): string {
    return written.replace(/"podIamRaw(\d+)z"|podIamRaw(\d+)z/g, (_all, quoted?: string, plain?: string) => {
      return this.#texts[Number(quoted ?? plain)] ?? '';
    });
  }
}

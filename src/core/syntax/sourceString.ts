import { type Hole, type Text, textOf } from './text.js';
import type { ArrayNode, ObjectNode, SourceDocument, StringNode } from './tree.js';

export interface Decoded {
  readonly raw: string;
  /** Decoded offset → source offset, one more than characters; absent where the content stands verbatim. */
  readonly offsets?: readonly number[];
}

/** A string of the source that is decoded when somebody asks: most strings of most files are never looked at. */
export class SourceString implements StringNode {
  readonly kind = 'string';
  parent?: ObjectNode | ArrayNode | undefined;
  readonly #decode: (() => Decoded) | undefined;
  #decoded: Decoded | undefined;
  #raw: string | undefined;
  #text: Text | undefined;

  /**
   * @param decode absent where the content is `masked.slice(contentStart, contentEnd)` verbatim
   * @param source the text that was parsed: the document's, with unknown parts masked
   */
  constructor(
    readonly document: SourceDocument,
    readonly start: number,
    readonly end: number,
    readonly contentStart: number,
    private readonly contentEnd: number,
    readonly style: StringNode['style'],
    private readonly source: { slice(start: number, end: number): string },
    decode?: () => Decoded,
    readonly tag?: string,
  ) {
    this.#decode = decode;
  }

  get raw(): string {
    this.#raw ??= this.#decode === undefined ? this.source.slice(this.contentStart, this.contentEnd) : this.decoded.raw;
    return this.#raw;
  }

  get offsets(): readonly number[] | undefined {
    return this.#decode === undefined ? undefined : this.decoded.offsets;
  }

  get text(): Text {
    this.#text ??= textOf(this.raw, (start, end) => this.#holeAt(start, end));
    return this.#text;
  }

  private get decoded(): Decoded {
    this.#decoded ??= this.#decode!();
    return this.#decoded;
  }

  #holeAt(start: number, end: number): Hole {
    const at = (decoded: number) => this.offsets?.[decoded] ?? this.contentStart + decoded;
    const from = at(start);
    return (
      this.document.host?.holeAt(from) ?? { expression: expressionOf(this.document.text.slice(from, at(end - 1) + 1)) }
    );
  }
}

/**
 * `{{ .Values.name }}` → `.Values.name`, `${Account}` → `Account`: what a person calls the hole. Where quotes took the place
 * of its first and last character, those are missing.
 */
export function expressionOf(source: string): string {
  const inner =
    /^\$?\{\{-?\s*([\s\S]*?)\s*-?\}\}$/.exec(source) ??
    /^\$\{([\s\S]*)\}$/.exec(source) ??
    /^\{-?\s+([\s\S]*?)\s*-?\}$/.exec(source) ??
    /^\{([^{}]*)$/.exec(source);
  return inner?.[1] ?? source;
}

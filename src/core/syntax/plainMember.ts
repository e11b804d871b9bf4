import { SourceString } from './sourceString.js';
import type { ObjectNode, Property, StringNode, SyntaxNode } from './tree.js';

/** A member whose key stands verbatim. The key's node is made when somebody asks for it: most are looked for by their name alone. */
export class PlainMember implements Property {
  #key: SourceString | undefined;

  /**
   * @param source the text that was parsed, with unknown parts masked
   * @param end offset behind the key
   */
  constructor(
    private readonly object: ObjectNode,
    private readonly source: string,
    private readonly start: number,
    private readonly end: number,
    readonly value: SyntaxNode | undefined,
  ) {}

  get key(): StringNode {
    if (!this.#key) {
      const { start, end } = this;
      this.#key = new SourceString(this.object.document, start, end, start, end, 'plain', this.source);
      this.#key.parent = this.object;
    }
    return this.#key;
  }

  isNamed(name: string): boolean {
    return this.end - this.start === name.length && this.source.startsWith(name, this.start);
  }
}

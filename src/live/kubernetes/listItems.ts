import { breathe } from '../breathe.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const ITEMS_BEFORE = /"items"\s*:\s*$/;

/** How deep the elements of `items` stand in a list: in the list's object, in the array. */
const IN_ITEMS = 2;

/**
 * Takes a Kubernetes list apart while it arrives: each element of `items` is parsed by itself and let go at once. A page of five
 * hundred pods is some megabytes of JSON; parsed as a whole it would hold the event loop for too long and ten times the memory.
 */
export class ListItems {
  private depth = 0;
  private inString = false;
  private escaped = false;
  private inItems = false;
  /** The list without its items. */
  private outside = '';
  /** The beginning of an element that goes on in the next chunk. */
  private begun: Buffer[] = [];
  /** What parts one element from the next, as the first of them begins: `},{"metadata":`. */
  private seam: Buffer | undefined;

  /** @param onItem gets each element, parsed. @throws SyntaxError from `add` where an element is no JSON */
  constructor(private readonly onItem: (item: unknown) => void) {}

  /** Takes a piece of the answer; waits between elements where that takes long. */
  async add(chunk: Buffer): Promise<void> {
    let { depth, inString, escaped } = this;
    // Where the element, or what is outside of elements, begins in this chunk.
    let from = 0;
    const { length } = chunk;
    for (let i = 0; i < length; i++) {
      const byte = chunk[i]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      switch (byte) {
        case QUOTE:
          inString = true;
          break;
        case OPEN_BRACE:
        case OPEN_BRACKET:
          if (this.inItems && depth === IN_ITEMS) {
            this.keepOutside(chunk, from, i);
            from = i;
            const next = this.leap(chunk, i);
            if (next !== undefined) {
              await breathe();
              // The comma comes next.
              from = next;
              i = next - 1;
              break;
            }
          }
          depth++;
          if (!this.inItems && depth === IN_ITEMS && byte === OPEN_BRACKET) {
            const before = this.outside + chunk.toString('latin1', from, i);
            this.inItems = ITEMS_BEFORE.test(before);
          }
          break;
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          depth--;
          if (!this.inItems) break;
          if (depth === IN_ITEMS) {
            this.finish(chunk, from, i + 1);
            from = i + 1;
            await breathe();
          } else if (depth < IN_ITEMS) this.inItems = false;
          break;
        case COMMA:
          // What parts the elements is of no use without them.
          if (this.inItems && depth === IN_ITEMS) {
            this.keepOutside(chunk, from, i);
            from = i + 1;
          }
          break;
      }
    }
    Object.assign(this, { depth, inString, escaped });
    if (from === length) return;
    if (this.inItems && depth > IN_ITEMS) this.begun.push(chunk.subarray(from));
    else this.keepOutside(chunk, from, length);
  }

  /** @returns the list, `items` empty. @throws SyntaxError where the answer is no JSON or was cut off */
  end(): unknown {
    if (this.begun.length > 0) throw new SyntaxError('the answer ends within an element');
    return JSON.parse(this.outside);
  }

  private keepOutside(chunk: Buffer, from: number, to: number): void {
    // Keys and tokens of a list are ASCII; its continue token is opaque, and ASCII too as it goes into a URL.
    if (from < to) this.outside += chunk.toString('latin1', from, to);
  }

  /**
   * Most elements begin alike and end in the same chunk, so their end is where the next one begins, found ten times faster than by
   * reading each byte. Whether it was the end the parser tells: the beginning of an object is never an object itself.
   * @returns where the element ends; undefined where that must be found out byte by byte
   */
  private leap(chunk: Buffer, from: number): number | undefined {
    if (this.seam === undefined) return undefined;
    const found = chunk.indexOf(this.seam, from);
    if (found < 0) return undefined;
    let item: unknown;
    try {
      item = JSON.parse(chunk.toString('utf8', from, found + 1));
    } catch {
      // An object inside of it looks alike, or it is no JSON at all, which the slow way finds out.
      return undefined;
    }
    this.onItem(item);
    return found + 1;
  }

  private finish(chunk: Buffer, from: number, to: number): void {
    const last = chunk.subarray(from, to);
    const whole = this.begun.length === 0 ? last : Buffer.concat([...this.begun, last]);
    this.begun = [];
    this.seam ??= Buffer.concat([Buffer.from('},'), whole.subarray(0, whole.indexOf(COLON) + 1)]);
    this.onItem(JSON.parse(whole.toString('utf8')));
  }
}

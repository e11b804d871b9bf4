/** The extension host serves every extension: no stretch of work is longer than this, in ms. */
const SLICE = 12;

/** Does work item by item in slices, so that typing never waits for it. An item asked for again while it waits is done once. */
export class SlicedQueue<Item> {
  readonly #waiting = new Set<Item>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly work: (item: Item) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  add(items: Iterable<Item>): void {
    for (const item of items) this.#waiting.add(item);
    this.#schedule();
  }

  delete(item: Item): void {
    this.#waiting.delete(item);
  }

  clear(): void {
    this.#waiting.clear();
  }

  dispose(): void {
    this.clear();
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#timer === undefined && this.#waiting.size > 0) this.#timer = setTimeout(() => this.#run(), 0);
  }

  #run(): void {
    this.#timer = undefined;
    const end = this.now() + SLICE;
    for (const item of this.#waiting) {
      this.#waiting.delete(item);
      this.work(item);
      if (this.now() >= end) break;
    }
    this.#schedule();
  }
}

/** For loops over awaits: `await slice.pause()` gives way once the slice is used up, and is free until then. */
export class Slice {
  #end: number;

  constructor(private readonly now: () => number = () => performance.now()) {
    this.#end = now() + SLICE;
  }

  /** Nothing to wait for while the slice lasts: whoever works in small steps need not even wait for a promise. */
  pause(): Promise<void> | undefined {
    return this.now() < this.#end ? undefined : this.#giveWay();
  }

  async #giveWay(): Promise<void> {
    // A timer waits a millisecond at least; what has arrived meanwhile comes first all the same.
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#end = this.now() + SLICE;
  }
}

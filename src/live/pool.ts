/** Work that comes in while other work runs; at most `limit` at a time, each key once. */
export class Pool {
  private readonly seen = new Set<string>();
  private readonly waiting: (() => Promise<void>)[] = [];
  private running = 0;
  private readonly idlers: (() => void)[] = [];
  private error: unknown;

  constructor(private readonly limit: number) {}

  /** @param key what has been asked for once is not asked for again */
  add(key: string, work: () => Promise<void>): void {
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.waiting.push(work);
    this.next();
  }

  get asked(): number {
    return this.seen.size;
  }

  get done(): number {
    return this.seen.size - this.waiting.length - this.running;
  }

  /** Resolves when nothing runs or waits; rejects with the first error of the work. */
  async idle(): Promise<void> {
    while (this.running > 0 || this.waiting.length > 0) await new Promise<void>((resolve) => this.idlers.push(resolve));
    if (this.error !== undefined) throw this.error;
  }

  private next(): void {
    while (this.running < this.limit && this.waiting.length > 0) {
      const work = this.waiting.shift()!;
      this.running++;
      work()
        .catch((error: unknown) => {
          this.error ??= error;
          // What is left would fail likewise: only an abort rejects here.
          this.waiting.length = 0;
        })
        .finally(() => {
          this.running--;
          this.next();
          if (this.running === 0 && this.waiting.length === 0) for (const resolve of this.idlers.splice(0)) resolve();
        });
    }
  }
}

import type { Pace } from './pace.js';

/** Work that comes in while other work runs; bounded by a pace that pools share, each key once. */
export class Pool {
  private readonly seen = new Set<string>();
  private waiting: (() => Promise<void>)[] = [];
  /** The first of those that wait. */
  private first = 0;
  private running = 0;
  private readonly idlers: (() => void)[] = [];
  private error: unknown;

  /** @param neighbours pools of the same pace: each has half of it for sure, and more while they do not use theirs */
  constructor(
    private readonly pace: Pace,
    private readonly neighbours: () => readonly Pool[] = () => [],
  ) {}

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
    return this.seen.size - this.left - this.running;
  }

  private get left(): number {
    return this.waiting.length - this.first;
  }

  /** Resolves when nothing runs or waits; rejects with the first error of the work. */
  async idle(): Promise<void> {
    while (this.running > 0 || this.left > 0) await new Promise<void>((resolve) => this.idlers.push(resolve));
    if (this.error !== undefined) throw this.error;
  }

  private get limit(): number {
    const { limit } = this.pace;
    const others = this.neighbours().reduce((sum, pool) => sum + pool.running, 0);
    return Math.max(Math.ceil(limit / 2), limit - others);
  }

  private next(): void {
    while (this.left > 0 && this.running < this.limit) {
      const work = this.waiting[this.first++]!;
      if (this.first === this.waiting.length) {
        this.waiting = [];
        this.first = 0;
      }
      this.running++;
      work()
        .catch((error: unknown) => {
          this.error ??= error;
          // What is left would fail likewise: only an abort rejects here.
          this.waiting = [];
          this.first = 0;
        })
        .finally(() => {
          this.running--;
          this.pace.answered();
          this.next();
          if (this.running === 0 && this.left === 0) for (const resolve of this.idlers.splice(0)) resolve();
        });
    }
  }
}

import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** Before anything has been answered. Code that runs for the first time is slow: so many first answers at once would be felt. */
const FIRST = 2;
const FEWEST = 6;
const MOST = 32;
const START = 8;
/** Looked at after so many answers. */
const EVERY = 16;
/** Of the time that the event loop worked and did not wait. */
const BUSY = 0.75;
const IDLE = 0.5;

/**
 * How many calls may be under way at once. While answers are slow to come, more are asked for; where this process is what is slow,
 * more would not come sooner, and would only come all at once and hold the event loop.
 */
export class Pace {
  private most = START;
  private answers = 0;
  private measured: EventLoopUtilization = performance.eventLoopUtilization();

  /** One more for each answer at first, which is twice as many with each round trip. */
  get limit(): number {
    return Math.min(this.most, FIRST + this.answers);
  }

  /** An answer has come. */
  answered(): void {
    if (++this.answers % EVERY !== 0) return;
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.measured);
    this.measured = now;
    if (utilization > BUSY) this.most = Math.max(FEWEST, this.most - 1);
    else if (utilization < IDLE) this.most = Math.min(MOST, this.most + 4);
  }
}

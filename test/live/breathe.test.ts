import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { breathe } from '../../src/live/breathe.js';

/** Milliseconds that each piece of work takes, by a clock that nothing else moves. */
const WORK_MS = 5;

afterEach(() => vi.restoreAllMocks());

describe('breathe', () => {
  it('lets no turn of the event loop do more than a little, however many wait for the next', async () => {
    let clock = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
    let turn = 0;
    const turns: number[] = [];
    let counting: NodeJS.Immediate;
    const count = () => {
      turn++;
      counting = setImmediate(count);
    };
    counting = setImmediate(count);
    const lane = async () => {
      // An answer comes.
      await nextTurn();
      await breathe();
      clock += WORK_MS;
      turns.push(turn);
    };
    await Promise.all(Array.from({ length: 60 }, lane));
    clearImmediate(counting!);
    const most = Math.max(...[...new Set(turns)].map((one) => turns.filter((each) => each === one).length));
    expect(turns).toHaveLength(60);
    // 8 ms, and what was begun before they were over.
    expect(most).toBeLessThanOrEqual(4);
  });
});

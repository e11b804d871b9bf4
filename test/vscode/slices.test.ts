import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SlicedQueue } from '../../src/vscode/slices.js';

describe('the sliced queue', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('gives way when its slice is used up, and does everything', () => {
    let now = 0;
    const done: number[] = [];
    const queue = new SlicedQueue<number>(
      (item) => {
        done.push(item);
        now += 5;
      },
      () => now,
    );
    queue.add([1, 2, 3, 4, 5]);
    vi.advanceTimersToNextTimer();
    expect(done).toEqual([1, 2, 3]);
    vi.advanceTimersToNextTimer();
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });
  test('does an item once that is asked for twice while it waits', () => {
    const done: string[] = [];
    const queue = new SlicedQueue<string>((item) => done.push(item));
    queue.add(['a']);
    queue.add(['a', 'b']);
    vi.runAllTimers();
    expect(done).toEqual(['a', 'b']);
  });
  test('does nothing after it was disposed of', () => {
    const done: string[] = [];
    const queue = new SlicedQueue<string>((item) => done.push(item));
    queue.add(['a']);
    queue.dispose();
    vi.runAllTimers();
    expect(done).toEqual([]);
  });
});

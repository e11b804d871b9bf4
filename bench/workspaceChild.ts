// One process that holds a workspace and nothing else: node scripts/run.mjs bench/workspaceChild.ts FOLDER read|index
// Prints a line of JSON for the reading and one for a change of all that matters. Reads as the editor does: sixteen files at a
// time, and in slices.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Analysis } from '../src/core/analysis.js';
import { Slice } from '../src/vscode/slices.js';

export interface WorkspaceFigures {
  readonly ms: number;
  /** Characters read. */
  readonly length: number;
  readonly files: number;
  /** The longest stretch of work between two pauses, ms of the processor. */
  readonly longestSlice: number;
  /** Bytes: the most at any time so far, and now. */
  readonly peak: number;
  readonly resident: number;
  readonly heap: number;
}

const [folder = '', mode = 'index'] = process.argv.slice(2);
const READERS = 16;

/** The processor's time that each stretch of work takes between two turns of the event loop: another process's time is not ours. */
class Watch {
  longest = 0;
  #since = cpu();

  begin(): void {
    this.#since = cpu();
  }

  end(): void {
    this.longest = Math.max(this.longest, cpu() - this.#since);
    this.#since = cpu();
  }
}

/** Milliseconds of this thread. */
function cpu(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

async function judge(analysis: Analysis, watch: Watch): Promise<void> {
  const slice = new Slice();
  watch.begin();
  await analysis.refreshInSlices({
    pause: () => {
      const pausing = slice.pause();
      if (!pausing) return undefined;
      watch.end();
      return pausing.then(() => watch.begin());
    },
  });
  watch.end();
}

async function readAll(handle: (name: string, text: string) => void): Promise<number> {
  const names = await readdir(folder);
  const waiting = names.values();
  await Promise.all(
    Array.from({ length: READERS }, async () => {
      for (const name of waiting) handle(name, await readFile(join(folder, name), 'utf8'));
    }),
  );
  return names.length;
}

let length = 0;
let count = 0;
const start = performance.now();
if (mode === 'read') {
  count = await readAll((_, text) => {
    length += text.length;
  });
  print({ ms: performance.now() - start });
} else {
  const watch = new Watch();
  const analysis = new Analysis({ patient: true, onTextWanted: () => undefined });
  const changed = new Map<string, string>();
  count = await readAll((name, text) => {
    watch.begin();
    length += text.length;
    analysis.setFile(name, text);
    watch.end();
    if (text.includes('team-')) changed.set(name, text.replace(/team-\d/, 'other'));
  });
  await judge(analysis, watch);
  print({ ms: performance.now() - start, longestSlice: watch.longest });
  // A branch is checked out: all that matters comes at once, and otherwise.
  const afterwards = new Watch();
  const before = performance.now();
  afterwards.begin();
  for (const [name, text] of changed) analysis.setFile(name, text);
  await judge(analysis, afterwards);
  print({ ms: performance.now() - before, longestSlice: afterwards.longest, files: changed.size });
}

function print(figures: Partial<WorkspaceFigures>): void {
  const { rss, heapUsed } = process.memoryUsage();
  // In kilobytes, says libuv.
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(
    JSON.stringify({ length, files: count, longestSlice: 0, peak, resident: rss, heap: heapUsed, ...figures }),
  );
}

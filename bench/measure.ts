export interface Measured {
  readonly name: string;
  /** Milliseconds; the median of the rounds. */
  readonly ms: number;
}

/** Milliseconds that a short task is repeated for in its turn, so that it does not pay for what ran before it. */
const TURN = 60;
const MOST = 100;

/**
 * Runs each function in turn, round by round, so that all see the same machine, and takes the median of each. The first rounds
 * warm the compiler up and do not count.
 */
export async function measure(
  tasks: readonly { readonly name: string; readonly run: () => unknown }[],
  rounds: number,
  warmUp = 5,
): Promise<Measured[]> {
  const times = tasks.map((): number[] => []);
  for (let round = -warmUp; round < rounds; round++) {
    for (const [i, task] of tasks.entries()) {
      const start = performance.now();
      let runs = 0;
      do {
        await task.run();
        runs++;
      } while (performance.now() - start < TURN && runs < MOST);
      if (round >= 0) times[i]!.push((performance.now() - start) / runs);
    }
  }
  return tasks.map(({ name }, i) => ({ name, ms: median(times[i]!) }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** A Markdown table with each row's ratio to the first. */
export function table(title: string, rows: readonly Measured[], note: string): string {
  const base = rows[0]!.ms;
  const lines = rows.map(
    ({ name, ms }) => `| ${name} | ${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms | ${(ms / base).toFixed(2)} |`,
  );
  return `## ${title}\n\n${note}\n\n| | median | ratio |\n|---|---:|---:|\n${lines.join('\n')}\n`;
}

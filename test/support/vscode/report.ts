export interface Counts {
  passed: number;
  failed: number;
}

export function addCounts(one: Counts, other: Counts): Counts {
  return { passed: one.passed + other.passed, failed: one.failed + other.failed };
}

/** Prints one line for a test, and below it what went wrong. */
export function printTest(name: string, milliseconds: number, error?: string): void {
  const took = milliseconds >= 1000 ? `  ${(milliseconds / 1000).toFixed(1)} s` : '';
  console.log(`${error === undefined ? '✓' : '✗'} ${name}${took}`);
  if (error !== undefined) console.log(error.replace(/^/gm, '    '));
}

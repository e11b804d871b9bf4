import { appendFileSync } from 'node:fs';
import type { HostEvent } from '../../support/vscode/hostEvents.js';
import { declared } from './suite.js';

/** A test that hangs must not hang the others. */
const millisecondsPerTest = 180_000;

/** Runs the suite once VS Code has started and reports it, a line of JSON an event, to the file the runner reads. */
export async function activate(): Promise<void> {
  // So that a failure names the test file's line, not the bundle's.
  process.setSourceMapsEnabled(true);
  const reportFile = process.env.POD_IAM_TEST_REPORT;
  if (!reportFile) throw new Error('POD_IAM_TEST_REPORT names no file to report to');
  const say = (event: HostEvent) => appendFileSync(reportFile, `${JSON.stringify(event)}\n`);

  for (const { name, run } of declared) {
    say({ event: 'started', name });
    const start = performance.now();
    let error: string | undefined;
    try {
      await within(millisecondsPerTest, run);
    } catch (thrown) {
      error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    }
    const milliseconds = Math.round(performance.now() - start);
    say({ event: 'ended', name, milliseconds, ...(error === undefined ? {} : { error }) });
  }
  say({ event: 'finished', tests: declared.length });
}

async function within(milliseconds: number, run: () => void | Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not finished after ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}

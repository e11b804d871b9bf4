import { globSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { type BrowserTest, declared } from '../../vscode/browser/suite.js';
import type { DemoCluster } from './demoCluster.js';
import { root, testResults } from './paths.js';
import { type Counts, printTest } from './report.js';
import { Windows } from './windows.js';

export interface BrowserRun {
  readonly entry: string;
  readonly browser: Browser;
  readonly vsix: string;
  readonly demo: () => Promise<DemoCluster>;
  /** Runs only the files whose path contains this. */
  readonly only?: string | undefined;
}

/** Only ends what hangs: a loaded machine is slow, and that is no failure. */
const millisecondsPerTest = 300_000;

/** Runs `test/vscode/browser/*.browser.ts` one after the other. */
export async function runBrowserSuite({ entry, browser, vsix, demo, only }: BrowserRun): Promise<Counts> {
  const folder = join(root, 'test', 'vscode', 'browser');
  const files = globSync('**/*.browser.ts', { cwd: folder })
    .map((file) => join(folder, file))
    .filter((file) => file.includes(only ?? ''))
    .sort();
  for (const file of files) await import(file);

  console.log('\nBrowser');
  const counts: Counts = { passed: 0, failed: 0 };
  const windows = new Windows(entry, vsix, browser);
  try {
    for (const test of declared) {
      const start = performance.now();
      let error = await runTest(test, windows, demo);
      if (error !== undefined) {
        // The editor's own interface drops a click or a key now and then; what is broken fails again in a new window.
        console.log(`  ${test.name}: once more, after\n    ${error.replaceAll('\n', '\n    ')}`);
        error = await runTest(test, windows, demo);
      }
      printTest(test.name, Math.round(performance.now() - start), error);
      counts[error === undefined ? 'passed' : 'failed'] += 1;
    }
  } finally {
    await windows.close();
  }
  if (declared.length === 0 && only === undefined) {
    printTest('the browser suite declares a test', 0, 'It declares none.');
    counts.failed += 1;
  }
  return counts;
}

/** What went wrong, or undefined. */
async function runTest(
  test: BrowserTest,
  windows: Windows,
  demo: () => Promise<DemoCluster>,
): Promise<string | undefined> {
  const cleanUps: (() => void | Promise<void>)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Not finished after ${millisecondsPerTest / 1000} s`)),
      millisecondsPerTest,
    );
  });
  try {
    const context = {
      openWorkbench: windows.open.bind(windows),
      demo,
      cleanUp: (work: () => void | Promise<void>) => {
        cleanUps.push(work);
      },
    };
    await Promise.race([test.run(context), late]);
    return undefined;
  } catch (thrown) {
    const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    await mkdir(testResults, { recursive: true });
    const name = test.name.replace(/[^a-z0-9]+/gi, '-').toLowerCase();
    const pictures = await windows.screenshots((index) => join(testResults, `${name}-${index + 1}.png`));
    return [error, ...pictures.map((picture) => `See ${picture}`)].join('\n');
  } finally {
    clearTimeout(timer);
    await windows.closeWindows();
    for (const work of cleanUps.reverse()) await work();
  }
}

import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startCodeServer } from './codeServer.js';
import type { HostEvent, PersonAnswer, PersonDeed } from './hostEvents.js';
import { root, testResults } from './paths.js';
import { addCounts, type Counts, printTest } from './report.js';
import { scratchFolder } from './scratch.js';
import { until } from './until.js';
import { packageHostSuite } from './vsix.js';
import { Workbench } from './workbench.js';

export interface HostRun {
  readonly entry: string;
  readonly browser: Browser;
  readonly vsix: string;
  /** Environment of the extension host: where the demo cluster is. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs only the files whose path contains this. */
  readonly only?: string | undefined;
}

/**
 * Runs `test/vscode/host/trusted` in a window without Workspace Trust and `test/vscode/host/restricted` in one in Restricted
 * Mode, each on an empty workspace folder, with the real `vscode` API.
 */
export async function runHostSuites(options: HostRun): Promise<Counts> {
  let counts: Counts = { passed: 0, failed: 0 };
  for (const name of ['trusted', 'restricted'] as const) {
    const folder = join(root, 'test', 'vscode', 'host', name);
    const files = globSync('**/*.host.ts', { cwd: folder })
      .map((file) => join(folder, file))
      .filter((file) => file.includes(options.only ?? ''))
      .sort();
    if (files.length === 0 && options.only !== undefined) continue;
    console.log(`\nExtension host, ${name}: ${files.map((file) => basename(file, '.host.ts')).join(', ')}`);
    counts = addCounts(counts, await runSuite(name, files, options));
  }
  return counts;
}

async function runSuite(
  name: 'trusted' | 'restricted',
  files: readonly string[],
  { entry, browser, vsix, env }: HostRun,
): Promise<Counts> {
  const folder = scratchFolder(`host-${name}`);
  const [reportFile, answersFile] = [join(folder, 'report.jsonl'), join(folder, 'answers.jsonl')];
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  const suite = await packageHostSuite(name, files);
  const server = await startCodeServer({
    entry,
    extensions: [vsix, suite],
    trusted: name === 'trusted',
    env: { ...env, POD_IAM_TEST_REPORT: reportFile, POD_IAM_TEST_ANSWERS: answersFile },
  });
  const page = await browser.newPage();
  const counts: Counts = { passed: 0, failed: 0 };
  const finish = (test: string, milliseconds: number, error?: string) => {
    printTest(test, milliseconds, error);
    counts[error === undefined ? 'passed' : 'failed'] += 1;
  };
  let running: string | undefined;
  try {
    // The window starts the extension host, and the suite with it.
    await page.goto(server.address(workspace));
    let seen = 0;
    let finished = false;
    while (!finished) {
      // Longer than a test may take, so only a dead or stuck host gets here.
      const events = await until('the next test of the extension host', 240_000, () => {
        const events = readEvents(reportFile);
        return events.length > seen ? events.slice(seen) : undefined;
      });
      seen += events.length;
      for (const event of events) {
        if (event.event === 'started') running = event.name;
        else if (event.event === 'asked')
          appendFileSync(answersFile, `${JSON.stringify(await act(new Workbench(page), event.id, event.deed))}\n`);
        else if (event.event === 'ended') {
          running = undefined;
          finish(event.name, event.milliseconds, event.error);
        } else {
          finished = true;
          if (event.tests === 0) finish(`the ${name} suite declares a test`, 0, 'It declares none.');
        }
      }
    }
  } catch (error) {
    mkdirSync(testResults, { recursive: true });
    const picture = join(testResults, `host-${name}.png`);
    const log = join(testResults, `host-${name}.log`);
    await page.screenshot({ path: picture });
    writeFileSync(log, server.output());
    finish(running ?? `the ${name} suite runs to its end`, 0, `${String(error)}\nSee ${picture} and ${log}`);
  } finally {
    await page.close();
    await server.stop();
  }
  return counts;
}

/** What only a person can do: extensions cannot press the buttons of dialogs. */
async function act(workbench: Workbench, id: number, deed: PersonDeed): Promise<PersonAnswer> {
  workbench.page.setDefaultTimeout(90_000);
  try {
    switch (deed.do) {
      case 'read the dialog':
        return { id, text: await workbench.dialog() };
      case 'press':
        await workbench.pressButton(deed.label);
        return { id };
      case 'answer':
        await workbench.answer(deed.text);
        return { id };
      case 'mark':
        await workbench.mark(deed.text);
        return { id };
      case 'read the notification':
        return { id, text: await workbench.notification(deed.text) };
    }
  } catch (error) {
    return { id, error: String(error) };
  }
}

function readEvents(file: string): HostEvent[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  // The last line may still be growing.
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as HostEvent);
}

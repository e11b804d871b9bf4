// The whole gate: types, lint, bundle, unit tests, then the packaged extension in the real VS Code.
//   npm test                           all of it
//   npm test -- unit                   one or more of: typecheck lint package unit host browser demo
//   npm test -- host browser --only hover   files whose path contains `hover`
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../test/support/vscode/browser.js';
import { runBrowserSuite } from '../test/support/vscode/browserRunner.js';
import { type DemoCluster, startDemoCluster } from '../test/support/vscode/demoCluster.js';
import { runHostSuites } from '../test/support/vscode/hostRunner.js';
import { codeServerInstalled, installCodeServer } from '../test/support/vscode/installCodeServer.js';
import { cache, root } from '../test/support/vscode/paths.js';
import { run } from '../test/support/vscode/processes.js';
import { addCounts, type Counts, printTest } from '../test/support/vscode/report.js';
import { missingForBrowser, missingForServer, sayMissing } from '../test/support/vscode/requirements.js';
import { productVsix } from '../test/support/vscode/vsix.js';

const steps = ['typecheck', 'lint', 'package', 'unit', 'host', 'browser', 'demo'] as const;
type Step = (typeof steps)[number];

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
const unknown = positionals.filter((name) => !steps.some((step) => step === name));
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(', ')}; there are ${steps.join(', ')}.`);
  process.exit(2);
}
const wanted = (step: Step) => positionals.length === 0 || positionals.includes(step);
const inCi = Boolean(process.env.CI) && process.env.CI !== 'false';

let total: Counts = { passed: 0, failed: 0 };
const notRun: string[] = [];

/** Runs a part of the gate; what it throws is one failure, and the other parts still run. */
async function part(name: string, work: () => Promise<Counts>): Promise<boolean> {
  let counts: Counts;
  try {
    counts = await work();
  } catch (error) {
    printTest(name, 0, error instanceof Error ? error.message : String(error));
    counts = { passed: 0, failed: 1 };
  }
  total = addCounts(total, counts);
  return counts.failed === 0;
}

async function command(name: string, program: string, ...args: string[]): Promise<void> {
  await part(name, async () => {
    const start = performance.now();
    const { code, output } = await run(join(root, 'node_modules', '.bin', program), args, { cwd: root });
    printTest(name, performance.now() - start, code === 0 ? undefined : output.trim());
    return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  });
}

if (wanted('typecheck')) await command('typecheck', 'tsc', '--noEmit', '-p', '.');
if (wanted('lint')) await command('lint', 'biome', 'check', '--error-on-warnings', '.');

const inEditor = wanted('host') || wanted('browser') || wanted('demo');
let vsix: string | undefined;
if (wanted('package') || inEditor) {
  await part('package', async () => {
    const start = performance.now();
    vsix = await productVsix();
    printTest(process.env.POD_IAM_VSIX ? `package (as it is: ${vsix})` : 'package', performance.now() - start);
    return { passed: 1, failed: 0 };
  });
}
if (wanted('unit')) await part('unit', runUnitTests);
if (inEditor) await part('editor', runEditorSuites);

const excused = !inCi && process.env.POD_IAM_WITHOUT_BROWSER === '1';
if (notRun.length > 0) {
  console.log(`\nNot run: ${notRun.join(', ')}${excused ? ' (POD_IAM_WITHOUT_BROWSER=1)' : ''}`);
  if (!excused) total.failed += notRun.length;
}
if (values.only !== undefined && total.passed + total.failed <= (vsix ? 1 : 0)) {
  console.log(`\nNo test file's path contains ${JSON.stringify(values.only)}.`);
  total.failed += 1;
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
// Sockets of the browser may still be open; everything has been said.
process.exit(total.failed > 0 ? 1 : 0);

async function runUnitTests(): Promise<Counts> {
  const report = join(cache, 'unit.json');
  await mkdir(cache, { recursive: true });
  await rm(report, { force: true });
  const { code } = await run(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      ...(values.only === undefined ? [] : [values.only]),
    ],
    { cwd: root, show: true },
  );
  interface UnitReport {
    readonly testResults: readonly {
      readonly status: string;
      readonly assertionResults: readonly { readonly status: string }[];
    }[];
  }
  const { testResults } = JSON.parse(await readFile(report, 'utf8')) as UnitReport;
  const tests = testResults.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === 'passed').length;
  // A file that could not be loaded has no tests, and a skipped test proves nothing: neither may pass unseen.
  const unloaded = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  const failed = tests.length - passed + unloaded;
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1) };
}

async function runEditorSuites(): Promise<Counts> {
  const suites = [
    ...(wanted('host') ? ['the extension host suite'] : []),
    ...(wanted('browser') ? ['the browser suite'] : []),
    ...(wanted('demo') ? ['the demo'] : []),
  ];
  const missing = [...(codeServerInstalled() ? [] : missingForServer()), ...missingForBrowser()];
  let counts: Counts = { passed: 0, failed: 0 };
  if (missing.length > 0 || !vsix) {
    if (missing.length > 0)
      console.log(`\n${sayMissing(missing)}\nOr leave these tests out: POD_IAM_WITHOUT_BROWSER=1 npm test`);
    notRun.push(...suites);
    return counts;
  }
  const entry = await installCodeServer((line) => console.log(line));
  const browser = await launchBrowser();
  let started: Promise<DemoCluster> | undefined;
  const demo = () => {
    started ??= startDemoCluster();
    return started;
  };
  try {
    if (wanted('host')) {
      const { env } = await demo();
      counts = addCounts(counts, await runHostSuites({ entry, browser, vsix, env, only: values.only }));
    }
    if (wanted('browser')) {
      counts = addCounts(counts, await runBrowserSuite({ entry, browser, vsix, demo, only: values.only }));
    }
  } finally {
    await browser.close();
    if (started) await (await started).stop();
  }
  if (wanted('demo')) counts = addCounts(counts, await checkDemo(vsix));
  return counts;
}

/** `npm run demo`, headless. */
async function checkDemo(path: string): Promise<Counts> {
  const start = performance.now();
  const script = ['--import', './scripts/typescript.mjs', 'scripts/demo.ts', '--check'];
  const env = { ...process.env, POD_IAM_VSIX: path };
  const { code, output } = await run(process.execPath, script, { cwd: root, env });
  console.log();
  printTest('npm run demo', performance.now() - start, code === 0 ? undefined : output.trim());
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

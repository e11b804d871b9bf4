// The demo: packages the extension, starts a cluster and an AWS of its own on 127.0.0.1, and opens the examples in VS Code.
//   npm run demo                       in the `code` of this machine, else in VS Code's server, to be opened in a browser
//   npm run demo -- --code-server      in VS Code's server even so
//   npm run demo -- --check            in a headless browser: exit 0 when the extension came up and shows the cluster
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../test/support/vscode/browser.js';
import { type CodeServer, quietSettings, startCodeServer } from '../test/support/vscode/codeServer.js';
import { type DemoCluster, startDemoCluster } from '../test/support/vscode/demoCluster.js';
import { environmentWithoutAccounts } from '../test/support/vscode/environment.js';
import { installCodeServer } from '../test/support/vscode/installCodeServer.js';
import { root } from '../test/support/vscode/paths.js';
import { runOrThrow, startService } from '../test/support/vscode/processes.js';
import { findProgram } from '../test/support/vscode/requirements.js';
import { scratchFolder } from '../test/support/vscode/scratch.js';
import { productVsix } from '../test/support/vscode/vsix.js';
import { Workbench } from '../test/support/vscode/workbench.js';

const { values } = parseArgs({ options: { 'code-server': { type: 'boolean' }, check: { type: 'boolean' } } });

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
// What still runs ends with this process.
process.exit(0);

async function main(): Promise<void> {
  console.log('Building and packaging the extension');
  const vsix = await productVsix();
  console.log('Starting the demo cluster');
  const cluster = await startDemoCluster();
  const settings = scratchFolder('demo-home');
  // Neither the person's clusters nor their accounts: the AWS SDKs read these files even when there are keys in the environment.
  const env = {
    AWS_CONFIG_FILE: join(settings, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(settings, 'credentials'),
    ...cluster.env,
  };
  // A copy, so that every fix can be tried.
  const examples = join(scratchFolder('demo'), 'examples');
  cpSync(join(root, 'examples'), examples, { recursive: true });

  const desktop = values.check || values['code-server'] ? undefined : findDesktop();
  if (desktop) await openDesktop(desktop, vsix, examples, env, cluster);
  else await openServer(vsix, examples, env, cluster);
}

/** The desktop's `code`. Inside a remote window `code` is a messenger that can't start a window with folders of its own. */
function findDesktop(): string | undefined {
  return process.env.VSCODE_IPC_HOOK_CLI ? undefined : findProgram(['code', 'codium', 'code-insiders']);
}

async function openDesktop(
  code: string,
  vsix: string,
  examples: string,
  extra: Readonly<Record<string, string>>,
  cluster: DemoCluster,
): Promise<void> {
  // Folders of its own leave the person's editor as it is, and make VS Code start anew with this environment.
  const folder = scratchFolder('demo-vscode');
  const userData = join(folder, 'user-data');
  mkdirSync(join(userData, 'User'), { recursive: true });
  writeFileSync(join(userData, 'User', 'settings.json'), JSON.stringify(quietSettings, null, 2));
  const folders = ['--user-data-dir', userData, '--extensions-dir', join(folder, 'extensions')];
  const env = { ...environmentWithoutAccounts(), ...extra };
  await runOrThrow(code, [...folders, '--install-extension', vsix], { env });
  const editor = startService(code, [...folders, '--disable-workspace-trust', '--new-window', '--wait', examples], {
    env,
  });
  console.log(`\nVS Code is opening ${examples}`);
  sayWhatToSee(extra, cluster, 'Close the window or press Ctrl-C to end everything.');
  const status = await editor.exited;
  if (status !== 0)
    throw new Error(`VS Code ended with ${status}:\n${editor.output()}\nTry npm run demo -- --code-server`);
}

async function openServer(
  vsix: string,
  examples: string,
  env: Readonly<Record<string, string>>,
  cluster: DemoCluster,
): Promise<void> {
  const entry = await installCodeServer((line) => console.log(line));
  const server = await startCodeServer({ entry, extensions: [vsix], env });
  if (values.check) {
    await check(server, examples);
    return;
  }
  console.log(`\nVS Code waits for your browser:\n  ${server.address(examples)}`);
  sayWhatToSee(env, cluster, 'Press Ctrl-C to end everything.');
  await server.exited;
  throw new Error(`VS Code's server ended:\n${server.output()}`);
}

function sayWhatToSee(env: Readonly<Record<string, string>>, cluster: DemoCluster, ending: string): void {
  const variables = Object.entries(env).map(([name, value]) => `  export ${name}='${value}'`);
  console.log(
    [
      '',
      'What to look at',
      '  1. The Problems panel (Ctrl+Shift+M): mistakes in trust policies and ServiceAccounts, each at its place.',
      '     Click one, then Ctrl+. shows the fixes, and the mouse over the squiggle says why it matters.',
      '  2. Pod IAM in the activity bar: open the cluster, then a namespace. Every service account says which identity its',
      '     pods get, and if not, why. "Verify Caller Identity…" on a row asks the demo’s STS for the answer.',
      '',
      'The same cluster in a terminal',
      ...variables,
      '  node dist/cli.js inspect',
      `  kubectl --kubeconfig '${cluster.kubeconfig}' get serviceaccounts -A`,
      '',
      ending,
    ].join('\n'),
  );
}

/** Opens the window headless and waits for what a person would see: the cluster of the demo's kubeconfig in the side bar. */
async function check(server: CodeServer, examples: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(server.address(examples));
    const workbench = new Workbench(page);
    await workbench.ready();
    await workbench.openActivity('Pod IAM');
    const rows = await (await workbench.view('Clusters')).anyRows();
    console.log(`VS Code came up with the extension; its clusters: ${rows.map((row) => row.label).join(', ')}`);
  } finally {
    await browser.close();
    await server.stop();
  }
}

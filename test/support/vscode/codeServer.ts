import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentWithoutAccounts } from './environment.js';
import { runOrThrow, startService } from './processes.js';
import { scratchFolder } from './scratch.js';
import { until } from './until.js';

export interface CodeServerOptions {
  /** Path of code-server's entry script, from `installCodeServer`. */
  readonly entry: string;
  /** VSIX files, installed in this order. */
  readonly extensions: readonly string[];
  /** False starts it with Workspace Trust, and so every folder in Restricted Mode. */
  readonly trusted?: boolean;
  /** User settings over the quiet ones of the harness. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment of the server and the extension host: KUBECONFIG, AWS_ENDPOINT_URL, … */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CodeServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Address that opens `folder` with `files` (absolute paths) in tabs. */
  address(folder: string, files?: readonly string[]): string;
  output(): string;
  stop(): Promise<void>;
  readonly exited: Promise<number | null>;
}

/** No welcome pages, no network, no chat, no prompts: only what a test asks for is on the screen. */
export const quietSettings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
};

/** Starts VS Code's server on a free port of 127.0.0.1 with folders of its own; resolves when it answers. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const folder = scratchFolder('code-server');
  const [userData, extensions, home] = ['user-data', 'extensions', 'home'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await Promise.all([join(userData, 'User'), extensions, home].map((path) => mkdir(path, { recursive: true })));
  await writeFile(
    join(userData, 'User', 'settings.json'),
    JSON.stringify({ ...quietSettings, ...options.settings }, null, 2),
  );

  const env = { ...environmentWithoutAccounts(), HOME: home, ...options.env };
  const config = join(folder, 'config.yaml');
  await writeFile(config, 'cert: false\n');
  const folders = ['--user-data-dir', userData, '--extensions-dir', extensions, '--config', config];

  if (options.extensions.length > 0) {
    const installs = options.extensions.flatMap((vsix) => ['--install-extension', vsix]);
    await runOrThrow(process.execPath, [options.entry, ...folders, ...installs], { env });
  }

  const service = startService(
    process.execPath,
    [
      options.entry,
      ...folders,
      ...['--auth', 'none', '--bind-addr', '127.0.0.1:0', '--disable-telemetry', '--disable-update-check'],
      ...(options.trusted === false ? [] : ['--disable-workspace-trust']),
    ],
    { env },
  );
  let ended = false;
  void service.exited.then(() => {
    ended = true;
  });
  const origin = await until('VS Code’s server to answer', 90_000, async () => {
    if (ended) throw new Error(`VS Code's server ended at once:\n${service.output()}`);
    const listening = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(service.output())?.[1];
    return listening && (await answers(listening)) ? listening : undefined;
  });

  return {
    origin,
    address(workspace, files = []) {
      const { host } = new URL(origin);
      const address = new URL(origin);
      address.searchParams.set('folder', workspace);
      const payload = files.map((file) => ['openFile', `vscode-remote://${host}${file}`]);
      if (payload.length > 0) address.searchParams.set('payload', JSON.stringify(payload));
      return address.href;
    },
    output: service.output,
    stop: service.stop,
    exited: service.exited,
  };
}

async function answers(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    // Not yet listening; the caller asks again.
    return false;
  }
}

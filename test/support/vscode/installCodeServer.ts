import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { cache } from './paths.js';
import { runOrThrow } from './processes.js';
import { missingForServer, sayMissing } from './requirements.js';

/** Its editor is VS Code 1.139.1. */
const version = '4.139.1';

/** The native modules an editor with diagnostics, trees and a terminal needs; Kerberos and the like stay unbuilt. */
const nativeModules = ['@vscode/spdlog', '@vscode/native-watchdog', '@parcel/watcher', 'node-pty'];

const folder = join(cache, `code-server-${version}`);
const entry = join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js');

/** Whether it is in `.cache` already, so that nothing has to be built. */
export function codeServerInstalled(): boolean {
  return existsSync(entry);
}

/**
 * Path of code-server's entry script, installed from npm into `.cache` when it is not there yet (about 45 seconds, 600 MB).
 * It is the real VS Code server and workbench, and comes from the npm registry alone.
 * @throws when this machine lacks a compiler or Python, saying which, or when npm fails
 */
export async function installCodeServer(say: (line: string) => void): Promise<string> {
  if (codeServerInstalled()) return entry;

  const missing = missingForServer();
  if (missing.length > 0) throw new Error(sayMissing(missing));
  requireNode24();

  // Built beside its final place and renamed at the end, so that an interrupted installation is never taken for a whole one.
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await writeFile(join(unfinished, 'package.json'), '{ "private": true }\n');

  const env = npmEnvironment();
  const npm = (cwd: string, ...args: string[]) => runOrThrow('npm', [...args, '--no-audit', '--no-fund'], { cwd, env });
  say(`Installing VS Code's server (code-server ${version}) into .cache; this happens once.`);
  say('  1/3 downloading the server');
  await npm(unfinished, 'install', `code-server@${version}`, '--ignore-scripts');
  const editor = join(unfinished, 'node_modules', 'code-server', 'lib', 'vscode');
  say("  2/3 downloading the editor's modules");
  await npm(editor, 'install', '--omit=dev', '--ignore-scripts');
  say('  3/3 compiling four native modules');
  await npm(editor, 'rebuild', ...nativeModules);

  await rename(unfinished, folder);
  return entry;
}

function requireNode24(): void {
  if (Number(process.versions.node.split('.')[0]) < 24) {
    throw new Error(
      `VS Code's server needs Node 24 and this is ${process.version}. Start it through npm (npm test, npm run demo): the project brings Node 24 with it.`,
    );
  }
}

function npmEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    // What an outer `npm run` says of its own package; the user's npm settings stay.
    if (/^npm_(package|lifecycle)_|^npm_config_(local_prefix|prefix)$|^npm_command$/.test(name)) continue;
    env[name] = value;
  }
  env.PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
  // The modules use Node-API, which is the same in every version, so headers that stand on the machine do, and node-gyp need
  // not download any.
  const headers = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => dirname(folder))
    .find((prefix) => existsSync(join(prefix, 'include', 'node', 'common.gypi')));
  if (headers && !env.npm_config_nodedir) env.npm_config_nodedir = headers;
  return env;
}

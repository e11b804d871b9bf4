import { createRequire, isBuiltin } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import { vi } from 'vitest';
import { type OpenText, stubEditor } from './stubEditor.js';

interface Bundling {
  readonly liveIsExternal: Plugin;
  readonly coreIsShared: (shared: Map<string, string>) => Plugin;
}

export interface Bundle {
  readonly text: string;
  /** What dist/core.js gives. */
  readonly core: Readonly<Record<string, unknown>>;
}

/** Modules of Node that touch nothing. */
const harmless = new Set(['node:path']);
const nodeRequire = createRequire(import.meta.url);

/** The extension, cut as it is published: the engine and the SDKs are files of their own. */
export async function bundleExtension(): Promise<Bundle> {
  const root = join(import.meta.dirname, '..', '..');
  const bundling = (await import(pathToFileURL(join(root, 'scripts', 'bundling.mjs')).href)) as Bundling;
  const shared = new Map<string, string>();
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src', 'vscode', 'extension.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: ['vscode'],
    plugins: [bundling.liveIsExternal, bundling.coreIsShared(shared)],
    logLevel: 'silent',
    absWorkingDir: root,
  });
  const core: Record<string, unknown> = {};
  for (const [name, path] of shared) core[name] = await import(pathToFileURL(path).href);
  return { text: outputFiles[0]!.text, core };
}

/** Loads the extension as VS Code does, and watches what it asks for; global `fetch` is watched until it is unstubbed. */
export function loadExtension(bundle: Bundle, open: readonly OpenText[]) {
  const editor = stubEditor(open);
  const loaded = new Set<string>();
  /** Calls that read, watch, run or ask anything outside. */
  const calls: string[] = editor.reads;
  const require = (name: string): unknown => {
    loaded.add(name);
    if (name === 'vscode') return editor.api;
    if (name === './core.js') return bundle.core;
    if (!isBuiltin(name)) throw new Error(`${name} is not to be loaded`);
    return harmless.has(name) ? nodeRequire(name) : watched(name, nodeRequire(name) as object, calls);
  };
  vi.stubGlobal('fetch', () => calls.push('fetch'));
  const module = { exports: {} as { activate(context: unknown): unknown } };
  compileFunction(bundle.text, ['module', 'exports', 'require'])(module, module.exports, require);
  return { ...editor, loaded, calls, activate: () => module.exports.activate(editor.context) };
}

/** Notes every call of the module's functions, at any depth. */
function watched<T extends object>(name: string, of: T, calls: string[]): T {
  return new Proxy(of, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (key === 'prototype' || value === null || (typeof value !== 'object' && typeof value !== 'function'))
        return value;
      return watched(`${name}.${String(key)}`, value as object, calls);
    },
    apply: (target, self, args) => {
      calls.push(name);
      return Reflect.apply(target as unknown as (...all: unknown[]) => unknown, self, args);
    },
  });
}

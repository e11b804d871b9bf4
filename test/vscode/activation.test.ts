import { createRequire, isBuiltin } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type OpenText, stubEditor } from './stubEditor.js';

interface Bundling {
  readonly root: string;
  readonly liveIsExternal: Plugin;
  readonly coreIsShared: (shared: Map<string, string>) => Plugin;
}

/** Modules of Node that touch nothing. */
const harmless = new Set(['node:path']);
const nodeRequire = createRequire(import.meta.url);

const policy: OpenText = {
  path: '/project/trust.json',
  languageId: 'json',
  text: JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: {
          Federated:
            'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF',
        },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:sub':
              'system:serviceaccount:payments:*',
          },
        },
      },
    ],
  }),
};

describe('activate()', () => {
  let bundle: string;
  const core: Record<string, unknown> = {};

  beforeAll(async () => {
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
    bundle = outputFiles[0]!.text;
    for (const [name, path] of shared) core[name] = await import(pathToFileURL(path).href);
  });

  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  /** Loads the extension as VS Code does, and watches what it asks for. */
  function load(open: readonly OpenText[]) {
    const editor = stubEditor(open);
    const loaded = new Set<string>();
    const calls: string[] = editor.reads;
    const require = (name: string): unknown => {
      loaded.add(name);
      if (name === 'vscode') return editor.api;
      if (name === './core.js') return core;
      if (!isBuiltin(name)) throw new Error(`${name} is not to be loaded`);
      return harmless.has(name) ? nodeRequire(name) : watched(name, nodeRequire(name) as object, calls);
    };
    vi.stubGlobal('fetch', () => calls.push('fetch'));
    const module = { exports: {} as { activate(context: unknown): unknown } };
    compileFunction(bundle, ['module', 'exports', 'require'])(module, module.exports, require);
    return { ...editor, loaded, calls, activate: () => module.exports.activate(editor.context) };
  }

  test('reads nothing, asks nobody, and loads neither the engine nor the SDKs', () => {
    const { activate, loaded, calls } = load([policy]);
    expect(activate(), 'there is nothing to wait for').toBeUndefined();
    expect(loaded).toContain('vscode');
    expect(loaded).not.toContain('./core.js');
    expect(loaded).not.toContain('./live.js');
    expect(calls).toEqual([]);
  });

  test('is followed by the findings of what is open already', async () => {
    const { activate, loaded, shown } = load([policy]);
    activate();
    expect(shown).toEqual(new Map());
    await vi.runAllTimersAsync();
    expect(loaded).toContain('./core.js');
    expect(loaded).not.toContain('./live.js');
    const rules = shown.get('file:///project/trust.json')?.map(({ code }) => code?.value);
    expect(rules).toContain('trust-literal-wildcard');
  });

  test('is followed by nothing where nothing is open', async () => {
    const { activate, loaded, calls } = load([]);
    activate();
    await vi.runAllTimersAsync();
    expect(loaded).not.toContain('./core.js');
    expect(calls).toEqual([]);
  });
});

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

// Bundles: dist/extension.js (providers), dist/core.js (the engine, shared by the editor and live), dist/live.js (SDKs),
// dist/cli.js (whole), dist/demo.js, and the parsers' wasm.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const minify = process.argv.includes('--production');

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });

/** What `live` holds is loaded at the first cluster only, so the other bundles must not contain it. */
const liveIsExternal = {
  name: 'live-is-external',
  setup(builder) {
    builder.onResolve({ filter: /\/live\/main\.js$/ }, () => ({ path: './live.js', external: true }));
  },
};

const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minify,
  sourcemap: false,
  logLevel: 'warning',
  legalComments: 'none',
  absWorkingDir: root,
  // web-tree-sitter asks for import.meta.url; the wasm is handed to it as bytes, so any value will do that is a file on
  // Windows too, where one without a drive is refused.
  define: { 'import.meta.url': '"file:///C:/"' },
  // The packages' ESM builds are smaller once bundled.
  mainFields: ['module', 'main'],
};

const core = join(root, 'src', 'core') + sep;
/** Modules of the core that others import, by the name under which dist/core.js gives them. */
const shared = new Map();

/** The engine is one file for the editor and for live: loaded once, and not before a file or a cluster needs it. */
const coreIsShared = {
  name: 'core-is-shared',
  setup(builder) {
    builder.onResolve({ filter: /^\.{1,2}\// }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === 'resolved' || importer.startsWith(core)) return undefined;
      const found = await builder.resolve(path, { importer, resolveDir, kind, pluginData: 'resolved' });
      if (!found.path.startsWith(core)) return undefined;
      const name = relative(core, found.path).replace(/\.ts$/, '').replaceAll(/\W/g, '_');
      shared.set(name, found.path);
      return { path: name, namespace: 'core' };
    });
    builder.onResolve({ filter: /^\.\/core\.js$/ }, () => ({ path: './core.js', external: true }));
    builder.onLoad({ filter: /.*/, namespace: 'core' }, ({ path }) => ({
      // Taken from the file when first asked for, so that activation does not load the engine. An importer's view of a
      // CommonJS module shares its prototype, which is where the asking happens.
      contents: `module.exports = Object.create(new Proxy({}, { get: (_, name) => require('./core.js').${path}[name] }));`,
      resolveDir: root,
    }));
  },
};

await Promise.all([
  build({
    ...common,
    entryPoints: ['src/vscode/extension.ts'],
    outfile: 'dist/extension.js',
    external: ['vscode'],
    plugins: [liveIsExternal, coreIsShared],
  }),
  build({ ...common, entryPoints: ['src/live/main.ts'], outfile: 'dist/live.js', plugins: [coreIsShared] }),
  build({
    ...common,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.js',
    plugins: [liveIsExternal],
    banner: { js: '#!/usr/bin/env node' },
  }),
  build({ ...common, entryPoints: ['src/demo/main.ts'], outfile: 'dist/demo.js' }),
]);
await build({
  ...common,
  stdin: {
    contents: [...shared].map(([name, path]) => `export * as ${name} from ${JSON.stringify(path)};`).join('\n'),
    resolveDir: root,
  },
  outfile: 'dist/core.js',
});

const wasm = {
  'tree-sitter.wasm': 'node_modules/web-tree-sitter/web-tree-sitter.wasm',
  'tree-sitter-hcl.wasm': 'node_modules/@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-hcl.wasm',
};
await Promise.all(Object.entries(wasm).map(([name, from]) => copyFile(join(root, from), join(dist, name))));

// Bundles: dist/extension.js (core and providers), dist/live.js (SDKs), dist/cli.js, and the parsers' wasm.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

await Promise.all([
  build({
    ...common,
    entryPoints: ['src/vscode/extension.ts'],
    outfile: 'dist/extension.js',
    external: ['vscode'],
    plugins: [liveIsExternal],
  }),
  build({ ...common, entryPoints: ['src/live/main.ts'], outfile: 'dist/live.js' }),
  build({
    ...common,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.js',
    plugins: [liveIsExternal],
    banner: { js: '#!/usr/bin/env node' },
  }),
  build({ ...common, entryPoints: ['src/demo/main.ts'], outfile: 'dist/demo.js' }),
]);

const wasm = {
  'tree-sitter.wasm': 'node_modules/web-tree-sitter/web-tree-sitter.wasm',
  'tree-sitter-hcl.wasm': 'node_modules/@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-hcl.wasm',
};
await Promise.all(Object.entries(wasm).map(([name, from]) => copyFile(join(root, from), join(dist, name))));

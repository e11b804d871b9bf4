// Bundles: dist/extension.js (providers), dist/core.js (the engine, shared by the editor and live), dist/live.js (SDKs),
// dist/cli.js (whole), dist/demo.js, and the parsers' wasm.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { coreIsShared, liveIsExternal, root } from './bundling.mjs';

const dist = join(root, 'dist');
const minify = process.argv.includes('--production');

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });

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

/** Modules of the core that others import, by the name under which dist/core.js gives them. */
const shared = new Map();

await Promise.all([
  build({
    ...common,
    entryPoints: ['src/vscode/extension.ts'],
    outfile: 'dist/extension.js',
    external: ['vscode'],
    plugins: [liveIsExternal, coreIsShared(shared)],
  }),
  build({ ...common, entryPoints: ['src/live/main.ts'], outfile: 'dist/live.js', plugins: [coreIsShared(shared)] }),
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

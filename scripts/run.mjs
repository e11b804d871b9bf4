// Runs a TypeScript file that imports the product: bundled into .cache first, packages left outside.
//   node scripts/run.mjs bench/main.ts [arguments]
import { spawn } from 'node:child_process';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [entry, ...rest] = process.argv.slice(2);
const outfile = join(root, '.cache', `${basename(entry, '.ts')}.${process.pid}.mjs`);
await build({
  entryPoints: [join(root, entry)],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
  absWorkingDir: root,
  define: { 'import.meta.dirname': JSON.stringify(join(root, dirname(entry))) },
});
const child = spawn(process.execPath, ['--expose-gc', relative(process.cwd(), outfile), ...rest], { stdio: 'inherit' });
child.on('exit', async (code) => {
  const { rm } = await import('node:fs/promises');
  await rm(outfile, { force: true });
  process.exitCode = code ?? 1;
});

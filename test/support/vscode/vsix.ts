import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { cache, extensionId, root, vsixPath } from './paths.js';
import { runOrThrow } from './processes.js';

/** Builds for production and packages the VSIX as it is published. Returns its path and size in bytes. */
export async function packageProduct(): Promise<{ path: string; bytes: number }> {
  await runOrThrow(process.execPath, [join(root, 'scripts', 'build.mjs'), '--production'], { cwd: root });
  await packageFolder(root, vsixPath);
  return { path: vsixPath, bytes: (await stat(vsixPath)).size };
}

/** The VSIX to test: `POD_IAM_VSIX` names one that is already made, otherwise it is built and packaged now. */
export async function productVsix(): Promise<string> {
  const made = process.env.POD_IAM_VSIX;
  return made ? resolve(made) : (await packageProduct()).path;
}

/**
 * Packages the extension that runs `files`, test files with calls of `test(…)`, inside the extension host.
 * It depends on the product, so the product is there when it activates.
 * @param name of the suite, a part of the extension's name
 */
export async function packageHostSuite(name: string, files: readonly string[]): Promise<string> {
  const folder = join(cache, 'host-suites', name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { engines } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { engines: { vscode: string } };
  const manifest = {
    name: `tests-${name}`,
    publisher: 'pod-iam',
    version: '0.0.0',
    license: 'MIT',
    engines: { vscode: engines.vscode },
    main: './main.js',
    activationEvents: ['onStartupFinished'],
    extensionDependencies: [extensionId],
    capabilities: { untrustedWorkspaces: { supported: true } },
  };
  await Promise.all([
    writeFile(join(folder, 'package.json'), JSON.stringify(manifest)),
    writeFile(join(folder, 'README.md'), 'Tests of Pod IAM, run in the extension host.\n'),
    writeFile(join(folder, 'LICENSE'), await readFile(join(root, 'LICENSE'))),
    build({
      stdin: {
        contents: [
          ...files.map((file) => `import ${JSON.stringify(file)};`),
          `export { activate } from ${JSON.stringify(join(root, 'test', 'vscode', 'host', 'activate.ts'))};`,
        ].join('\n'),
        resolveDir: root,
      },
      outfile: join(folder, 'main.js'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node24',
      sourcemap: 'inline',
      external: ['vscode'],
      logLevel: 'warning',
      absWorkingDir: root,
    }),
  ]);
  const packagePath = join(cache, 'host-suites', `${name}.vsix`);
  await packageFolder(folder, packagePath);
  return packagePath;
}

/** Everything is bundled, so a package never holds node_modules. */
async function packageFolder(folder: string, vsix: string): Promise<void> {
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', vsix];
  await runOrThrow(process.execPath, [vsce, 'package', ...options], { cwd: folder });
}

import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const source = join(root, 'src');

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

/** `src/a/b.ts` → what it imports: `src/…` of our own, or a package's name. */
function importsOf(path: string): Import[] {
  const text = readFileSync(path, 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?[^;'"]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
  );
  return [...found].map((match) => {
    const specifier = (match[2] ?? match[3] ?? match[4])!;
    const to = specifier.startsWith('.')
      ? relative(root, join(dirname(path), specifier)).replace(/\.js$/, '.ts')
      : specifier;
    return { from: relative(root, path), to, typeOnly: match[1] !== undefined };
  });
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(source, name));
const imports = files.flatMap(importsOf);

function outside(folder: string, allowed: (to: Import) => boolean): string[] {
  return imports
    .filter((each) => each.from.startsWith(folder) && !allowed(each))
    .map(({ from, to }) => `${from} → ${to}`);
}

const isNode = (name: string) => name.startsWith('node:') || builtinModules.includes(name);
const isSdk = (name: string) =>
  name.startsWith('@aws-sdk/') || name.startsWith('@smithy/') || name.startsWith('@kubernetes/');

describe('layers', () => {
  it('core imports only core and parsers', () => {
    const parsers = ['jsonc-parser', 'js-yaml', 'web-tree-sitter'];
    expect(outside('src/core/', ({ to }) => to.startsWith('src/core/') || parsers.includes(to))).toEqual([]);
  });

  it('web-tree-sitter stays inside syntax/hcl', () => {
    const others = imports.filter(({ from, to }) => to === 'web-tree-sitter' && !/^src\/core\/syntax\/hcl/.test(from));
    expect(others).toEqual([]);
  });

  it('iam and syntax know nothing of rules, workspace or features', () => {
    for (const folder of ['src/core/iam/', 'src/core/syntax/']) {
      expect(outside(folder, ({ to }) => !/^src\/core\/(?:rules|workspace|features|identity)\//.test(to))).toEqual([]);
    }
  });

  it('live knows neither editor nor command line', () => {
    expect(outside('src/live/', ({ to }) => !/^src\/(?:vscode|cli|demo)\//.test(to) && to !== 'vscode')).toEqual([]);
  });

  it('only live talks to the SDKs', () => {
    const others = imports
      .filter(({ from, to }) => isSdk(to) && !from.startsWith('src/live/'))
      .map(({ from, to }) => `${from} → ${to}`);
    expect(others).toEqual([]);
  });

  it('the editor and the command line take live by its one door, types apart', () => {
    const inside = (folder: string) =>
      outside(
        folder,
        ({ to, typeOnly }) =>
          !to.startsWith('src/live/') || typeOnly || to === 'src/live/main.ts' || to === 'src/live/types.ts',
      );
    expect(inside('src/vscode/')).toEqual([]);
    expect(inside('src/cli/')).toEqual([]);
  });

  it('the command line does not know the editor', () => {
    expect(outside('src/cli/', ({ to }) => to !== 'vscode' && !to.startsWith('src/vscode/'))).toEqual([]);
  });

  it('the demo imports nothing of the product it is there to show', () => {
    expect(
      outside('src/demo/', ({ to }) => to.startsWith('src/demo/') || isNode(to) || !to.startsWith('src/')),
    ).toEqual([]);
  });

  it('sees imports at all', () => {
    expect(imports.length).toBeGreaterThan(100);
  });
});

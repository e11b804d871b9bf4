import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { loadHcl, parseHcl } from '../../../src/core/syntax/hcl.js';
import type { HclBody } from '../../../src/core/syntax/hclAst.js';

const modules = createRequire(import.meta.url);

/** Gives the parser its bytes, as a host does. */
export async function loadHclForTests(): Promise<void> {
  const [engine, grammar] = await Promise.all(
    ['web-tree-sitter/web-tree-sitter.wasm', '@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-hcl.wasm'].map((path) =>
      readFile(modules.resolve(path)),
    ),
  );
  await loadHcl({ engine: engine!, grammar: grammar! });
}

export function parse(text: string): HclBody {
  return parseHcl({ file: 'main.tf', language: 'hcl', text });
}

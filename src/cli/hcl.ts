import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadHcl } from '../core/syntax/hcl.js';

/** The HCL parser's bytes stand beside the bundle; they are read when the first Terraform file is seen. */
export async function loadHclFromDisk(directory = __dirname): Promise<void> {
  const [engine, grammar] = await Promise.all(
    ['tree-sitter.wasm', 'tree-sitter-hcl.wasm'].map((name) => readFile(join(directory, name))),
  );
  await loadHcl({ engine: engine!, grammar: grammar! });
}

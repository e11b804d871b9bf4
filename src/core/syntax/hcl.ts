import { Language, Parser, type TreeCursor } from 'web-tree-sitter';
import type { HclBlock, HclBody, HclExpression } from './hclAst.js';
import { mend } from './hclMend.js';
import { type Health, readBody } from './hclReader.js';
import type { SourceDocument } from './tree.js';

let parser: Parser | undefined;
let loading: Promise<void> | undefined;

/** The parser's two WebAssembly modules, as bytes: the core reads no files. */
export interface HclWasm {
  /** `web-tree-sitter.wasm` */
  readonly engine: Uint8Array;
  /** `tree-sitter-hcl.wasm` */
  readonly grammar: Uint8Array;
}

/** Makes `parseHcl` usable. Further calls wait for the first one; after a failure the next call tries again. */
export function loadHcl(wasm: HclWasm): Promise<void> {
  loading ??= load(wasm).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(wasm: HclWasm): Promise<void> {
  await Parser.init({ wasmBinary: wasm.engine });
  const language = await Language.load(wasm.grammar);
  const ready = new Parser();
  ready.setLanguage(language);
  parser = ready;
}

export function hclReady(): boolean {
  return parser !== undefined;
}

/**
 * Reads a file, half-typed ones as far as they go. Synchronous; `loadHcl` must have been awaited.
 * @param wants blocks of the top level for which it says no are left out: most of a workspace's resources concern nobody here
 */
export function parseHcl(
  document: SourceDocument,
  wants: (type: string, label: string | undefined) => boolean = () => true,
): HclBody {
  return withTree(document, (cursor, health) => readBody(cursor, document, wants, health)) ?? emptyBody(document);
}

/** Reads one expression that stands in a document of its own, as inside a template's `${…}`. */
export function parseHclExpression(document: SourceDocument): HclExpression | undefined {
  // The grammar knows whole files only; the name in front is taken off all offsets again.
  const name = '_=';
  const body = withTree({ ...document, text: name + document.text }, (cursor) =>
    readBody(cursor, document, () => true, { shift: -name.length }),
  );
  const first = body?.items[0];
  return first?.kind === 'attribute' ? first.value : undefined;
}

function withTree<T>(document: SourceDocument, read: (cursor: TreeCursor, health: Health) => T): T | undefined {
  if (!parser) throw new Error('parseHcl was called before loadHcl');
  // The grammar knows no byte order mark; blanked, it leaves the offsets alone.
  const text = document.text.replace(/^\uFEFF/, ' ');
  let tree = parser.parse(text);
  if (!tree) return undefined;
  let health: Health = { sound: !tree.rootNode.hasError };
  const mended = health.sound ? undefined : mend(text);
  const other = mended && parser.parse(mended.text);
  if (other) {
    // A tree without faults is better than one that was put together round them.
    const sound = !other.rootNode.hasError;
    if (sound) health = { sound, blanked: mended.blanked, dangling: mended.dangling };
    const worse = sound ? tree : other;
    if (sound) tree = other;
    worse.delete();
  }
  const cursor = tree.walk();
  try {
    return read(cursor, health);
  } finally {
    // What stands in the engine's memory is not collected.
    cursor.delete();
    tree.delete();
  }
}

function emptyBody(document: SourceDocument): HclBody {
  return { document, items: [], start: 0, end: document.text.length, broken: true };
}

/** The blocks of a body, of one type or all. */
export function blocksIn(body: HclBody, type?: string): HclBlock[] {
  return body.items.filter(
    (item): item is HclBlock => item.kind === 'block' && (type === undefined || item.type === type),
  );
}

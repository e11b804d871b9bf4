import { parseJson } from './json.js';
import { documentEol } from './layout.js';
import { expressionOf } from './sourceString.js';
import { type Hole, isMasked } from './text.js';
import { type Embedding, type SourceDocument, type StringNode, type SyntaxNode, sourceOffset } from './tree.js';
import { parseYaml } from './yaml.js';

const trees = new WeakMap<StringNode, SyntaxNode | undefined>();

/** The JSON document inside a string, with nodes that know their place in the file; undefined where there is none. */
export function embedJson(node: StringNode): SyntaxNode | undefined {
  if (!trees.has(node)) {
    const looksLikeJson = /^\s*[{[]/.test(node.raw);
    trees.set(node, looksLikeJson ? parseJson(embedDocument(node, 'json')).root : undefined);
  }
  return trees.get(node);
}

const yamlTrees = new WeakMap<StringNode, readonly SyntaxNode[]>();

/** The YAML documents inside a string, with nodes that know their place in the file. */
export function embedYaml(node: StringNode): readonly SyntaxNode[] {
  let roots = yamlTrees.get(node);
  if (!roots) {
    roots = parseYaml(embedDocument(node, 'yaml')).flatMap(({ root }) => root ?? []);
    yamlTrees.set(node, roots);
  }
  return roots;
}

/** The text inside a string as a document of its own. */
export function embedDocument(node: StringNode, language: SourceDocument['language']): SourceDocument {
  return { file: node.document.file, language, text: node.raw, host: embeddingIn(node) };
}

function embeddingIn(node: StringNode): Embedding {
  const { document } = node;
  const toHost = (offset: number) => sourceOffset(node, offset);
  let runs: ReadonlyMap<number, Hole> | undefined;
  return {
    document,
    toHost,
    toHostEnd: (offset) => node.ends?.[offset],
    encode: (text, at) => encodeInto(node, text, at),
    holeAt: (offset) => {
      runs ??= maskedHoles(node);
      return runs.get(offset);
    },
  };
}

/** The holes behind the masked runs of a string's `raw`, by the offset where each begins there. */
export function maskedHoles(node: StringNode): Map<number, Hole> {
  const found = new Map<number, Hole>();
  if (!isMasked(node.raw)) return found;
  const { document } = node;
  let index = 0;
  for (const run of node.raw.matchAll(/\uE000\uE001*/g)) {
    const from = sourceOffset(node, run.index);
    const to = sourceOffset(node, run.index + run[0].length - 1) + 1;
    const known = node.masked?.[index++] ?? document.host?.holeAt(from);
    found.set(run.index, known ?? { expression: expressionOf(document.text.slice(from, to)) });
  }
  return found;
}

/** New text as it must be written at a decoded offset inside a string. */
export function encodeInto(node: StringNode, text: string, at: number): string {
  if (node.encode) return node.encode(text, at);
  if (node.document.language === 'json') return JSON.stringify(text).slice(1, -1);
  switch (node.style) {
    case 'literal':
    case 'folded':
    case 'heredoc':
      return indented(node, text);
    case 'single':
      return text.replaceAll("'", "''").replace(/\s*\r?\n\s*/g, ' ');
    case 'double':
      return JSON.stringify(text).slice(1, -1);
    default:
      return text.replace(/\s*\r?\n\s*/g, ' ');
  }
}

/** New lines take the block's own indentation: what stands in the host before its first line, and the host's line ends. */
function indented(node: StringNode, text: string): string {
  if (!text.includes('\n')) return text;
  const host = node.document.text;
  const inHost = sourceOffset(node, Math.max(0, node.raw.search(/[^\n]/)));
  const before = host.slice(host.lastIndexOf('\n', inHost - 1) + 1, inHost);
  const indent = /^\s*$/.test(before) ? before : '';
  const eol = documentEol(host);
  return text.replace(/\r?\n(?=(\r?\n)?)/g, (_newline, blank?: string) => (blank === undefined ? eol + indent : eol));
}

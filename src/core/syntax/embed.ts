import { parseJson } from './json.js';
import { expressionOf } from './sourceString.js';
import { type Hole, isMasked } from './text.js';
import { type Embedding, type SourceDocument, type StringNode, type SyntaxNode, sourceOffset } from './tree.js';

const trees = new WeakMap<StringNode, SyntaxNode | undefined>();

/** The JSON document inside a string, with nodes that know their place in the file; undefined where there is none. */
export function embedJson(node: StringNode): SyntaxNode | undefined {
  if (!trees.has(node)) {
    const looksLikeJson = /^\s*[{[]/.test(node.raw);
    trees.set(node, looksLikeJson ? parseJson(embedDocument(node, 'json')).root : undefined);
  }
  return trees.get(node);
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
    encode: (text, at) => encodeFor(node, text, at),
    holeAt: (offset) => {
      runs ??= isMasked(node.raw) ? holesOf(node) : new Map();
      return runs.get(offset);
    },
  };
}

function holesOf(node: StringNode): Map<number, Hole> {
  const { document } = node;
  const found = new Map<number, Hole>();
  let index = 0;
  for (const run of node.raw.matchAll(/\uE000\uE001*/g)) {
    const from = sourceOffset(node, run.index);
    const to = sourceOffset(node, run.index + run[0].length - 1) + 1;
    const known = node.masked?.[index++] ?? document.host?.holeAt(from);
    found.set(run.index, known ?? { expression: expressionOf(document.text.slice(from, to)) });
  }
  return found;
}

function encodeFor(node: StringNode, text: string, at: number): string {
  switch (node.style) {
    case 'literal':
    case 'folded':
    case 'heredoc': {
      // New lines take the block's own indentation: what stands in the host before the decoded line.
      const lineStart = node.raw.lastIndexOf('\n', at - 1) + 1;
      const inHost = sourceOffset(node, lineStart);
      const hostLine = node.document.text.lastIndexOf('\n', inHost - 1) + 1;
      const indent = node.document.text.slice(hostLine, inHost);
      return text.replace(/\r?\n(?!\r?\n|$)/g, (newline) => newline + (/^\s*$/.test(indent) ? indent : ''));
    }
    case 'single':
      return text.replaceAll("'", "''").replace(/\s*\r?\n\s*/g, ' ');
    case 'double':
      return JSON.stringify(text).slice(1, -1);
    default:
      return text.replace(/\s*\r?\n\s*/g, ' ');
  }
}

import { type Facts, noFacts } from '../../../src/core/facts/model.js';
import { parseJson } from '../../../src/core/syntax/json.js';
import { display, type Text } from '../../../src/core/syntax/text.js';
import { placeOf, type SourceDocument, type SyntaxNode } from '../../../src/core/syntax/tree.js';
import { parseYaml } from '../../../src/core/syntax/yaml.js';

type Reader = (root: SyntaxNode, facts: Facts, context: { file: string; chart?: string }) => boolean;

/** What a reader makes of every document of a text, and how many of them it took for its own. */
export function read(
  reader: Reader,
  text: string,
  file = 'file.yaml',
  chart?: string,
): { facts: Facts; taken: number } {
  const facts = noFacts();
  const context = { file, ...(chart === undefined ? {} : { chart }) };
  const taken = rootsOf(text, file).filter((root) => reader(root, facts, context)).length;
  return { facts, taken };
}

export function rootsOf(text: string, file: string): SyntaxNode[] {
  const language = file.endsWith('.json') ? 'json' : 'yaml';
  const document: SourceDocument = { file, language, text };
  if (language === 'json') return [parseJson(document).root].flatMap((root) => root ?? []);
  return parseYaml(document).flatMap(({ root }) => root ?? []);
}

export function shown(node: { readonly text: Text } | undefined): string | undefined {
  return node && display(node.text);
}

/** The file's own characters under a node. */
export function typed(
  text: string,
  node: { document: SourceDocument; start: number; end: number } | undefined,
): string {
  if (!node) return '';
  const { start, end } = placeOf(node);
  return text.slice(start, end);
}

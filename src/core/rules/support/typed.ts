import { isMasked } from '../../syntax/text.js';
import { outermost, placeOf, type StringNode, sourceOffset } from '../../syntax/tree.js';

/**
 * The string as the file writes it, holes included (`${OidcProvider}`, `{{ .Values.issuer }}`, `<ISSUER>`): what a fix writes
 * when it repeats a part of it in another place of the same file.
 */
export function typed(node: StringNode): string {
  if (node.style === 'expression') {
    const [hole] = node.text;
    return node.text.length === 1 && typeof hole === 'object' ? `\${${hole.expression}}` : expressions(node);
  }
  if (!isMasked(node.raw)) return node.raw;
  return node.raw.replace(/\uE000\uE001*/g, (run, at: number) => sourceOf(node, at, at + run.length));
}

function expressions(node: StringNode): string {
  return node.text.map((part) => (typeof part === 'string' ? part : `\${${part.expression}}`)).join('');
}

function sourceOf(node: StringNode, from: number, to: number): string {
  const start = sourceOffset(node, from);
  const end = sourceOffset(node, to - 1) + 1;
  const place = placeOf({ document: node.document, start, end });
  const slice = outermost(node.document).text.slice(place.start, place.end);
  if (/^(?:\$\{|\{\{|%\{)/.test(slice)) return slice;
  const index = [...node.raw.slice(0, from).matchAll(/\uE000\uE001*/g)].length;
  const known = node.masked?.[index];
  return known ? `\${${known.expression}}` : slice;
}

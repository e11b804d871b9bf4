import { SUBJECT_PREFIX } from '../../iam/names.js';
import { isMasked } from '../../syntax/text.js';
import { outermost, placeOf, type StringNode, sourceOffset } from '../../syntax/tree.js';

/**
 * The string as the file writes it, holes included (`${OidcProvider}`, `{{ .Values.issuer }}`, `<ISSUER>`): what a fix writes
 * when it repeats a part of it in another place of the same file.
 */
export function typed(node: StringNode): string {
  if (node.style === 'expression') return expressions(node);
  return typedPart(node, 0, node.raw.length);
}

/** A part of it, by offsets of `raw`. */
export function typedPart(node: StringNode, from: number, to: number): string {
  const part = node.raw.slice(from, to);
  if (!isMasked(part)) return part;
  return part.replace(/\uE000\uE001*/g, (run, at: number) => sourceOf(node, from + at, from + at + run.length));
}

/** The subject with a name to be filled in wherever it has a pattern; what else it says stays as it is typed. */
export function exactSubject(node: StringNode): string {
  const parts: string[] = [];
  let at = 0;
  for (const part of node.raw.split(':')) {
    parts.push(/[*?]/.test(part) ? '' : typedPart(node, at, at + part.length));
    at += part.length + 1;
  }
  const [, , namespace, name] = parts.length === 4 ? parts : [];
  return `${SUBJECT_PREFIX}${namespace || 'NAMESPACE'}:${name || 'NAME'}`;
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

import { embedDocument, embedJson, embedYaml } from '../../syntax/embed.js';
import { parseHclExpression } from '../../syntax/hcl.js';
import type { HclExpression, Span } from '../../syntax/hclAst.js';
import { makeHole, makeString, unknownHole } from '../../syntax/hclNodes.js';
import { decode, type Filled, templateParts } from '../../syntax/hclTemplate.js';
import { parseJson } from '../../syntax/json.js';
import {
  type ModuleUse,
  type SourceDocument,
  type StringNode,
  type SyntaxNode,
  sourceOffset,
} from '../../syntax/tree.js';
import { parseYaml } from '../../syntax/yaml.js';
import type { Evaluator } from './evaluate.js';
import type { Scope } from './scope.js';
import { mapIn } from './values.js';

const parsed = new WeakMap<
  StringNode,
  Map<number, { expression: HclExpression; document: SourceDocument } | undefined>
>();

export function fillWith(part: Span & { kind: string }, value: SyntaxNode | undefined, source: string): Filled {
  const inner = source
    .slice(part.start + 2, part.end - 1)
    .replace(/^~|~$/g, '')
    .trim();
  if (part.kind === 'directive' || !value) return { hole: { expression: inner } };
  if (value.kind === 'string') {
    const only = unknownHole(value);
    return only ? { hole: only } : { raw: value.raw, masked: value.masked ?? [] };
  }
  if (value.kind === 'number' || value.kind === 'boolean') return { raw: value.source, masked: [] };
  // A list or an object, even a known one: a change inside of it would have no place to be written.
  return { hole: { expression: inner } };
}

/** A string whose decoded text is a template: of the JSON syntax, or a file's content. */
export function renderTemplate(evaluator: Evaluator, node: StringNode, scope: Scope): SyntaxNode {
  if (!/[$%]\{/.test(node.raw)) return node;
  const sole = soleInterpolation(node);
  if (sole) {
    const value = evaluator.evaluate(sole.expression, { ...scope, document: sole.document });
    const hole = unknownHole(value);
    return hole ? makeHole(node.document, node, hole) : value;
  }
  const fill = (part: Span & { kind: 'interpolation' | 'directive' }): Filled => {
    const inner = part.kind === 'interpolation' ? expressionIn(node, part) : undefined;
    return fillWith(
      part,
      inner && evaluator.evaluate(inner.expression, { ...scope, document: inner.document }),
      node.raw,
    );
  };
  const options = { escapes: false, flush: false, policyVariables: scope.policyVariables };
  const decoded = decode(node.raw, { start: 0, end: node.raw.length }, templateParts(node.raw), fill, options);
  const offsets = Array.from({ length: decoded.raw.length + 1 }, (_, i) =>
    sourceOffset(node, decoded.offsets?.[i] ?? i),
  );
  return makeString(node.document, node, {
    style: node.style,
    contentStart: node.contentStart,
    raw: decoded.raw,
    masked: decoded.masked,
    offsets,
  });
}

export function soleInterpolation(
  node: StringNode,
): { expression: HclExpression; document: SourceDocument } | undefined {
  if (!node.raw.startsWith('${')) return undefined;
  const [part, second] = templateParts(node.raw);
  return part && !second && part.end === node.raw.length ? expressionIn(node, part) : undefined;
}

function expressionIn(
  node: StringNode,
  part: Span,
): { expression: HclExpression; document: SourceDocument } | undefined {
  const known = mapIn(parsed, node);
  if (!known.has(part.start)) {
    const whole = embedDocument(node, 'hcl');
    const from = part.start + 2;
    const text = node.raw.slice(from, part.end - 1);
    const host = whole.host!;
    const document: SourceDocument = {
      ...whole,
      text,
      host: {
        ...host,
        toHost: (offset) => host.toHost(from + offset),
        encode: (added, at) => host.encode(added, from + at),
        holeAt: (offset) => host.holeAt(from + offset),
      },
    };
    const expression = parseHclExpression(document);
    known.set(part.start, expression && { expression, document });
  }
  return known.get(part.start);
}

/** The JSON inside a string, or the JSON file itself where the string is one. */
export function jsonIn(node: StringNode): SyntaxNode | undefined {
  return isWholeFile(node) ? parseJson({ ...node.document, language: 'json' }).root : embedJson(node);
}

/** The one YAML document inside a string, or the YAML file itself where the string is one. */
export function yamlIn(node: StringNode): SyntaxNode | undefined {
  const roots = isWholeFile(node)
    ? parseYaml({ ...node.document, language: 'yaml' }).flatMap(({ root }) => root ?? [])
    : embedYaml(node);
  return roots.length === 1 ? roots[0] : undefined;
}

function isWholeFile({ document, start, end, raw }: StringNode): boolean {
  return !document.host && start === 0 && end === document.text.length && raw === document.text && raw !== '';
}

/** A file's text as one string that is the whole of its document. */
export function wholeFile(file: string, text: string, use?: ModuleUse): StringNode {
  const document: SourceDocument = { file, language: 'json', text, ...(use ? { use } : {}) };
  // `heredoc`: new lines that are put in keep the indentation of the line before, nothing is escaped.
  return makeString(document, { start: 0, end: text.length }, { style: 'heredoc', contentStart: 0, raw: text });
}

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test

import { describe, expect, it } from 'vitest';
import {
  addProperty,
  appendItem,
  applyEdits,
  fillProperty,
  removeItem,
  removeProperty,
  setAt,
} from '../../../src/core/syntax/edits.js';
import { parseJson } from '../../../src/core/syntax/json.js';
import { display, hasHole } from '../../../src/core/syntax/text.js';
import {
  type ArrayNode,
  get,
  type ObjectNode,
  property,
  type StringNode,
  type SyntaxNode,
  sourceOffset,
} from '../../../src/core/syntax/tree.js';
import { fc } from '../../support/properties.js';

const parse = (text: string) => parseJson({ file: 'a.json', language: 'json', text });
const root = (text: string) => parse(text).root as ObjectNode;
const at = <T extends SyntaxNode>(node: SyntaxNode, ...path: string[]) => get(node, ...path) as T;

function plain(node: SyntaxNode | undefined): unknown {
  switch (node?.kind) {
    case 'object':
      return Object.fromEntries(node.properties.map(({ key, value }) => [key.raw, plain(value)]));
    case 'array':
      return node.items.map(plain);
    case 'string':
      return node.raw;
    case 'number':
    case 'boolean':
      return node.value;
    default:
      return null;
  }
}

describe('JSON', () => {
  it('is read as JSON.parse reads it, each string at its place', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, indent) => {
        // The parser writes -0 as 0, and templates are another matter.
        const text = JSON.stringify(value, null, indent);
        fc.pre(!/\{\{|\$\{|\{[%#][^"]*[%#]\}|%\{|__proto__/.test(text));
        const { root: node, faults } = parse(text);
        expect(faults).toEqual([]);
        expect(plain(node)).toEqual(JSON.parse(text));
        const visit = (each: SyntaxNode | undefined) => {
          if (each?.kind === 'string') expect(JSON.parse(text.slice(each.start, each.end))).toBe(each.raw);
          if (each?.kind === 'array') each.items.forEach(visit);
          if (each?.kind === 'object') for (const { key, value: inner } of each.properties) [key, inner].forEach(visit);
        };
        visit(node);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes no directive from one string to another', () => {
    const text = '{"a": {"{#": 1}, "#}": 2}';
    expect(plain(root(text))).toEqual(JSON.parse(text));
  });

  it('maps escapes to their source', () => {
    const text = '{"a": "x\\u0041\\n\\"y"}';
    const node = at<StringNode>(root(text), 'a');
    expect(node.raw).toBe('xA\n"y');
    expect([0, 1, 2, 3, 4, 5].map((i) => sourceOffset(node, i))).toEqual([7, 8, 14, 16, 18, 19]);
  });

  it('takes comments, trailing commas, and what is half typed', () => {
    expect(plain(root('{ // a\n "a": 1, /* b */ "b": [1, 2,], }'))).toEqual({ a: 1, b: [1, 2] });
    expect(plain(root('{"a": {"b": "c'))).toEqual({ a: { b: 'c' } });
    expect(plain(root('{"a": , "b": 1}'))).toEqual({ a: null, b: 1 });
    expect(plain(root('{"a"'))).toEqual({ a: null });
    expect(parse('').root).toBeUndefined();
    expect(parse(`${'['.repeat(300)}`).root).toBeUndefined();
  });

  it('keeps both of two equal keys, and gives the later', () => {
    const node = root('{"a": 1, "a": 2}');
    expect(node.properties).toHaveLength(2);
    expect(plain(get(node, 'a'))).toBe(2);
  });

  it('takes templates for holes', () => {
    const node = root(
      '{"a": "x-{{ .Values.a }}", "b": {{ toJson .Values.b }}, "c": ${jsonencode(x)}, "d": "${aws:username}"}',
    );
    expect(['a', 'b', 'c', 'd'].map((key) => display(at<StringNode>(node, key).text))).toEqual([
      'x-${.Values.a}',
      '${toJson .Values.b}',
      '${jsonencode(x)}',
      '${aws:username}',
    ]);
    expect(hasHole(at<StringNode>(node, 'd').text)).toBe(false);
  });
});

describe('changes in JSON', () => {
  it.each([
    ['{ "a": 1 /* ] */, "b": 2 }', 'a', '{ "b": 2 }'],
    ['{ "a": 1, // why\n "b": 2 }', 'b', '{ "a": 1 // why }'],
    ['{\n  "a": 1, // why\n  "b": 2\n}', 'b', '{\n  "a": 1 // why\n}'],
    ['{\n  "a": 1,\n  "b": 2,\n}', 'b', '{\n  "a": 1,\n}'],
    ['{\n  "a": 1\n}', 'a', '{}'],
    ['{"a": {\n}}', 'a', '{}'],
    ['{"a": 1', 'a', '{'],
  ])('removes a member of %j', (text, key, expected) => {
    const node = root(text);
    const result = applyEdits(text, [removeProperty(node, property(node, key)!)]);
    // A comment to the end of the line must not swallow the bracket.
    if (expected.includes('// why }')) expect(plain(parse(result).root)).toEqual({ a: 1 });
    else expect(result).toBe(expected);
  });

  it.each([
    ['[1, /* x */ 2]', 1, '[1 /* x */]'],
    ['[\n  1,\n  2\n]', 0, '[\n  2\n]'],
    ['[[1], [2]]', 0, '[[2]]'],
    ['["a"]', 0, '[]'],
  ])('removes an item of %j', (text, index, expected) => {
    const node = parse(text).root as ArrayNode;
    expect(applyEdits(text, [removeItem(node, node.items[index]!)])).toBe(expected);
  });

  it.each([
    ['{}', '{ "x": 1 }'],
    ['{\n}', '{\n  "x": 1\n}'],
    ['{"a": 1}', '{"a": 1, "x": 1}'],
    ['{\n\t"a": 1\n}', '{\n\t"a": 1,\n\t"x": 1\n}'],
    ['{\r\n    "a": 1\r\n}', '{\r\n    "a": 1,\r\n    "x": 1\r\n}'],
    ['{"a": 1', '{"a": 1, "x": 1'],
    ['{"a": "b', '{"a": "b", "x": 1'],
    ['{"a": "b\\\\"}', '{"a": "b\\\\", "x": 1}'],
    ['{"a": "', '{"a": "", "x": 1'],
  ])('adds a member to %j', (text, expected) => {
    expect(applyEdits(text, [addProperty(root(text), 'x', 1)])).toBe(expected);
  });

  it('fills, appends, and reaches down', () => {
    const text = '{\n  "a": null,\n  "b": "x",\n  "c": []\n}';
    const node = root(text);
    expect(applyEdits(text, [fillProperty(node, property(node, 'a')!, { y: 1 })])).toContain(
      '"a": {\n    "y": 1\n  },',
    );
    expect(applyEdits(text, [appendItem(get(node, 'b')!, 'y')])).toContain('"b": ["x", "y"]');
    expect(applyEdits(text, [appendItem(get(node, 'c')!, 'y')])).toContain('"c": ["y"]');
    expect(applyEdits(text, [setAt(node, ['d', 'e'], ['f'])!])).toContain(',\n  "d": {\n    "e": ["f"]\n  }\n}');
    expect(setAt(node, ['b', 'e'], 1)).toBeUndefined();
  });
});

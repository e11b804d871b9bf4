// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import {
  addProperty,
  appendItem,
  applyEdits,
  type Edit,
  fillProperty,
  removeItem,
  removeProperty,
  renameKey,
  replaceString,
  replaceValue,
  setAt,
} from '../../../src/core/syntax/edits.js';
import {
  type ArrayNode,
  get,
  type ObjectNode,
  property,
  type StringNode,
  type SyntaxNode,
} from '../../../src/core/syntax/tree.js';
import { parseYaml } from '../../../src/core/syntax/yaml.js';

const root = (text: string) => parseYaml({ file: 'a.yaml', language: 'yaml', text })[0]!.root as ObjectNode;

function changed(text: string, edit: (node: ObjectNode) => Edit | undefined): string {
  const made = edit(root(text));
  if (!made) throw new Error('no change');
  return applyEdits(text, [made]);
}

const at = <T extends SyntaxNode>(node: SyntaxNode, ...path: string[]) => get(node, ...path) as T;

describe('aliases and merges', () => {
  const text = `base: &b
  x: 1
  y: 2
one:
  <<: *b
  z: 3
two: *b
list:
  - *b
  - a
  - *b
end: 1
`;

  it('are removed where they are named', () => {
    expect(changed(text, (node) => removeProperty(node, property(node, 'two')!))).toBe(text.replace('two: *b\n', ''));
    const list = (node: ObjectNode) => at<ArrayNode>(node, 'list');
    expect(changed(text, (node) => removeItem(list(node), list(node).items[0]!))).toBe(text.replace('  - *b\n', ''));
  });

  it('do not lead insertions astray', () => {
    expect(changed(text, (node) => addProperty(node, 'new', 1, property(node, 'two')!))).toBe(
      text.replace('two: *b\n', 'two: *b\nnew: 1\n'),
    );
    expect(changed(text, (node) => addProperty(at<ObjectNode>(node, 'one'), 'new', 1))).toBe(
      text.replace('  z: 3\n', '  z: 3\n  new: 1\n'),
    );
    expect(changed(text, (node) => appendItem(at<ArrayNode>(node, 'list'), 'new'))).toBe(
      text.replace('  - *b\nend', '  - *b\n  - new\nend'),
    );
  });

  it('may be all that an object has', () => {
    const only = 'a: &a { x: 1 }\nb:\n  <<: *a\nc: 1\n';
    const result = changed(only, (node) => addProperty(at<ObjectNode>(node, 'b'), 'new', 1));
    expect(result).toBe('a: &a { x: 1 }\nb:\n  <<: *a\n  new: 1\nc: 1\n');
  });
});

describe('values', () => {
  it.each([
    ['a: |\n  x\n  y\nb: 1\n', 'a: z\nb: 1\n'],
    ['a: >-\n\n  x\n\nb: 1\n', 'a: z\n\nb: 1\n'],
    ['a: | # why\n  x\n', 'a: z\n'],
    ["a: 'x' # why\n", "a: 'z' # why\n"],
    ['a: x', 'a: z'],
    ['a: x y # z\n', 'a: z # z\n'],
  ])('replaces the string of %j', (text, expected) => {
    expect(changed(text, (node) => replaceString(at<StringNode>(node, 'a'), 'z'))).toBe(expected);
  });

  it('quotes what YAML would read otherwise', () => {
    for (const value of [
      '*',
      'true',
      'on',
      '12',
      '1.5',
      '0x1',
      '012',
      '.5',
      '.inf',
      '1:30',
      '2012-10-17',
      'a: b',
      'a #b',
      '@a',
      '`a',
      '&a',
      '!a',
      '%a',
      '? a',
      '- a',
      '',
      ' a',
      'a ',
      'a\tb',
      '~',
      'null',
      '...',
      '---',
      '=',
      '<<',
      'a:',
      ':a',
      '[a',
      '{a',
      'a, b',
      'é',
      "'",
      '"',
      '|',
      '>',
      '\u2028',
      '\u0007',
    ])
      expect(load(changed('a: x\nb: [x, { c: x }]\n', (node) => replaceValue(at(node, 'a'), value)))).toEqual({
        a: value,
        b: ['x', { c: 'x' }],
      });
  });

  it('leaves ordinary words bare', () => {
    for (const value of [
      'sts:AssumeRole',
      'arn:aws:iam::111122223333:role/a',
      'system:serviceaccount:shop:cart',
      'eks.amazonaws.com/role-arn',
      'https://a/b',
    ])
      expect(changed('a: x\n', (node) => replaceValue(at(node, 'a'), value))).toBe(`a: ${value}\n`);
  });

  it('makes a list of one', () => {
    for (const [text, expected] of [
      ['a: x\n', 'a: [x, v]\n'],
      ['a: "x"\n', 'a: ["x", v]\n'],
      ['a: b, c\n', 'a: ["b, c", v]\n'],
      ['a: |\n  x\nb: 1\n', 'a: ["x\\n", v]\nb: 1\n'],
      ['a: {{ .Values.x }}\n', 'a: [{{ .Values.x }}, v]\n'],
    ] as const)
      expect(changed(text, (node) => appendItem(at(node, 'a'), 'v'))).toBe(expected);
  });

  it('fills what is not typed yet', () => {
    for (const [text, value, expected] of [
      ['a:\n', 'x', 'a: x\n'],
      ['a:', 'x', 'a: x'],
      ['a: # why\nb: 1\n', 'x', 'a: x # why\nb: 1\n'],
      ['a: # why\nb: 1\n', { x: 1 }, 'a: # why\n  x: 1\nb: 1\n'],
      ['a: null # why\n', { x: 1 }, 'a: # why\n  x: 1\n'],
      ['a: ~\n', ['x'], 'a:\n  - x\n'],
    ] as const)
      expect(changed(text, (node) => fillProperty(node, property(node, 'a')!, value))).toBe(expected);
    const flow = 'z: { a, b: , c: null }\n';
    for (const [key, expected] of [
      ['a', 'z: { a: x, b: , c: null }\n'],
      ['b', 'z: { a, b: x , c: null }\n'],
      ['c', 'z: { a, b: , c: x }\n'],
    ] as const) {
      const result = changed(flow, (node) =>
        fillProperty(at<ObjectNode>(node, 'z'), property(at(node, 'z'), key)!, 'x'),
      );
      expect(result).toBe(expected);
    }
  });
});

describe('layout', () => {
  it('is the document’s own', () => {
    const four = 'a:\n    b:\n        c: 1\n';
    expect(changed(four, (node) => setAt(node, ['a', 'x', 'z'], 1))).toBe(
      'a:\n    b:\n        c: 1\n    x:\n        z: 1\n',
    );
    const flush = 'a:\n- x\nb:\n  c: 1\n';
    expect(changed(flush, (node) => addProperty(node, 'd', ['x', 'v']))).toBe(`${flush.trimEnd()}\nd:\n- x\n- v\n`);
    const indented = 'a:\n  - x\n';
    expect(changed(indented, (node) => addProperty(node, 'd', ['x']))).toBe('a:\n  - x\nd:\n  - x\n');
  });

  it('keeps members behind a dash together', () => {
    const text = 'a:\n  - name: x # why\n    value: y\n  - name: z\n';
    const first = (node: ObjectNode) => at<ArrayNode>(node, 'a').items[0] as ObjectNode;
    expect(changed(text, (node) => removeProperty(first(node), property(first(node), 'name')!))).toBe(
      'a:\n  - value: y\n  - name: z\n',
    );
    expect(changed(text, (node) => addProperty(first(node), 'new', 1))).toBe(
      text.replace('value: y\n', 'value: y\n    new: 1\n'),
    );
    expect(changed(text, (node) => removeItem(at<ArrayNode>(node, 'a'), first(node)))).toBe('a:\n  - name: z\n');
  });

  it('leaves empty brackets that stand where brackets may', () => {
    for (const [text, expected] of [
      ['a:\n- x\nb: 1\n', { a: [], b: 1 }],
      ['a:\n  - x\nb: 1\n', { a: [], b: 1 }],
    ] as const)
      expect(
        load(changed(text, (node) => removeItem(at<ArrayNode>(node, 'a'), at<ArrayNode>(node, 'a').items[0]!))),
      ).toEqual(expected);
    const map = 'a:\n  b: 1\nc: 1\n';
    expect(
      load(changed(map, (node) => removeProperty(at<ObjectNode>(node, 'a'), property(at(node, 'a'), 'b')!))),
    ).toEqual({ a: {}, c: 1 });
  });

  it('puts members of brackets in lines of their own where the others are', () => {
    const text = 'a: {\n  x: 1,\n  y: 2 # why\n  }\n';
    expect(changed(text, (node) => addProperty(at<ObjectNode>(node, 'a'), 'z', 3))).toBe(
      'a: {\n  x: 1,\n  y: 2,\n  z: 3 # why\n  }\n',
    );
  });

  it('does not mistake a dash for an item', () => {
    const text = 'a:\n  - x-y: |\n      - no\n    z: 1\n  - &my-anchor b\n';
    const list = (node: ObjectNode) => at<ArrayNode>(node, 'a');
    expect(changed(text, (node) => removeItem(list(node), list(node).items[1]!))).toBe(
      'a:\n  - x-y: |\n      - no\n    z: 1\n',
    );
  });

  it('renames keys in their own quotes', () => {
    const text = '"a": 1\n\'b\': 2\nc : 3\n';
    expect(changed(text, (node) => renameKey(property(node, 'a')!, 'x: y'))).toBe(text.replace('"a"', '"x: y"'));
    expect(changed(text, (node) => renameKey(property(node, 'b')!, "it's"))).toBe(text.replace("'b'", "'it''s'"));
    expect(changed(text, (node) => renameKey(property(node, 'c')!, 'x:y'))).toBe(text.replace('c :', 'x:y :'));
  });
});

describe('templates', () => {
  const text = `kind: ServiceAccount
metadata:
  name: {{ include "cart.name" . }}
  {{- if .Values.role }}
  annotations:
    eks.amazonaws.com/rolearn: {{ .Values.role | quote }}
  {{- end }}
  labels:
    {{- include "labels" . | nindent 4 }}
    a: b
`;

  it('stay as they are round a change', () => {
    const annotations = (node: ObjectNode) => at<ObjectNode>(node, 'metadata', 'annotations');
    expect(changed(text, (node) => renameKey(annotations(node).properties[0]!, 'eks.amazonaws.com/role-arn'))).toBe(
      text.replace('rolearn', 'role-arn'),
    );
    expect(changed(text, (node) => addProperty(at<ObjectNode>(node, 'metadata', 'labels'), 'c', 'd'))).toBe(
      text.replace('    a: b\n', '    a: b\n    c: d\n'),
    );
    expect(changed(text, (node) => addProperty(annotations(node), 'c', 'd'))).toContain(
      '| quote }}\n    c: d\n  {{- end }}',
    );
  });
});

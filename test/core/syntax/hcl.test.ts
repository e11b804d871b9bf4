// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Terraform writes what it puts into a string
import { beforeAll, describe, expect, it } from 'vitest';
import { hclReady, parseHcl, parseHclExpression } from '../../../src/core/syntax/hcl.js';
import type { HclAttribute, HclBlock, HclBody, HclExpression } from '../../../src/core/syntax/hclAst.js';
import { loadHclForTests, parse } from './hclFixture.js';

beforeAll(loadHclForTests);

/** `resource a b { x = template; y { } }` */
function outline(body: HclBody): string {
  return body.items
    .map((item) => (item.kind === 'block' ? block(item) : `${item.name} = ${item.value?.kind ?? '?'}`))
    .join('; ');
}

function block(item: HclBlock): string {
  const inner = outline(item.body);
  return `${[item.type, ...item.labels.map(({ value }) => value)].join(' ')} {${inner === '' ? '' : ` ${inner} `}}${item.body.broken ? '!' : ''}`;
}

function value(source: string): HclExpression | undefined {
  return (parse(`a = ${source}\n`).items[0] as HclAttribute | undefined)?.value;
}

it('is ready once it is loaded', () => {
  expect(hclReady()).toBe(true);
});

describe('what is written', () => {
  const text = 'resource "aws_iam_role" "é" {\n  name = "x" # why\n  nested {\n    a = [1]\n  }\n}\n';

  it('reads blocks, labels and attributes with UTF-16 offsets', () => {
    const body = parse(text);
    expect(outline(body)).toBe('resource aws_iam_role é { name = template; nested { a = tuple } }');
    const role = body.items[0] as HclBlock;
    const span = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
    expect(span(role.header)).toBe('resource "aws_iam_role" "é"');
    expect(span(role)).toBe(text.trimEnd());
    expect(span(role.labels[1]!)).toBe('"é"');
    const [name, nested] = role.body.items;
    expect(span((name as HclAttribute).nameSpan)).toBe('name');
    expect(span((name as HclAttribute).value!)).toBe('"x"');
    expect(span(nested as HclBlock)).toBe('nested {\n    a = [1]\n  }');
    expect(body.broken).toBeUndefined();
  });

  it('reads every kind of expression', () => {
    const kinds: Record<string, string> = {
      '1': 'number',
      true: 'boolean',
      null: 'null',
      '"a"': 'template',
      '<<EOT\nx\nEOT': 'template',
      '[1, 2,]': 'tuple',
      '{ a = 1, "b" : 2 }': 'object',
      'f(1, x...)': 'call',
      'a.b': 'get',
      'a["b"]': 'index',
      'a.0': 'index',
      'a[*].b': 'get',
      'a.*.b': 'get',
      'a ? b : c': 'conditional',
      'a == b': 'operation',
      '!a': 'operation',
      '(a)': 'variable',
      '[for a in b : a if a]': 'for',
      '{ for k, v in b : k => v... }': 'for',
    };
    expect(Object.keys(kinds).map((source) => [source, value(source)?.kind])).toEqual(Object.entries(kinds));
  });

  it('reads operands with what follows them', () => {
    const read = value('a.b == c["d"]');
    expect(read?.kind === 'operation' && [read.operator, read.operands.map(({ kind }) => kind)]).toEqual([
      '==',
      ['get', 'index'],
    ]);
  });

  it.each([
    ['a ? b : c ? d : e', '(a ? b : (c ? d : e))'],
    ['(a ? b : c) ? d : e', '((a ? b : c) ? d : e)'],
    ['(a) ? b : c && f ? d : g ? h : i', '(a ? b : (c && f ? d : (g ? h : i)))'],
    ['a ? b ? c : d : e', '(a ? (b ? c : d) : e)'],
    ['(a ? b : c) ? d : e ? f : g', '((a ? b : c) ? d : (e ? f : g))'],
  ])('reads conditions in a row as the language does: %s', (source, wanted) => {
    const shown = (read: HclExpression | undefined): string => {
      if (read?.kind === 'variable') return read.name;
      if (read?.kind === 'operation') return read.operands.map(shown).join(` ${read.operator} `);
      if (read?.kind !== 'conditional') return '?';
      return `(${shown(read.condition)} ? ${shown(read.yes)} : ${shown(read.no)})`;
    };
    expect(shown(value(source))).toBe(wanted);
  });

  it('reads an expression on its own', () => {
    const read = parseHclExpression({ file: 'a.tf', language: 'hcl', text: 'local.a' });
    expect(read).toMatchObject({ kind: 'get', name: 'a', start: 0, end: 7 });
  });

  it('passes over a byte order mark', () => {
    const body = parse(`\uFEFF${text}`);
    expect(body.broken).toBeUndefined();
    expect((body.items[0] as HclBlock).start).toBe(1);
  });

  it('leaves out blocks that nobody wants', () => {
    const several = 'resource "a" "x" {\n b = 1\n}\nresource "c" "y" {\n d = 1\n}\n';
    const body = parseHcl({ file: 'a.tf', language: 'hcl', text: several }, (_type, label) => label === 'c');
    expect(outline(body)).toBe('resource c y { d = number }');
  });
});

describe('what is being typed', () => {
  const within = (line: string) =>
    `data "d" "t" {\n  statement {\n    a = 1\n    ${line}\n    z = 2\n  }\n}\n\nresource "r" "x" {\n  b = 1\n}\n`;

  it.each([
    ['an open quote', 'values = ["system:', 'a = number; values = tuple; z = number'],
    ['an open quote with nothing behind', 'values = "', 'a = number; z = number'],
    ['a name without a value', 'values =', 'a = number; z = number; values = ?'],
    ['half a word', 'cond', 'a = number; z = number'],
    ['a block that nothing closes', 'condition {', 'a = number; z = number'],
    ['a list that nothing closes', 'values = [', 'a = number; z = number'],
    ['an interpolation that nothing closes', 'values = "${a', 'a = number; z = number'],
    ['a brace too many', '  }', 'a = number; z = number'],
  ])('%s takes nothing else with it', (_, line, statement) => {
    const body = parse(within(line));
    expect(outline(body).replace(/\}!/g, '}')).toBe(
      `data d t { statement { ${statement} } }; resource r x { b = number }`,
    );
  });

  it('says where something may be missing', () => {
    const body = parse(within('condition {'));
    const data = body.items[0] as HclBlock;
    expect([data.body.broken, (data.body.items[0] as HclBlock).body.broken]).toEqual([undefined, true]);
  });

  it('says so in objects and lists too', () => {
    const read = parse('a = {\n  b = 1\n  c =\n}\n').items[0] as HclAttribute;
    expect(
      read.value?.kind === 'object' && [read.value.broken, read.value.entries.map((entry) => entry.value?.kind)],
    ).toEqual([true, ['number', undefined]]);
  });

  it('begins anew at the next block of the top level', () => {
    expect(outline(parse('data "d" "t" {\n  statement {\n    a = 1\n\nresource "r" "x" {\n  b = 1\n}\n'))).toContain(
      'resource r x { b = number }',
    );
  });

  it.each(
    [
      '',
      '\uFEFF',
      '\0',
      '{',
      '}',
      '"',
      '<<',
      '<<EOT',
      'a = <<EOT\n',
      'a "',
      '${',
      '['.repeat(5000),
      `a = ${'['.repeat(300)}`,
      `a = "${'${"'.repeat(3000)}`,
    ].map((text) => [text.length > 30 ? `${text.slice(0, 30)}… (${text.length} characters)` : text, text]),
  )('never throws: %j', (_, text) => {
    expect(() => parse(text)).not.toThrow();
  });
});

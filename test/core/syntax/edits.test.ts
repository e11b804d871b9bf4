import { load } from 'js-yaml';
import { parse as parseJsonc } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import {
  addProperty,
  appendItem,
  applyEdits,
  type Edit,
  fillProperty,
  type Json,
  removeItem,
  removeProperty,
  renameKey,
  replaceString,
  replaceValue,
  setAt,
} from '../../../src/core/syntax/edits.js';
import { embedJson, embedYaml } from '../../../src/core/syntax/embed.js';
import { parseJson } from '../../../src/core/syntax/json.js';
import { get, type SyntaxNode } from '../../../src/core/syntax/tree.js';
import { parseYaml } from '../../../src/core/syntax/yaml.js';
import { fc } from '../../support/properties.js';
import { Choices, writeJson, writeYaml } from './layouts.js';

/** A text that holds a value: how it is read again, independently of our own trees where that is possible. */
interface Host {
  readonly text: string;
  root(text: string): SyntaxNode | undefined;
  value(text: string): unknown;
}

const jsonRoot = (text: string) => parseJson({ file: 'a.json', language: 'json', text }).root;
const yamlRoot = (text: string) => parseYaml({ file: 'a.yaml', language: 'yaml', text })[0]?.root;

const jsonFile = (text: string): Host => ({ text, root: jsonRoot, value: parseStrictly });
const yamlFile = (text: string): Host => ({ text, root: yamlRoot, value: (changed) => load(changed) });

function parseStrictly(text: string): unknown {
  const errors: { error: number }[] = [];
  const value = parseJsonc(text, errors as never, { allowTrailingComma: true });
  if (errors.length > 0) throw new Error(`no longer JSON: ${text}`);
  return value;
}

const strings = [
  'a',
  'b c',
  '',
  'true',
  '12',
  'x: y',
  '# no',
  '*',
  "it's",
  'say "x"',
  'arn:aws:iam::111122223333:role/eks/x',
  'system:serviceaccount:shop:*',
  '-',
  '- a',
  '@x',
  '{',
  'a,b',
  '\\d',
  'é😀',
  'a\nb\n',
  ' a ',
];
const string = fc.constantFrom(...strings);
const key = fc.constantFrom(
  'a',
  'b',
  'Effect',
  'aws:SourceArn',
  'oidc.eks/id/A:sub',
  'x y',
  '1',
  'true',
  'eks.amazonaws.com/role-arn',
);
const scalar = fc.oneof({ weight: 4, arbitrary: string }, fc.constantFrom<Json>(true, false, null, 1, 3600));
const { value: json } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalar as fc.Arbitrary<Json>,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<Json>,
  ),
}));
const document = fc.dictionary(key, json, { minKeys: 1, maxKeys: 5, noNullPrototype: true }) as fc.Arbitrary<Json>;
const numbers = fc.array(fc.nat(1000), { minLength: 1, maxLength: 60 });

type Path = readonly (string | number)[];

interface Change {
  readonly edit: Edit;
  readonly expected: Json;
  readonly name: string;
}

/** One random change of one random node, and what it must make of the value. */
function change(root: SyntaxNode, value: Json, choices: Choices, fresh: Json, word: string): Change | undefined {
  const places: { node: SyntaxNode; path: Path }[] = [];
  const walk = (node: SyntaxNode, path: Path) => {
    places.push({ node, path });
    if (node.kind === 'array') for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
    if (node.kind === 'object')
      for (const { key: name, value: inner } of node.properties) if (inner) walk(inner, [...path, name.raw]);
  };
  walk(root, []);
  const { node, path } = places[choices.of(places.length)]!;
  const own = at(value, path);
  const operation = choices.of(9);
  const made = (name: string, edit: Edit, changed: Json): Change => ({
    name,
    edit,
    expected: put(value, path, changed),
  });
  if (node.kind === 'object') {
    const entries = Object.entries(own as Record<string, Json>);
    const property = node.properties[choices.of(Math.max(1, node.properties.length))];
    const without = (name: string) => Object.fromEntries(entries.filter(([each]) => each !== name));
    if (operation < 3 && property)
      return made('removeProperty', removeProperty(node, property), without(property.key.raw));
    if (operation < 4 && property && !entries.some(([name]) => name === 'new')) {
      const renamed = entries.map(([name, item]) => [name === property.key.raw ? 'new' : name, item] as const);
      return made('renameKey', renameKey(property, 'new'), Object.fromEntries(renamed));
    }
    if (operation < 7 && !entries.some(([name]) => name === 'new:key')) {
      const after = choices.yes(2) ? property : undefined;
      return made('addProperty', addProperty(node, 'new:key', fresh, after), {
        ...(own as object),
        'new:key': fresh,
      } as Json);
    }
    const edit = setAt(node, ['new', 'x', 'y'], fresh);
    return edit && !entries.some(([name]) => name === 'new')
      ? made('setAt', edit, { ...(own as object), new: { x: { y: fresh } } } as Json)
      : undefined;
  }
  if (node.kind === 'array') {
    const items = own as Json[];
    const index = choices.of(Math.max(1, items.length));
    if (operation < 4 && node.items[index])
      return made(
        'removeItem',
        removeItem(node, node.items[index]),
        items.filter((_item, i) => i !== index),
      );
    return made('appendItem', appendItem(node, fresh), [...items, fresh]);
  }
  if (node.kind === 'null' && node.parent?.kind === 'object' && operation < 4) {
    const property = node.parent.properties.find((each) => each.value === node);
    if (property) return made('fillProperty', fillProperty(node.parent, property, fresh), fresh);
  }
  if (path.length === 0) return undefined;
  if (node.kind === 'string' && operation < 4) return made('replaceString', replaceString(node, word), word);
  if (operation < 6 && (typeof fresh !== 'object' || fresh === null))
    return made('appendItem', appendItem(node, fresh), [own, fresh]);
  return made('replaceValue', replaceValue(node, fresh), fresh);
}

function at(value: Json, path: Path): Json {
  return path.reduce<Json>((inner, name) => (inner as Record<string | number, Json>)[name]!, value);
}

function put(value: Json, path: Path, changed: Json): Json {
  const [name, ...rest] = path;
  if (name === undefined) return changed;
  if (Array.isArray(value)) return value.map((item: Json, index) => (index === name ? put(item, rest, changed) : item));
  return Object.fromEntries(
    Object.entries(value as Record<string, Json>).map(([each, item]) => [
      each,
      each === name ? put(item, rest, changed) : item,
    ]),
  );
}

/** Order of members matters to people only. */
function holds(host: Host, value: Json, choices: Choices, fresh: Json, word: string): void {
  const root = host.root(host.text);
  expect(host.value(host.text), host.text).toEqual(value);
  if (!root) throw new Error(`not read: ${host.text}`);
  const made = change(root, value, choices, fresh, word);
  if (!made) return;
  const changed = applyEdits(host.text, [made.edit]);
  const told = `${made.name}\n${host.text}\n────\n${changed}`;
  let result: unknown;
  try {
    result = host.value(changed);
  } catch (error) {
    throw new Error(`${String(error)}\n${told}`);
  }
  expect(result, told).toEqual(made.expected);
  if (host.text.includes('\r\n')) expect(changed.replaceAll('\r\n', ''), told).not.toContain('\n');
}

const runs = { numRuns: 1000 };

function everyChange(name: string, host: (value: Json, choices: Choices) => Host): void {
  it(name, () => {
    fc.assert(
      fc.property(document, numbers, json, string, (value, random, fresh, word) => {
        const choices = new Choices(random);
        holds(host(value, choices), value, choices, fresh, word);
      }),
      runs,
    );
  });
}

const plain = { comments: false, trailingCommas: false };
const withComments = { comments: true, trailingCommas: true };
const crlf = (text: string) => text.replaceAll('\n', '\r\n');
const indented = (text: string, by: string) => text.replace(/^(?=.)/gm, by);

describe('changes leave what was meant', () => {
  everyChange('in JSON', (value, choices) => jsonFile(writeJson(value, choices, plain)));
  everyChange('in JSON with comments and trailing commas', (value, choices) =>
    jsonFile(writeJson(value, choices, withComments)),
  );
  everyChange('in JSON with CRLF', (value, choices) => jsonFile(crlf(writeJson(value, choices, withComments))));
  everyChange('in YAML', (value, choices) => yamlFile(writeYaml(value, choices)));
  everyChange('in YAML without an end of the last line', (value, choices) =>
    yamlFile(writeYaml(value, choices).trimEnd()),
  );
  everyChange('in YAML with CRLF', (value, choices) => yamlFile(crlf(writeYaml(value, choices))));
  everyChange('in the second document of a stream', (value, choices) => {
    const before = `# first\na: 1\n---\n`;
    const after = choices.yes(2) ? '---\nb: 2\n' : '...\n';
    return {
      text: before + writeYaml(value, choices) + after,
      root: (text) => parseYaml({ file: 'a.yaml', language: 'yaml', text })[1]?.root,
      value: (text) => {
        expect(text.startsWith(before) && text.endsWith(after), text).toBe(true);
        return load(text.slice(before.length, text.length - after.length));
      },
    };
  });
  everyChange('in JSON in a block of YAML', (value, choices) => {
    const end = choices.yes(2) ? '\n' : '\r\n';
    const text = `a:\n  doc: |\n${indented(writeJson(value, choices, plain), '    ')}\n  z: 1\n`;
    return {
      text: text.replaceAll('\n', end),
      root: (source) => embedded(get(yamlRoot(source), 'a', 'doc'), embedJson),
      value: (source) => JSON.parse((load(source) as { a: { doc: string } }).a.doc),
    };
  });
  everyChange('in JSON in single quotes of YAML', (value, choices) => ({
    text: `doc: '${writeJson(value, new Choices([0]), plain)
      .replaceAll("'", "''")
      .replaceAll('\n', '\n  ')}'\nz: ${choices.of(9)}\n`,
    root: (source) => embedded(get(yamlRoot(source), 'doc'), embedJson),
    value: (source) => JSON.parse((load(source) as { doc: string }).doc),
  }));
  everyChange('in JSON in a JSON string', (value, choices) => ({
    text: JSON.stringify({ a: { doc: writeJson(value, choices, plain) }, z: 1 }, null, 2),
    root: (source) => embedded(get(jsonRoot(source), 'a', 'doc'), embedJson),
    value: (source) => JSON.parse((JSON.parse(source) as { a: { doc: string } }).a.doc),
  }));
  everyChange('in JSON in double quotes of YAML', (value, choices) => ({
    text: `doc: ${JSON.stringify(writeJson(value, choices, plain))}\n`,
    root: (source) => embedded(get(yamlRoot(source), 'doc'), embedJson),
    value: (source) => JSON.parse((load(source) as { doc: string }).doc),
  }));
  everyChange('in YAML in a block of YAML', (value, choices) => {
    const end = choices.yes(2) ? '\n' : '\r\n';
    const text = `a:\n  doc: |\n${indented(writeYaml(value, choices), '    ')}  z: 1\n`;
    return {
      text: text.replaceAll('\n', end),
      root: (source) => embedded(get(yamlRoot(source), 'a', 'doc'), (node) => embedYaml(node)[0]),
      value: (source) => load((load(source) as { a: { doc: string } }).a.doc),
    };
  });
});

function embedded(
  node: SyntaxNode | undefined,
  read: (node: Extract<SyntaxNode, { kind: 'string' }>) => SyntaxNode | undefined,
): SyntaxNode | undefined {
  return node?.kind === 'string' ? read(node) : undefined;
}

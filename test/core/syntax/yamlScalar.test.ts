import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { type SourceDocument, type StringNode, type SyntaxNode, sourceOffset } from '../../../src/core/syntax/tree.js';
import { parseYaml } from '../../../src/core/syntax/yaml.js';
import { fc } from '../../support/properties.js';

/** The value behind `key:` of a one-key mapping, as our tree has it and as js-yaml reads it. */
function scalar(text: string): { node: SyntaxNode; expected: unknown } | undefined {
  let expected: unknown;
  try {
    expected = (load(text) as { key?: unknown }).key;
  } catch {
    return undefined;
  }
  const document: SourceDocument = { file: 'a.yaml', language: 'yaml', text };
  const root = parseYaml(document)[0]?.root;
  if (root?.kind !== 'object') return undefined;
  const node = root.properties.find(({ key }) => key.raw === 'key')?.value;
  return node && { node, expected };
}

/** Every character that is neither folded nor escaped stands where its offset says. */
function expectPlaces(node: StringNode): void {
  const { text } = node.document;
  let before = -1;
  for (let i = 0; i <= node.raw.length; i++) {
    const at = sourceOffset(node, i);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(text.length);
    before = at;
    const char = node.raw[i];
    if (char === undefined) continue;
    // A last line without its end has one all the same.
    const source = text[at] ?? '\n';
    const same =
      source === char ||
      (node.style === 'double' && source === '\\') ||
      ((char === ' ' || char === '\n') && /[ \t\r\n]/.test(source)) ||
      (node.style === 'double' && /[\uDC00-\uDFFF]/.test(char));
    if (!same) throw new Error(`'${char}' (${i}) stands at '${source}' (${at}) in ${JSON.stringify(text)}`);
  }
}

const line = fc
  .array(fc.constantFrom('a', 'b', ' ', '  ', '\t', ':', '#', '"', "'", '\\', '{', '-', 'é', '😀', '$'), {
    maxLength: 7,
  })
  .map((parts) => parts.join(''));
const lines = fc.array(line, { minLength: 1, maxLength: 6 });
const eol = fc.constantFrom('\n', '\r\n');

function agrees(text: string, style: StringNode['style']): void {
  const found = scalar(text);
  if (!found || typeof found.expected !== 'string' || found.node.kind !== 'string') return;
  expect(found.node.raw).toBe(found.expected);
  expect(found.node.style).toBe(style);
  expectPlaces(found.node);
}

describe('scalars of YAML', () => {
  const runs = { numRuns: 800 };

  it('stand where their offsets say: blocks', () => {
    fc.assert(
      fc.property(
        lines,
        fc.constantFrom('', '-', '+'),
        fc.boolean(),
        eol,
        fc.constantFrom('', 'other: x'),
        (body, chomp, folded, end, rest) => {
          const text = `first: 1${end}key: ${folded ? '>' : '|'}${chomp}${end}${body.map((each) => `  ${each}`).join(end)}${end}${rest}`;
          agrees(text, folded ? 'folded' : 'literal');
        },
      ),
      runs,
    );
  });

  it('stand where their offsets say: blocks with an indentation indicator', () => {
    fc.assert(
      fc.property(lines, fc.boolean(), eol, (body, folded, end) => {
        agrees(
          `key: ${folded ? '>' : '|'}2${end}${body.map((each) => `   ${each}`).join(end)}`,
          folded ? 'folded' : 'literal',
        );
      }),
      runs,
    );
  });

  it('stand where their offsets say: single quotes', () => {
    fc.assert(
      fc.property(lines, eol, (body, end) => {
        agrees(`key: '${body.join(`${end}  `).replaceAll("'", "''")}'${end}`, 'single');
      }),
      runs,
    );
  });

  it('stand where their offsets say: double quotes', () => {
    const part = fc.constantFrom(
      'a',
      ' ',
      '\\n',
      '\\t',
      '\\"',
      '\\\\',
      '\\u00e9',
      '\\x41',
      '\\U0001F600',
      '\\/',
      'é',
      '😀',
      '\\\n  ',
      '\n  ',
      '\n\n  ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), eol, (body, end) => {
        agrees(`key: "${body.join('').replaceAll('\n', end)}"${end}`, 'double');
      }),
      runs,
    );
  });

  it('stand where their offsets say: plain', () => {
    fc.assert(
      fc.property(lines, eol, (body, end) => {
        agrees(`key: a${body.join(`${end}  `)}${end}`, 'plain');
      }),
      runs,
    );
  });

  it('map each blank line of a block to its own line', () => {
    const text = 'key: |\n  a\n\n\n  b\n';
    const found = scalar(text);
    expect(
      found?.node.kind === 'string' &&
        Array.from('a\n\n\nb\n', (_char, i) => sourceOffset(found.node as StringNode, i)),
    ).toEqual([9, 10, 11, 12, 15, 16]);
  });
});

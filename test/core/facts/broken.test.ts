import { describe, it } from 'vitest';
import { readFile } from '../../../src/core/facts/readFile.js';
import { placeOf } from '../../../src/core/syntax/tree.js';
import { fc } from '../../support/properties.js';
import { sources } from './sources.js';

/** Where everything that was found stands: none may lie outside of the file. */
function expectPlaces(file: string, text: string): void {
  const facts = readFile(file, text);
  const nodes = [
    ...facts.trustPolicies.flatMap(({ node, statements }) => [
      node,
      ...statements.flatMap(({ node: statement, principals, actions, conditions }) => [
        statement,
        ...principals.map(({ value }) => value),
        ...actions,
        ...conditions.flatMap(({ key, values }) => [key, ...values]),
      ]),
    ]),
    ...facts.roles.flatMap(({ node, name }) => [node, ...(name ? [name] : [])]),
    ...facts.serviceAccounts.flatMap(({ metadata }) =>
      metadata.annotations.flatMap(({ key, value }) => [key, ...(value ? [value] : [])]),
    ),
    ...facts.associations.map(({ node }) => node),
    ...facts.dockerCredentials.map(({ spot }) => spot),
    ...facts.nodeTemplates.map(({ node }) => node),
  ];
  for (const node of nodes) {
    const { start, end } = placeOf(node);
    if (!(start >= 0 && end >= start && end <= text.length))
      throw new Error(`${start}–${end} of ${text.length} in ${file}:\n${text}`);
  }
}

const junk = fc.constantFrom(
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  ':',
  '\n',
  '\r\n',
  '  ',
  '\t',
  '#',
  '|',
  '>',
  '&a ',
  '*a',
  '- ',
  '!Sub ',
  '${',
  '}}',
  '{{',
  '$(',
  '<<EOF',
  '\\',
  '\0',
  '\uFEFF',
  '\uD800',
  '---\n',
  '<<: *a',
  ',',
  '%',
  '`',
);

interface Mutation {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}
const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(100_000),
  remove: fc.oneof(fc.constant(0), fc.nat(40)),
  insert: fc.oneof(fc.constant(''), junk),
});

describe('broken files', () => {
  for (const [file, text] of Object.entries(sources)) {
    it(`are read as far as they go: ${file}`, () => {
      expectPlaces(file, text);
      fc.assert(
        fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
          let broken = text;
          for (const { at, remove, insert } of mutations) {
            const from = at % (broken.length + 1);
            broken = broken.slice(0, from) + insert + broken.slice(from + remove);
          }
          expectPlaces(file, broken);
        }),
        { numRuns: 300 },
      );
    });
  }

  it('are read to their end when they repeat themselves', () => {
    const repeated = [
      '<<A\n',
      '$(',
      '`',
      '"',
      "'",
      '{{',
      '!Sub ',
      'a: &a\n',
      '[',
      '{"a":',
      '- ',
      '${',
      '\\\n',
      'ENV A=',
      '&a [*a, ',
      '|\n ',
      '{"Fn::If":["a",',
    ];
    for (const piece of repeated) {
      const text = `AWS:: Statement AWS_ACCESS_KEY_ID\n${piece.repeat(Math.ceil(10_000 / piece.length))}`;
      for (const file of ['a.yaml', 'a.json', 'a.sh', 'Dockerfile', 'values.yaml']) {
        expectPlaces(file, text);
      }
    }
  });
});

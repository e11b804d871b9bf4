import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Analysis } from '../../src/core/analysis.js';
import { kindOf, syntaxFaults } from '../../src/core/facts/readFile.js';
import { applyEdits } from '../../src/core/syntax/edits.js';
import { readyForTerraform } from '../support/ruleTester.js';

// Texts of the corpus, broken at random: nothing may throw, and no fix may leave a text that parses worse than it did.
// MUTATIONS=100000 for a long run, SEED for another one.
const COUNT = Number(process.env.MUTATIONS ?? 3000);
const SEED = Number(process.env.SEED ?? 7);
const CORPUS = join(import.meta.dirname, '../corpus');

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const JUNK = [
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  ':',
  ',',
  '\t',
  '\r',
  '\n',
  '---\n',
  '{{',
  '}}',
  '${',
  '<<EOF\n',
  '*',
  '&a ',
  '*a',
  '!Sub ',
  '\\',
  '\u{1F600}',
  '\u2028',
  '\0',
  '%{',
  '#',
  '|\n',
  '\ufeff',
  'é',
];

function mutate(text: string, next: () => number): string {
  let result = text;
  for (let i = 0; i <= next() * 4; i++) {
    const at = Math.floor(next() * (result.length + 1));
    const length = Math.floor(next() ** 3 * 60);
    const kind = next();
    if (kind < 0.3) result = result.slice(0, at) + result.slice(at + length);
    else if (kind < 0.6) result = result.slice(0, at) + JUNK[Math.floor(next() * JUNK.length)]! + result.slice(at);
    else if (kind < 0.7)
      result = result.slice(0, at) + String.fromCharCode(Math.floor(next() * 0x300)) + result.slice(at + 1);
    else if (kind < 0.8) result = result.slice(0, at);
    else if (kind < 0.9) result = result.replace(/\r?\n/g, next() < 0.5 ? '\r\n' : '\n');
    else {
      const lines = result.split('\n');
      const line = Math.floor(next() * lines.length);
      if (next() < 0.5) lines.splice(line, 1 + Math.floor(next() * 3));
      else lines.splice(line, 0, lines[Math.floor(next() * lines.length)]!);
      result = lines.join('\n');
    }
  }
  return result;
}

describe('broken texts', () => {
  const samples: { file: string; text: string }[] = [];

  beforeAll(async () => {
    await readyForTerraform();
    for (const entry of readdirSync(CORPUS, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name === 'expect.json') continue;
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
      if (kindOf(entry.name, text)) samples.push({ file: entry.name, text });
    }
  });

  it(`${COUNT} of them throw nothing, and no fix makes them worse`, () => {
    const next = random(SEED);
    let fixes = 0;
    for (let i = 0; i < COUNT; i++) {
      const sample = samples[Math.floor(next() * samples.length)]!;
      const text = mutate(sample.text, next);
      const { file } = sample;
      const analysis = new Analysis({
        chosenPolicies: new Set([file]),
        onInternalError: (ruleId, _, error) => {
          throw new Error(`${ruleId} on:\n${text}`, { cause: error });
        },
      });
      analysis.setFile(file, text);
      for (const finding of analysis.findings(file)) {
        expect(finding.start).toBeGreaterThanOrEqual(0);
        expect(finding.end).toBeLessThanOrEqual(text.length);
        for (const fix of finding.fixes()) {
          fixes++;
          const fixed = applyEdits(
            text,
            fix.edits.filter((edit) => edit.file === file),
          );
          if (syntaxFaults(file, fixed) > syntaxFaults(file, text))
            throw new Error(`'${fix.title}' (${finding.ruleId}) makes it worse:\n${text}\n-----\n${fixed}`);
        }
      }
    }
    expect(fixes).toBeGreaterThan(COUNT / 20);
  });

  it.each([
    ['deep nesting', 'deep.json', `{"Statement":${'['.repeat(50_000)}`],
    ['deep YAML', 'deep.yaml', `kind: ServiceAccount\na: ${'['.repeat(20_000)}`],
    [
      'an alias bomb',
      'bomb.yaml',
      `kind: ServiceAccount\n${Array.from({ length: 60 }, (_, i) => `a${i}: &a${i} [${i === 0 ? 'x' : `*a${i - 1}, `.repeat(9)}]`).join('\n')}\nmetadata: *a59\n`,
    ],
    ['an alias of itself', 'self.yaml', 'kind: ServiceAccount\nmetadata: &m\n  name: x\n  annotations: *m\n'],
    ['five megabytes', 'big.json', `{"Statement":[${'"sts:AssumeRole",'.repeat(330_000)}1]}`],
    ['binary content', 'binary.json', '\0\u0001\u0002PK\u0003{"Statement"'],
    ['tabs', 'tabs.yaml', 'kind: ServiceAccount\nmetadata:\n\tname: x\n\tnamespace: y\n'],
    [
      'truncated JSON',
      'trust.json',
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::1111',
    ],
  ])('%s', (_, file, text) => {
    const analysis = new Analysis({
      onInternalError: (ruleId, __, error) => {
        throw new Error(ruleId, { cause: error });
      },
    });
    analysis.setFile(file, text);
    expect(analysis.findings(file)).toBeDefined();
  });
});

import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Analysis } from '../../src/core/analysis.js';
import { syntaxFaults } from '../../src/core/facts/readFile.js';
import { applyEdits } from '../../src/core/syntax/edits.js';
import { corpusTexts, mutate, random } from '../support/mutations.js';
import { readyForTerraform } from '../support/ruleTester.js';

// Texts of the corpus, broken at random: nothing may throw, and no fix may leave a text that parses worse than it did.
// MUTATIONS=100000 for a long run, SEED for another one.
const COUNT = Number(process.env.MUTATIONS ?? 3000);
const SEED = Number(process.env.SEED ?? 7);
const CORPUS = join(import.meta.dirname, '../corpus');

describe('broken texts', () => {
  let samples: ReturnType<typeof corpusTexts> = [];

  beforeAll(async () => {
    await readyForTerraform();
    samples = corpusTexts(CORPUS);
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

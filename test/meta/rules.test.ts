import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { rules } from '../../src/core/rules/index.js';
import { ruleMarkdown } from '../../src/core/rules/page.js';
import type { Example } from '../../src/core/rules/rule.js';
import { analyze, readyForTerraform } from '../support/ruleTester.js';

const root = join(import.meta.dirname, '../..');

function fileNameOf(id: string): string {
  return id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function foundIn(example: Example): string[] {
  return [...analyze(example).allFindings().values()].flat().map(({ ruleId }) => ruleId);
}

describe('rules', () => {
  beforeAll(readyForTerraform);

  it('stand each in a file of their name, and no file holds another', () => {
    const files = readdirSync(join(root, 'src/core/rules')).filter(
      (name) => name.endsWith('.ts') && !['index.ts', 'rule.ts', 'page.ts'].includes(name),
    );
    expect(files.sort()).toEqual(rules.map(({ id }) => `${fileNameOf(id)}.ts`).sort());
  });

  it('have ids of their own', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  });

  for (const rule of rules) {
    describe(rule.id, () => {
      it('has a test', () => {
        expect(existsSync(join(root, `test/core/rules/${fileNameOf(rule.id)}.test.ts`))).toBe(true);
      });

      it('has an example that fires and nothing more severe beside it', () => {
        expect(foundIn(rule.docs.bad)).toContain(rule.id);
      });

      it('has an example that is right', () => {
        const findings = [...analyze(rule.docs.good).allFindings().values()].flat();
        expect(
          findings
            .filter(({ severity }) => severity === 'error' || severity === 'warning')
            .map(({ ruleId, message }) => `${ruleId}: ${message}`),
        ).toEqual([]);
        expect(findings.map(({ ruleId }) => ruleId)).not.toContain(rule.id);
      });

      it('has a page that is up to date (npm run docs)', () => {
        expect(readFileSync(join(root, `docs/rules/${rule.id}.md`), 'utf8')).toBe(ruleMarkdown(rule));
      });

      it('says in one sentence what must be so', () => {
        expect(rule.docs.summary).toMatch(/^[^\n]+[.]$/);
        expect(rule.docs.links.length).toBeGreaterThan(0);
        for (const link of rule.docs.links) expect(link).toMatch(/^https:\/\//);
      });
    });
  }
});

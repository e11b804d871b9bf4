import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { registerRules } from '../../src/cli/rules.js';

afterEach(() => vi.restoreAllMocks());

function run(...args: string[]): string {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const program = new Command();
  registerRules(program);
  program.parse(['rules', ...args], { from: 'user' });
  return out;
}

test('a rule in a terminal has no marks of Markdown in its sentences', () => {
  expect(run('trust-wildcard-subject')).toContain("'*' also crosses the colons");
});

test('as Markdown a star is a star', () => {
  expect(run('trust-wildcard-subject', '--format', 'markdown')).toContain("'\\*' also crosses the colons");
});

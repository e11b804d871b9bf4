import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { print, registerRules } from '../../src/cli/rules.js';
import { rules } from '../../src/core/rules/index.js';

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

test('the list and the sentences of a page fit the window; examples stay as they are', () => {
  const whole = print(rules, false, 'text', undefined);
  expect(whole.trimEnd().split('\n')).toHaveLength(rules.length);
  for (const width of [60, 80, 120, 200]) {
    const list = print(rules, false, 'text', width);
    for (const line of list.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
    expect(list.replace(/\s+/g, ' ')).toBe(whole.replace(/\s+/g, ' '));
  }
  const rule = rules.filter(({ id }) => id === 'trust-wildcard-subject');
  const [narrow, wide] = [print(rule, true, 'text', 80), print(rule, true, 'text', undefined)];
  expect(narrow.replace(/\s+/g, ' ')).toBe(wide.replace(/\s+/g, ' '));
  const examples = (text: string) => text.match(/^```json[\s\S]*?^```/gm);
  expect(examples(narrow)).toEqual(examples(wide));
  const prose = narrow.replace(/^```[\s\S]*?^```/gm, '').replace(/<[^>]*>/g, '');
  for (const line of prose.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

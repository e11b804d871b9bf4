import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit.js';
import { createProgram } from '../../src/cli/program.js';

function help(): string {
  let text = '';
  const program = createProgram().configureOutput({ writeOut: (part) => (text += part) });
  program.outputHelp();
  return text;
}

/** `pod-iam …` at the start of a line, without its comment. */
function commandLines(text: string): string[] {
  return [...text.matchAll(/^ *pod-iam (?!\[)([^#\n]+)/gm)].map(([, words]) => words!.trim());
}

test('the help says what each exit code means', () => {
  for (const code of Object.values(EXIT)) expect(help()).toMatch(new RegExp(`^ +${code} {2}\\w`, 'm'));
});

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

test.each([...commandLines(help()), ...commandLines(readme)])('an example that there is: pod-iam %s', (line) => {
  const [name, ...words] = line.split(' ');
  const command = createProgram().commands.find((each) => each.name() === name);
  expect(command).toBeDefined();
  const options = words.filter((word) => word.startsWith('--'));
  for (const option of options) expect(command?.options.map(({ long }) => long)).toContain(option);
});

test('both have examples of every command', () => {
  for (const text of [help(), readme])
    expect([...new Set(commandLines(text).map((line) => line.split(' ')[0]))].sort()).toEqual([
      'check',
      'inspect',
      'rules',
      'simulate',
    ]);
});

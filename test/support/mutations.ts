import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kindOf } from '../../src/core/facts/readFile.js';

/** Numbers from 0 to 1, the same ones for the same seed. */
export function random(seed: number): () => number {
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

/** One to four things broken in a text: bytes, lines, brackets, line ends, its end. */
export function mutate(text: string, next: () => number): string {
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

/** Every file of the corpus that is read by itself. */
export function corpusTexts(corpus: string): { readonly file: string; readonly text: string }[] {
  const samples: { file: string; text: string }[] = [];
  for (const entry of readdirSync(corpus, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === 'expect.json') continue;
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    if (kindOf(entry.name, text)) samples.push({ file: entry.name, text });
  }
  return samples;
}

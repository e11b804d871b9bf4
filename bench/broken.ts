import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Analysis } from '../src/core/analysis.js';
import { kindOf } from '../src/core/facts/readFile.js';
import { loadHcl } from '../src/core/syntax/hcl.js';
import { corpusTexts, mutate, random } from '../test/support/mutations.js';

const LENGTH = 10_000;
const ROUNDS = 5;

/** A text of about 10 kB made of a file's own text, and nothing else wrong with it. */
function lengthened({ file, text }: { readonly file: string; readonly text: string }): string {
  const times = Math.max(1, Math.round(LENGTH / text.length));
  const copies = Array.from({ length: times }, () => text);
  switch (kindOf(file, text)) {
    case 'json':
      return `[${copies.join(',\n')}]`;
    case 'yaml':
      return copies.join('\n---\n');
    default:
      return copies.join('\n');
  }
}

/** CPU milliseconds, so that other processes of the machine do not count. */
function cost(file: string, text: string): number {
  const start = process.cpuUsage();
  const analysis = new Analysis({ chosenPolicies: new Set([file]) });
  analysis.setFile(file, text);
  analysis.findings(file);
  return process.cpuUsage(start).user / 1000;
}

/** Diagnoses broken texts of 10 kB, and the slowest of them again alone: what it cost each time is its cost. */
export async function brokenTexts(count: number): Promise<string> {
  const modules = join(import.meta.dirname, '../node_modules');
  await loadHcl({
    engine: readFileSync(join(modules, 'web-tree-sitter/web-tree-sitter.wasm')),
    grammar: readFileSync(join(modules, '@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-hcl.wasm')),
  });
  const next = random(1);
  const samples = corpusTexts(join(import.meta.dirname, '../test/corpus')).filter(({ text }) => text.length <= LENGTH);
  const costs: number[] = [];
  let slowest: { file: string; text: string; ms: number }[] = [];
  for (let i = 0; i < count; i++) {
    const sample = samples[Math.floor(next() * samples.length)]!;
    const text = mutate(lengthened(sample), next);
    const ms = cost(sample.file, text);
    costs.push(ms);
    if (slowest.length < 20 || ms > slowest.at(-1)!.ms)
      slowest = [...slowest, { file: sample.file, text, ms }].sort((a, b) => b.ms - a.ms).slice(0, 20);
  }
  costs.sort((a, b) => a - b);
  const again = slowest.map(({ file, text }) => {
    const rounds = Array.from({ length: ROUNDS }, () => cost(file, text));
    return { file, text, ms: Math.min(...rounds) };
  });
  const worst = again.sort((a, b) => b.ms - a.ms)[0]!;
  if (process.env.SHOW_SLOWEST) console.log(worst.file, worst.ms, worst.text);
  const at = (share: number) => (costs[Math.floor(share * (costs.length - 1))] ?? Number.NaN).toFixed(2);
  return `## ${count.toLocaleString('en')} broken texts of 10 kB

Files of the corpus made as long as that, with bytes, lines, brackets and line ends broken at random; CPU time of a full
diagnosis. The slowest ones are measured again, ${ROUNDS} times each, as what else runs falls on some of them.

| | |
|---|---:|
| median | ${at(0.5)} ms |
| 99 of 100 are below | ${at(0.99)} ms |
| the slowest of all (${worst.file}) | ${worst.ms.toFixed(1)} ms |
`;
}

// Writes docs/rules/: a page for each rule and their list. A test holds them against the rules.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rules } from '../src/core/rules/index.js';
import { ruleMarkdown } from '../src/core/rules/page.js';

const folder = join(import.meta.dirname, '../docs/rules');
await mkdir(folder, { recursive: true });
const pages = new Map(rules.map((rule) => [`${rule.id}.md`, ruleMarkdown(rule)]));
const rows = rules.map(
  ({ id, severity, fix, docs }) => `| [${id}](${id}.md) | ${severity} | ${fix} | ${docs.summary} |`,
);
pages.set(
  'README.md',
  `# Rules\n\n| rule | severity | fix | what must be so |\n|---|---|---|---|\n${rows.join('\n')}\n`,
);
for (const name of await readdir(folder)) if (!pages.has(name)) await rm(join(folder, name));
for (const [name, text] of pages) await writeFile(join(folder, name), text);
console.log(`${pages.size} pages in docs/rules`);

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const file = join(import.meta.dirname, '../docs/benchmarks.md');

const INTRODUCTION = `# Benchmarks

\`npm run bench\` measures syntax, facts, rules and index in one run, \`npm run bench -- live\` reading a large cluster in another;
ratios are to the first row or column of each table. Milliseconds depend on the machine, ratios hardly.
`;

/** In the order in which they stand; each begins with a comment that names it. */
const SECTIONS = ['core', 'live'] as const;
type Section = (typeof SECTIONS)[number];

const markerOf = (section: Section) => `<!-- ${section} -->\n`;

/** Writes one section of docs/benchmarks.md and leaves the other as it is. */
export async function writeSection(section: Section, text: string): Promise<void> {
  const before = await readFile(file, 'utf8');
  const parts = SECTIONS.flatMap((each) => {
    const found = each === section ? `${text.trim()}\n` : before.split(markerOf(each))[1]?.split(/^<!-- /m)[0];
    return found === undefined ? [] : [`${markerOf(each)}\n${found.trim()}\n`];
  });
  await writeFile(file, [INTRODUCTION, ...parts].join('\n'));
}

// npm run bench: syntax, facts, rules and index against a floor and against peers, all in one run. Writes docs/benchmarks.md.
// npm run bench -- live: reading a large cluster against the bare SDKs; see live.ts for its options. Writes nothing.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEvents } from 'js-yaml';
import { Analysis } from '../src/core/analysis.js';
import { brokenTexts } from './broken.js';
import { manifest, trustPolicy, unrelated } from './generate.js';
import { type Measured, measure, table } from './measure.js';

const require = createRequire(import.meta.url);
const pages: string[] = [];

if (process.argv[2] === 'live') {
  await import('./live.js');
} else {
  await oneManifest();
  await onePolicy();
  pages.push(await brokenTexts(10_000));
  await wholeWorkspace();
  await write();
}

async function write(): Promise<void> {
  const report = `# Benchmarks\n\n\`npm run bench\` measures everything below in one run; ratios are to the first row of each table. Milliseconds depend on the\nmachine, ratios hardly.\n\n${pages.join('\n')}`;
  await writeFile(join(import.meta.dirname, '../docs/benchmarks.md'), report);
  console.log(report);
}

function diagnose(file: string, text: string): number {
  const analysis = new Analysis();
  analysis.setFile(file, text);
  return analysis.findings(file).length;
}

async function oneManifest(): Promise<void> {
  const text = manifest(2400);
  const yaml = yamlLanguageServer(text);
  const opened = new Analysis();
  opened.setFile('manifest.yaml', text);
  opened.findings('manifest.yaml');
  const at = text.indexOf('namespace: team-3', text.length / 2) + 'namespace: team-3'.length;
  let typed = 0;
  const keystroke = () => {
    typed = (typed + 1) % 10;
    opened.setFile('manifest.yaml', `${text.slice(0, at)}${typed}${text.slice(at)}`);
    return opened.findings('manifest.yaml').length;
  };
  const rows = await measure(
    [
      { name: "js-yaml's bare event parse", run: () => parseEvents(text, {}) },
      { name: 'Pod IAM, full diagnosis', run: () => diagnose('manifest.yaml', text) },
      { name: 'Pod IAM, after one keystroke', run: keystroke },
      { name: "yaml-language-server's validation", run: yaml },
    ],
    40,
  );
  pages.push(
    table(
      'One manifest of 2,400 lines',
      rows,
      'Every document of it is of a kind that is looked at, a third are service accounts with a role.',
    ),
  );
}

async function onePolicy(): Promise<void> {
  const text = trustPolicy(1);
  const { getLanguageService, TextDocument } =
    require('vscode-json-languageservice') as typeof import('vscode-json-languageservice');
  const service = getLanguageService({});
  service.configure({
    validate: true,
    schemas: [
      {
        uri: 'schema://trust',
        fileMatch: ['*'],
        schema: JSON.parse(await readFile(join(import.meta.dirname, '../schemas/trust-policy.schema.json'), 'utf8')),
      },
    ],
  });
  const repeat =
    <T>(run: () => T) =>
    () => {
      for (let i = 0; i < 100; i++) run();
    };
  const validate = async () => {
    for (let i = 0; i < 100; i++) {
      const document = TextDocument.create('file:///trust.json', 'json', 1, text);
      await service.doValidation(document, service.parseJSONDocument(document));
    }
  };
  const rows = await measure(
    [
      { name: 'JSON.parse', run: repeat(() => JSON.parse(text)) },
      { name: 'Pod IAM, full diagnosis', run: repeat(() => diagnose('role.json', text)) },
      { name: "vscode-json-languageservice's validation", run: validate },
    ],
    20,
  );
  pages.push(
    table(
      'A hundred trust policies, one by one',
      rows,
      'The JSON service validates against the schema that the extension brings.',
    ),
  );
}

async function wholeWorkspace(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pod-iam-bench-'));
  try {
    const files: string[] = [];
    for (let i = 0; i < 10_000; i++) {
      const relevant = i % 10 === 0;
      const name = join(folder, relevant && i % 20 === 0 ? `role-${i}.json` : `file-${i}.yaml`);
      await writeFile(name, relevant ? (i % 20 === 0 ? trustPolicy(i) : manifest(60)) : unrelated(i, 6600));
      files.push(name);
    }
    const read = async () => {
      let length = 0;
      for (const file of files) length += (await readFile(file, 'utf8')).length;
      return length;
    };
    let analysis = new Analysis();
    const index = async () => {
      analysis = new Analysis();
      for (const file of files) analysis.setFile(file, await readFile(file, 'utf8'));
      return analysis.allFindings().size;
    };
    const rows = await measure(
      [
        { name: 'just reading the files', run: read },
        { name: 'Pod IAM, reading and indexing', run: index },
      ],
      3,
      1,
    );
    global.gc?.();
    const memory = process.memoryUsage();
    const changed = files[10]!;
    const text = await readFile(changed, 'utf8');
    let round = 0;
    const change: Measured[] = await measure(
      [
        {
          name: 'one change, everything judged that it concerns',
          run: () => {
            analysis.setFile(changed, text.replace('team-0', `team-${round++ % 7}`));
            return analysis.refresh().length;
          },
        },
        { name: 'the same file alone', run: () => diagnose(changed, text.replace('team-0', `team-${round++ % 7}`)) },
      ],
      30,
    );
    pages.push(
      table(
        'A workspace of 10,000 files, a tenth of them relevant',
        rows,
        `Resident memory afterwards: ${Math.round(memory.rss / 1e6)} MB, of it heap ${Math.round(memory.heapUsed / 1e6)} MB.`,
      ),
    );
    pages.push(
      table(
        'One change in that workspace',
        [...change].reverse(),
        'A manifest is changed; what it is linked to is judged again.',
      ),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Its validation with nothing switched on but the syntax: the least it does for any file. */
function yamlLanguageServer(text: string): () => Promise<unknown> {
  const { getLanguageService } = require('yaml-language-server') as typeof import('yaml-language-server');
  const { TextDocument } =
    require('vscode-languageserver-textdocument') as typeof import('vscode-languageserver-textdocument');
  const nothing = () => undefined;
  const service = getLanguageService({
    schemaRequestService: async () => '{}',
    workspaceContext: { resolveRelativePath: (path: string) => path },
    telemetry: { send: nothing, sendError: nothing, sendTrack: nothing },
  } as never);
  service.configure({ validate: true, schemas: [] } as never);
  let version = 0;
  return () => service.doValidation(TextDocument.create('file:///manifest.yaml', 'yaml', ++version, text), false);
}

// npm run bench: syntax, facts, rules and index against a floor and against peers, all in one run. Writes its section of
// docs/benchmarks.md.
// npm run bench -- workspace: the large workspace alone. Writes nothing.
// npm run bench -- live: reading a large cluster against the bare SDKs; see live.ts for its options.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseEvents } from 'js-yaml';
import { Analysis } from '../src/core/analysis.js';
import { brokenTexts } from './broken.js';
import { manifest, trustPolicy, unrelated } from './generate.js';
import { measure, median, table } from './measure.js';
import { writeSection } from './report.js';
import type { WorkspaceFigures } from './workspaceChild.js';

const require = createRequire(import.meta.url);
const pages: string[] = [];

if (process.argv[2] === 'live') {
  await import('./live.js');
} else if (process.argv[2] === 'workspace') {
  await wholeWorkspace();
  console.log(pages.join('\n'));
} else {
  await oneManifest();
  await onePolicy();
  pages.push(await brokenTexts(10_000));
  await wholeWorkspace();
  await write();
}

async function write(): Promise<void> {
  const report = pages.join('\n');
  await writeSection('core', report);
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
    60,
    30,
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
      const isRole = i % 20 === 0;
      const name = relevant && isRole ? `role-${i}.json` : `file-${i}.yaml`;
      // Each manifest's account has the role of the file before it.
      await writeFile(
        join(folder, name),
        relevant ? (isRole ? trustPolicy(i) : manifest(60, i - 10)) : unrelated(i, 6600),
      );
      files.push(name);
    }
    const reads: number[] = [];
    const indexes: WorkspaceFigures[] = [];
    const checkouts: WorkspaceFigures[] = [];
    for (let round = 0; round < 5; round++) {
      const [read] = await inOwnProcess(folder, 'read');
      const [index, checkout] = await inOwnProcess(folder, 'index');
      reads.push(read!.ms);
      indexes.push(index!);
      checkouts.push(checkout!);
    }
    const of = (figures: readonly WorkspaceFigures[], key: keyof WorkspaceFigures) =>
      median(figures.map((each) => each[key]));
    const rows = [
      { name: 'just reading the files', ms: median(reads) },
      { name: 'Pod IAM, reading and indexing', ms: of(indexes, 'ms') },
      { name: `${checkouts[0]!.files} files changed at once`, ms: of(checkouts, 'ms') },
    ];
    const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
    pages.push(
      table(
        'A workspace of 10,000 files, a tenth of them relevant',
        rows,
        `${megabytes(indexes[0]!.length)} of text, read and judged in slices as the editor does it, each time by a new process that holds nothing else. Resident memory at most ${megabytes(of(indexes, 'peak'))}, of it heap ${megabytes(of(indexes, 'heap'))}; the longest slice takes ${of(indexes, 'longestSlice').toFixed(0)} ms, after the change of many files ${of(checkouts, 'longestSlice').toFixed(0)} ms.`,
      ),
    );
    await oneChange(folder, files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function oneChange(folder: string, files: readonly string[]): Promise<void> {
  const analysis = new Analysis();
  const add = async (file: string) => analysis.setFile(file, await readFile(join(folder, file), 'utf8'));
  for (const file of files) await add(file);
  // Copies of one manifest, as when each environment has its own: a change of one concerns all of them.
  const shared = manifest(60, 20_000);
  for (let i = 0; i < 100; i++) analysis.setFile(`copies/${i}.yaml`, shared);
  analysis.refresh();
  let round = 0;
  const changing = (file: string, made: () => string) => () => {
    analysis.setFile(file, made());
    return analysis.refresh().length;
  };
  const changed = files[10]!;
  const text = await readFile(join(folder, changed), 'utf8');
  const moved = () => text.replace(/team-\d/, `team-${round++ % 7}`);
  const rows = await measure(
    [
      { name: 'the same file alone', run: () => diagnose(changed, moved()) },
      { name: 'one change, everything judged that it concerns', run: changing(changed, moved) },
      {
        name: 'the role of an account that a hundred files have',
        run: changing('copies/0.yaml', () => shared.replace(/role\/app-\d+/, `role/app-${round++ % 7}`)),
      },
    ],
    60,
  );
  pages.push(
    table('One change in that workspace', rows, 'A manifest is changed; what it is linked to is judged again.'),
  );
}

async function inOwnProcess(folder: string, mode: 'read' | 'index'): Promise<WorkspaceFigures[]> {
  const root = join(import.meta.dirname, '..');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(root, 'scripts/run.mjs'), 'bench/workspaceChild.ts', folder, mode],
    { cwd: root },
  );
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as WorkspaceFigures);
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

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Language, Parser } from 'web-tree-sitter';
import { Analysis, type Finding } from '../src/core/analysis.js';
import { kindOf } from '../src/core/facts/readFile.js';
import type { Fix, Severity } from '../src/core/rules/rule.js';
import { applyEdits } from '../src/core/syntax/edits.js';
import { parseJson } from '../src/core/syntax/json.js';
import { parseYaml } from '../src/core/syntax/yaml.js';
import { readyForTerraform } from './support/ruleTester.js';

interface Wanted {
  readonly ruleId: string;
  readonly file: string;
  /** One-based. */
  readonly line: number;
  /** The finding starts on the line and overlaps the first place where this stands in it. */
  readonly token: string;
  /** At least one offered fix clears the finding and leaves a text that parses no worse. */
  readonly fixClears: boolean;
  readonly severity?: Severity;
}

interface Expectation {
  readonly why: string;
  readonly findings: readonly Wanted[];
  /** Hints that may come as well. */
  readonly allowedHints?: readonly string[];
  /** Findings that may or may not come. */
  readonly also?: readonly string[];
  /** Rules that a careless product would let fire; here even as hints they are wrong. */
  readonly near?: readonly string[];
  /** Files that are named as arguments, so that their permission policies are judged. */
  readonly chosenPolicies?: readonly string[];
}

type Files = Readonly<Record<string, string>>;

const root = join(import.meta.dirname, 'corpus');
const modules = join(import.meta.dirname, '../node_modules');
let hcl: Parser;

beforeAll(async () => {
  await readyForTerraform();
  const grammar = readFileSync(join(modules, '@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-hcl.wasm'));
  hcl = new Parser().setLanguage(await Language.load(grammar));
});

for (const part of ['ok', 'err'] as const) {
  describe(part, () => {
    for (const name of readdirSync(join(root, part)).sort()) {
      it(name, () => {
        const { expected, files } = readCase(join(root, part, name));
        expect(expected.findings.length > 0, 'ok has no findings, err has some').toBe(part === 'err');
        const differs = differences(expected, files);
        expect(differs, [expected.why, ...differs].join('\n')).toEqual([]);
      });
    }
  });
}

function readCase(directory: string): { expected: Expectation; files: Files } {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[relative(directory, path).split(sep).join('/')] = readFileSync(path, 'utf8');
  }
  const { 'expect.json': expected, ...rest } = files;
  return { expected: JSON.parse(expected!) as Expectation, files: rest };
}

/** What differs from the expectation, a line each. */
function differences(expected: Expectation, files: Files): string[] {
  const found: string[] = [];
  const left = check(files, expected);
  for (const want of expected.findings) {
    const line = files[want.file]?.split(/\r?\n/)[want.line - 1] ?? '';
    if (!line.includes(want.token)) found.push(`the case itself: no '${want.token}' on ${want.file}:${want.line}`);
    const hit = left.findIndex((finding) => stands(finding, want, files));
    const finding = left[hit];
    if (!finding) {
      const elsewhere = left.filter(({ ruleId }) => ruleId === want.ruleId).map((each) => shown(each, files));
      const others = elsewhere.length > 0 ? `, but found: ${elsewhere.join('; ')}` : '';
      found.push(`missed ${want.ruleId} on ${want.file}:${want.line} '${want.token}'${others}`);
      continue;
    }
    left.splice(hit, 1);
    if (!overlaps(finding, want, line, files)) found.push(`range of ${shown(finding, files)}, not '${want.token}'`);
    if (want.severity && finding.severity !== want.severity)
      found.push(`severity ${finding.severity} of ${want.ruleId}, not ${want.severity}`);
    const outcomes = finding.fixes().map((fix) => outcomeOf(fix, finding, files, expected));
    for (const { wrong } of outcomes) if (wrong !== undefined) found.push(`fix of ${want.ruleId}: ${wrong}`);
    if (want.fixClears && !outcomes.some(({ clears }) => clears))
      found.push(`fix of ${want.ruleId}: ${outcomes.length > 0 ? 'none clears it' : 'none is offered'}`);
  }
  for (const finding of left) if (isNoise(finding, expected)) found.push(`extra ${shown(finding, files)}`);
  return found;
}

function check(files: Files, { chosenPolicies = [] }: Expectation): Finding[] {
  const analysis = new Analysis({
    chosenPolicies: new Set(chosenPolicies),
    onInternalError: (ruleId, file, error) => {
      throw new Error(`${ruleId} failed on ${file}`, { cause: error });
    },
  });
  for (const [file, text] of Object.entries(files)) analysis.setFile(file, text);
  return [...analysis.allFindings().values()].flat();
}

function stands(finding: Finding, want: Wanted, files: Files): boolean {
  if (finding.ruleId !== want.ruleId || finding.file !== want.file) return false;
  const text = files[finding.file]!;
  return lineOf(text, finding.start) <= want.line && lineOf(text, finding.end) >= want.line;
}

function overlaps(finding: Finding, want: Wanted, line: string, files: Files): boolean {
  const text = files[finding.file]!;
  if (lineOf(text, finding.start) !== want.line) return false;
  const lineStart = text.lastIndexOf('\n', finding.start - 1) + 1;
  const at = lineStart + line.indexOf(want.token);
  return finding.start < at + want.token.length && finding.end > at;
}

function isNoise({ ruleId, severity }: Finding, { near = [], also = [], allowedHints = [] }: Expectation): boolean {
  const quiet = severity === 'hint' || severity === 'information';
  return (!quiet || near.includes(ruleId)) && !also.includes(ruleId) && !allowedHints.includes(ruleId);
}

/** What a fix does; one that leaves no placeholder must clear its finding, and any must leave a text that parses no worse. */
function outcomeOf(
  fix: Fix,
  finding: Finding,
  files: Files,
  expected: Expectation,
): { clears: boolean; wrong?: string } {
  const fixed: Record<string, string> = { ...files };
  for (const file of new Set(fix.edits.map((edit) => edit.file))) {
    fixed[file] = applyEdits(
      files[file] ?? '',
      fix.edits.filter((edit) => edit.file === file),
    );
  }
  const worse = Object.keys(fixed).filter((file) => faults(file, fixed[file]!) > faults(file, files[file] ?? ''));
  if (worse.length > 0) return { clears: false, wrong: `'${fix.title}' breaks ${worse.join(', ')}` };
  const mixed = Object.keys(fixed).filter(
    (file) => files[file]?.includes('\r\n') && /(?<!\r)\n/.test(fixed[file]!) && !/(?<!\r)\n/.test(files[file]!),
  );
  if (mixed.length > 0) return { clears: false, wrong: `'${fix.title}' mixes the line ends of ${mixed.join(', ')}` };
  const before = check(files, expected);
  const after = check(fixed, expected);
  const same = (all: readonly Finding[]) =>
    all.filter(({ ruleId, message }) => ruleId === finding.ruleId && message === finding.message).length;
  if (!fix.placeholder && same(after) >= same(before))
    return { clears: false, wrong: `'${fix.title}' does not clear it` };
  const line = lineOf(files[finding.file]!, finding.start);
  return {
    clears: !after.some(
      (each) =>
        each.ruleId === finding.ruleId && each.file === finding.file && lineOf(fixed[each.file]!, each.start) === line,
    ),
  };
}

function faults(file: string, text: string): number {
  switch (kindOf(file, text)) {
    case 'json':
      return parseJson({ file, language: 'json', text }).faults.length;
    case 'yaml':
      return parseYaml({ file, language: 'yaml', text }).reduce((sum, each) => sum + each.faults.length, 0);
    case 'terraform': {
      if (file.endsWith('.json')) return parseJson({ file, language: 'json', text }).faults.length;
      const tree = hcl.parse(text);
      const broken = tree?.rootNode.hasError ? 1 : 0;
      tree?.delete();
      return broken;
    }
    default:
      return 0;
  }
}

/** One-based. */
function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

function shown({ ruleId, severity, file, start, end, message }: Finding, files: Files): string {
  const text = files[file]!.slice(start, Math.min(end, start + 120)).replaceAll(/\s+/g, ' ');
  return `${ruleId} (${severity}) ${file}:${lineOf(files[file]!, start)} «${text}» ${message}`;
}

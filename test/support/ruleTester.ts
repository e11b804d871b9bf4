import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Analysis, type Finding } from '../../src/core/analysis.js';
import { syntaxFaults } from '../../src/core/facts/readFile.js';
import type { Fix, Rule, Severity } from '../../src/core/rules/rule.js';
import { applyEdits } from '../../src/core/syntax/edits.js';
import { hclReady, loadHcl } from '../../src/core/syntax/hcl.js';

/** One file's text (a trust policy as JSON unless it looks otherwise), or files by name. */
export type Files = string | Readonly<Record<string, string>>;

export interface FiringCase {
  /** `«…»` round each place where the finding must stand. */
  readonly files: Files;
  readonly message?: string | RegExp;
  readonly severity?: Severity;
  /** What the first fix (or the one whose title contains `fix`) makes of the files. */
  readonly becomes?: Files;
  readonly fix?: string;
  /** The case is about the host format itself and is not repeated in others. */
  readonly asTyped?: true;
}

export interface RuleCases {
  readonly silent: Readonly<Record<string, Files>>;
  readonly fires: Readonly<Record<string, FiringCase>>;
}

/**
 * Runs a rule's cases: as typed, with CRLF, and a lone trust policy also inside the other host formats. Checks the range,
 * the message, and each fix: what it makes still parses, no longer has the finding, and is offered only once.
 */
export function ruleTest(rule: Rule, cases: RuleCases): void {
  describe(rule.id, () => {
    beforeAll(readyForTerraform);
    for (const [title, files] of Object.entries(cases.silent)) {
      for (const [form, texts] of forms(asFiles(files), false)) {
        it(`is silent: ${title} (${form})`, () => {
          expect(findingsOf(rule, texts).map(({ message, file }) => `${file}: ${message}`)).toEqual([]);
        });
      }
    }
    for (const [title, one] of Object.entries(cases.fires)) {
      for (const [form, marked] of forms(asFiles(one.files), one.asTyped === true)) {
        it(`fires: ${title} (${form})`, () => checkFiring(rule, one, marked, form === 'as typed'));
      }
    }
  });
}

export async function readyForTerraform(): Promise<void> {
  if (hclReady()) return;
  const modules = join(import.meta.dirname, '../../node_modules');
  await loadHcl({
    engine: readFileSync(join(modules, 'web-tree-sitter/web-tree-sitter.wasm')),
    grammar: readFileSync(join(modules, '@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-hcl.wasm')),
  });
}

export function analyze(texts: Readonly<Record<string, string>>): Analysis {
  const analysis = new Analysis({
    chosenPolicies: new Set(Object.keys(texts)),
    onInternalError: (ruleId, file, error) => {
      throw new Error(`${ruleId} failed on ${file}`, { cause: error });
    },
  });
  for (const [file, text] of Object.entries(texts)) analysis.setFile(file, text);
  return analysis;
}

export function findingsOf(rule: Rule, texts: Readonly<Record<string, string>>): Finding[] {
  return [...analyze(texts).allFindings().values()].flat().filter(({ ruleId }) => ruleId === rule.id);
}

function checkFiring(rule: Rule, one: FiringCase, marked: Readonly<Record<string, string>>, asTyped: boolean): void {
  const { texts, places } = unmark(marked);
  const found = findingsOf(rule, texts);
  const shown = (file: string, start: number, end: number) => `${file}: «${texts[file]!.slice(start, end)}»`;
  expect(found.map(({ file, start, end }) => shown(file, start, end))).toEqual(
    places.map(({ file, start, end }) => shown(file, start, end)),
  );
  for (const finding of found) {
    if (one.message !== undefined && finding === found[0]) {
      if (typeof one.message === 'string') expect(finding.message).toBe(one.message);
      else expect(finding.message).toMatch(one.message);
    }
    if (one.severity) expect(finding.severity).toBe(one.severity);
    for (const fix of finding.fixes()) checkFix(rule, finding, fix, texts);
  }
  if (one.becomes === undefined || !asTyped) return;
  const fixes = found[0]!.fixes();
  const fix = one.fix === undefined ? fixes[0] : fixes.find(({ title }) => title.includes(one.fix!));
  expect(fix, `a fix; there are: ${fixes.map(({ title }) => title).join(' | ')}`).toBeDefined();
  expect(apply(fix!, texts)).toEqual({ ...texts, ...asFiles(one.becomes) });
}

export function checkFix(rule: Rule, finding: Finding, fix: Fix, texts: Readonly<Record<string, string>>): void {
  const fixed = apply(fix, texts);
  for (const [file, text] of Object.entries(fixed)) {
    expect(syntaxFaults(file, text), `'${fix.title}' leaves a text that parses:\n${text}`).toBeLessThanOrEqual(
      syntaxFaults(file, texts[file] ?? ''),
    );
    if ((texts[file] ?? '').includes('\r\n'))
      expect(text.replaceAll('\r\n', ''), `'${fix.title}' keeps CRLF`).not.toContain('\n');
  }
  const before = findingsOf(rule, texts).filter(({ message }) => message === finding.message).length;
  const left = findingsOf(rule, fixed).filter(({ message }) => message === finding.message);
  if (!fix.placeholder)
    expect(left.length, `'${fix.title}' clears the finding:\n${Object.values(fixed).join('\n')}`).toBeLessThan(before);
}

function apply(fix: Fix, texts: Readonly<Record<string, string>>): Record<string, string> {
  const result: Record<string, string> = { ...texts };
  for (const file of new Set(fix.edits.map((edit) => edit.file))) {
    result[file] = applyEdits(
      texts[file] ?? '',
      fix.edits.filter((edit) => edit.file === file),
    );
  }
  return result;
}

function asFiles(files: Files): Record<string, string> {
  if (typeof files !== 'string') return { ...files };
  const name = /^\s*[«{]/.test(files)
    ? 'trust.json'
    : /^\s*(?:resource|data|locals|module|variable)\b/.test(files)
      ? 'main.tf'
      : 'manifest.yaml';
  return { [name]: files };
}

interface Marked {
  texts: Record<string, string>;
  places: { file: string; start: number; end: number }[];
}

export function unmark(marked: Readonly<Record<string, string>>): Marked {
  const texts: Record<string, string> = {};
  const places: Marked['places'] = [];
  for (const [file, text] of Object.entries(marked).sort(([a], [b]) => (a < b ? -1 : 1))) {
    let plain = '';
    let start = -1;
    const own: Marked['places'] = [];
    for (const char of text) {
      if (char === '«') start = plain.length;
      else if (char === '»') own.push({ file, start, end: plain.length });
      else plain += char;
    }
    texts[file] = plain;
    places.push(...own.sort((a, b) => a.start - b.start));
  }
  return { texts, places };
}

/** The forms in which a case is repeated. */
function* forms(files: Record<string, string>, asTyped: boolean): Generator<[string, Record<string, string>]> {
  yield ['as typed', files];
  yield ['CRLF', mapValues(files, (text) => text.replace(/\r?\n/g, '\r\n'))];
  const names = Object.keys(files);
  const only = files['trust.json'];
  if (asTyped || names.length !== 1 || only === undefined || !/^\s*[«{]/.test(only)) return;
  const role = (inner: string) =>
    `{ "Resources": { "R": { "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": ${inner} } } } }`;
  yield ['CloudFormation JSON', { 'template.json': role(only) }];
  yield [
    'CloudFormation YAML',
    {
      'template.yaml': `Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: ${indent(only, 8)}\n`,
    },
  ];
  yield [
    'ACK',
    {
      'role.yaml': `apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata:\n  name: r\nspec:\n  assumeRolePolicyDocument: |\n    ${indent(only, 4)}\n`,
    },
  ];
  const hcl = only.replaceAll('${', '$${');
  yield [
    'Terraform heredoc',
    { 'main.tf': `resource "aws_iam_role" "r" {\n  assume_role_policy = <<EOF\n${hcl}\nEOF\n}\n` },
  ];
}

function indent(text: string, width: number): string {
  return text.trim().replace(/\n(?=.)/g, `\n${' '.repeat(width)}`);
}

function mapValues(record: Record<string, string>, map: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

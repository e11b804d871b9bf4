import { rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Analysis, MAX_FILE_LENGTH } from '../core/analysis.js';
import { kindOf } from '../core/facts/readFile.js';
import { applySafeFixes } from '../core/features/safeFixes.js';
import type { Severity } from '../core/rules/rule.js';
import type { CheckResult } from './checkResult.js';
import { excluder, loadConfig } from './config.js';
import { EXIT, UsageError } from './exit.js';
import { findFiles, readText, reasonOf, type Unreadable } from './files.js';
import { toGitHub } from './formats/github.js';
import { toJson } from './formats/json.js';
import { toSarif } from './formats/sarif.js';
import { toText } from './formats/text.js';
import { loadHclFromDisk } from './hcl.js';

const ORDER: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

interface CheckOptions {
  readonly format: 'text' | 'json' | 'sarif' | 'github';
  readonly fix?: true;
  readonly failOn: Severity;
  readonly config?: string;
  readonly stdinFilename?: string;
}

export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('find mistakes in trust policies, manifests and infrastructure code')
    .argument('[path...]', 'files, folders or globs; folders skip what git ignores', ['.'])
    .addOption(
      new Option('--format <format>', 'how to print').choices(['text', 'json', 'sarif', 'github']).default('text'),
    )
    .option('--fix', 'apply the safe fixes')
    .addOption(new Option('--fail-on <severity>', 'exit 1 from this severity on').choices(ORDER).default('error'))
    .option('--config <file>', 'settings file (default: .pod-iam.json)')
    .option('--stdin-filename <file>', 'check standard input as this file, among the paths', notEmpty)
    .action(async (paths: string[], options: CheckOptions) => {
      process.exitCode = await check(paths, options);
    });
}

function notEmpty(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('must not be empty');
  return value;
}

async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  if (options.fix && options.stdinFilename !== undefined)
    throw new UsageError('--fix writes files; it cannot be used with --stdin-filename');
  const cwd = process.cwd();
  const config = await loadConfig(cwd, options.config);
  const { files, unreadable } = await findFiles(paths, cwd, excluder(config.exclude));
  const progress = startProgress(files.length);
  const analysis = new Analysis({
    severities: config.severities,
    chosenPolicies: new Set(files.filter(({ named }) => named).map(({ file }) => file)),
    onInternalError: (ruleId, file, error) =>
      process.stderr.write(
        `internal error in ${ruleId} on ${file}: ${error instanceof Error ? error.message : error}\n`,
      ),
  });
  const stdin =
    options.stdinFilename === undefined
      ? undefined
      : { file: options.stdinFilename.replaceAll('\\', '/').replace(/^\.\//, ''), text: await readStdin() };
  const texts: { file: string; text: string }[] = [];
  for (const { file, path } of files) {
    if (file === stdin?.file) continue;
    try {
      const text = await readText(path);
      if (text.length > MAX_FILE_LENGTH) unreadable.push({ file, reason: `longer than ${MAX_FILE_LENGTH} characters` });
      else texts.push({ file, text });
    } catch (error) {
      // Binary files that folders hold are none of ours; one that was named is said.
      if (
        !(error instanceof Error && error.message === 'binary content') ||
        files.find((each) => each.file === file)?.named
      )
        unreadable.push({ file, reason: reasonOf(error) });
    }
  }
  if (stdin) texts.push(stdin);
  if (texts.some(({ file, text }) => kindOf(file, text) === 'terraform')) await loadHclFromDisk();
  for (const { file, text } of texts) analysis.setFile(file, text);
  if (options.fix) await fixAll(analysis, cwd, unreadable);
  const findings = [...analysis.allFindings().values()]
    .flat()
    .filter((finding) => !stdin || finding.file === stdin.file);
  progress.stop();
  const result: CheckResult = {
    findings,
    unreadable,
    files: stdin ? 1 : texts.length,
    text: (file) => analysis.text(file) ?? '',
  };
  process.stdout.write(print(result, options.format));
  if (unreadable.length > 0 && options.format !== 'text')
    for (const { file, reason } of unreadable) process.stderr.write(`${file}: ${reason}\n`);
  if (unreadable.length > 0) return EXIT.unreachable;
  const limit = ORDER.indexOf(options.failOn);
  return findings.some(({ severity }) => ORDER.indexOf(severity) <= limit) ? EXIT.found : EXIT.fine;
}

function print(result: CheckResult, format: CheckOptions['format']): string {
  switch (format) {
    case 'json':
      return toJson(result);
    case 'sarif':
      return toSarif(result);
    case 'github':
      return toGitHub(result);
    default:
      return toText(result, { color: colorful(), width: process.stdout.columns });
  }
}

function colorful(): boolean {
  return process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb';
}

async function fixAll(analysis: Analysis, cwd: string, unreadable: Unreadable[]): Promise<void> {
  const findings = () => [...analysis.allFindings().values()].flat();
  for (const file of applySafeFixes(analysis, findings).keys()) {
    try {
      await replaceFile(resolve(cwd, file), analysis.text(file) ?? '');
    } catch (error) {
      unreadable.push({ file, reason: `could not be written: ${reasonOf(error)}` });
    }
  }
}

/** Whole or not at all: written beside it, then renamed. */
async function replaceFile(path: string, text: string): Promise<void> {
  const { stat, realpath } = await import('node:fs/promises');
  const target = await realpath(path);
  const { mode } = await stat(target);
  const beside = `${target}.${process.pid}.tmp`;
  await writeFile(beside, text, { mode });
  await rename(beside, target);
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

/** A line on stderr when it takes over a second, on a terminal only. */
function startProgress(files: number): { stop(): void } {
  if (!process.stderr.isTTY) return { stop: () => undefined };
  const timer = setTimeout(() => process.stderr.write(`checking ${files} files …\n`), 1000);
  return { stop: () => clearTimeout(timer) };
}

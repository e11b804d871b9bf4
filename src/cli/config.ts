import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import picomatch from 'picomatch';
import { type Config, readConfig } from '../core/config.js';
import { UsageError } from './exit.js';
import { reasonOf } from './files.js';

const NAME = '.pod-iam.json';

/** The file named, or `.pod-iam.json` of the working directory if there is one. */
export async function loadConfig(cwd: string, named: string | undefined): Promise<Config> {
  const path = resolve(cwd, named ?? NAME);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (named === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return readConfig('{}');
    throw new UsageError(`${named ?? NAME}: ${reasonOf(error)}`);
  }
  const config = readConfig(text);
  if (config.problems.length > 0)
    throw new UsageError(config.problems.map((problem) => `${named ?? NAME}: ${problem}`).join('\n'));
  return config;
}

export function excluder(patterns: readonly string[]): (file: string) => boolean {
  return patterns.length === 0 ? () => false : picomatch([...patterns], { dot: true });
}

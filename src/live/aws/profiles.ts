import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../failure.js';
import type { AwsProfile } from '../types.js';

/**
 * The profiles of the AWS configuration files by name, with their regions, in the files' order. Of credentials nothing is kept.
 * A file that is not there has none. @throws where one cannot be read
 */
export async function readProfiles(environment: NodeJS.ProcessEnv = process.env): Promise<readonly AwsProfile[]> {
  const folder = join(homedir(), '.aws');
  const regions = new Map<string, string | undefined>();
  const files = [
    [environment.AWS_CONFIG_FILE || join(folder, 'config'), /^profile\s+(.+)$|^(default)$/],
    [environment.AWS_SHARED_CREDENTIALS_FILE || join(folder, 'credentials'), /^(.+)$/],
  ] as const;
  for (const [file, heading] of files) {
    let profile: string | undefined;
    for (const line of (await textOf(file)).split(/\r?\n/)) {
      const section = /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.trim();
      if (section !== undefined) {
        const found = heading.exec(section);
        profile = (found?.[1] ?? found?.[2])?.replace(/^(["'])(.*)\1$/, '$2').trim();
        if (profile !== undefined && !regions.has(profile)) regions.set(profile, undefined);
        continue;
      }
      const region = /^region\s*=\s*(\S+)/.exec(line)?.[1];
      if (profile !== undefined && region !== undefined) regions.set(profile, regions.get(profile) ?? region);
    }
  }
  return [...regions].map(([name, region]) => ({ name, ...(region === undefined ? {} : { region }) }));
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

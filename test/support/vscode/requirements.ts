import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first of `names` found on the PATH or, given as a path, on the disk. */
export function findProgram(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const name of names) {
    const candidates = name.includes('/') ? [name] : folders.map((folder) => join(folder, name));
    for (const candidate of candidates) {
      if (isExecutable(candidate)) return candidate;
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A Chromium or Chrome of this machine; `POD_IAM_CHROMIUM` names another. */
export function findChromium(): string | undefined {
  const named = process.env.POD_IAM_CHROMIUM;
  if (named) return findProgram([named]);
  return findProgram([
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ]);
}

export interface Missing {
  /** What it is, in the words of a person who has to install it. */
  readonly what: string;
  /** The Debian and Ubuntu package that brings it. */
  readonly package: string;
}

/** What this machine lacks to build VS Code's server from npm. */
export function missingForServer(): Missing[] {
  const missing: Missing[] = [];
  if (!findProgram(['c++', 'g++', 'clang++'])) missing.push({ what: 'a C++ compiler', package: 'g++' });
  if (!findProgram(['make', 'gmake'])) missing.push({ what: 'make', package: 'make' });
  if (!findProgram(['python3'])) missing.push({ what: 'Python 3', package: 'python3' });
  return missing;
}

export function missingForBrowser(): Missing[] {
  return findChromium() ? [] : [{ what: 'Chromium (or Chrome; POD_IAM_CHROMIUM names one)', package: 'chromium' }];
}

export function sayMissing(missing: readonly Missing[]): string {
  return [
    `This machine lacks ${missing.map((one) => one.what).join(', ')}.`,
    `On Debian and Ubuntu: sudo apt-get install ${missing.map((one) => one.package).join(' ')}`,
  ].join('\n');
}

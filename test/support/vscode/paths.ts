import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's top folder. */
export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** Things that take long to make and survive between runs; ignored by git. */
export const cache = join(root, '.cache');

/** Screenshots and logs of failed tests; ignored by git. */
export const testResults = join(root, 'test-results');

const manifest: { name: string; publisher: string; version: string } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);

export const extensionId = `${manifest.publisher}.${manifest.name}`;
export const vsixPath = join(root, `${manifest.name}-${manifest.version}.vsix`);

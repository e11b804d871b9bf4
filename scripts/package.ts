// Builds for production and makes the VSIX.
import { relative } from 'node:path';
import { root } from '../test/support/vscode/paths.js';
import { packageProduct } from '../test/support/vscode/vsix.js';

const { path, bytes } = await packageProduct();
console.log(`${relative(root, path)}: ${(bytes / 1_000_000).toFixed(2)} MB`);

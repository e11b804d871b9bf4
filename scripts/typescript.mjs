// Lets Node run the TypeScript of scripts/ and test/ as it is. Node strips the types; this finds `x.ts` where an import says
// `x.js`, and says that it is a module (package.json can't: the bundles in dist/ are CommonJS).
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(typescriptFor(specifier, context.parentURL) ?? specifier, context);
    return resolved.url.startsWith('file:') && resolved.url.endsWith('.ts')
      ? { ...resolved, format: 'module-typescript' }
      : resolved;
  },
});

function typescriptFor(specifier, parent) {
  if (!specifier.startsWith('.') || !specifier.endsWith('.js') || !parent?.startsWith('file:')) return undefined;
  const url = new URL(specifier.replace(/\.js$/, '.ts'), parent);
  return existsSync(fileURLToPath(url)) ? url.href : undefined;
}

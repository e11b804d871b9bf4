// How the bundles are cut: what each may not contain, and where it finds that instead.
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What `live` holds is loaded at the first cluster only, so the other bundles must not contain it. */
export const liveIsExternal = {
  name: 'live-is-external',
  setup(builder) {
    builder.onResolve({ filter: /\/live\/main\.js$/ }, () => ({ path: './live.js', external: true }));
  },
};

const core = join(root, 'src', 'core') + sep;

/**
 * The engine is one file for the editor and for live: loaded once, and not before a file or a cluster needs it.
 * @param shared gets the modules of the core that others import, by the name under which dist/core.js is to give them
 */
export function coreIsShared(shared) {
  return {
    name: 'core-is-shared',
    setup(builder) {
      builder.onResolve({ filter: /^\.{1,2}\// }, async ({ path, importer, resolveDir, kind, pluginData }) => {
        if (pluginData === 'resolved' || importer.startsWith(core)) return undefined;
        const found = await builder.resolve(path, { importer, resolveDir, kind, pluginData: 'resolved' });
        if (!found.path.startsWith(core)) return undefined;
        const name = relative(core, found.path).replace(/\.ts$/, '').replaceAll(/\W/g, '_');
        shared.set(name, found.path);
        return { path: name, namespace: 'core' };
      });
      builder.onResolve({ filter: /^\.\/core\.js$/ }, () => ({ path: './core.js', external: true }));
      builder.onLoad({ filter: /.*/, namespace: 'core' }, ({ path }) => ({ contents: lazily(path), resolveDir: root }));
    },
  };
}

/**
 * Taken from the file when first asked for, so that neither loading the extension nor activating it loads the engine. An
 * importer's view of a CommonJS module shares its prototype, which is where the asking happens; that it is an ES module is what
 * esbuild asks of every module at once, so this is answered here.
 */
function lazily(name) {
  return `module.exports = Object.create(
  new Proxy({}, { get: (_, key) => key === '__esModule' || require('./core.js').${name}[key] }),
);`;
}

interface Folder {
  readonly name: string;
  readonly uri: { readonly scheme: string; readonly authority: string; readonly path: string };
}

/**
 * What the names of a folder's files begin with, in the order of the folders: nothing where it is the only one. Several are named as
 * they lie on the disk, from the last folder on that holds them all: so two never have one name, and a path that leads from one
 * into the other (Kustomize's `../base`, a Terraform module's source) leads there. Folders of different file systems have
 * nothing in common, and are told apart by their names.
 */
export function folderPrefixes(folders: readonly Folder[]): string[] {
  if (folders.length < 2) return folders.map(() => '');
  const origins = new Set(folders.map(({ uri }) => `${uri.scheme}://${uri.authority}`));
  if (origins.size > 1) return byName(folders);
  const paths = folders.map(({ uri }) => uri.path.split('/').filter((part) => part !== ''));
  const [first] = paths;
  let common = 0;
  // The last part of each stays: it is what people know the folder by.
  while (paths.every((path) => common < path.length - 1 && path[common] === first![common])) common++;
  return paths.map((path) => `${path.slice(common).join('/')}/`);
}

function byName(folders: readonly Folder[]): string[] {
  return folders.map(({ name }, i) => {
    const earlier = folders.slice(0, i).filter((other) => other.name === name).length;
    return earlier === 0 ? `${name}/` : `${name} (${earlier + 1})/`;
  });
}

/** The folder of a name that `folderPrefixes` began, and the path in it; undefined where none fits. */
export function folderOfName<F extends Folder>(
  folders: readonly F[],
  file: string,
): { readonly folder: F; readonly path: string } | undefined {
  const prefixes = folderPrefixes(folders);
  let best: { folder: F; prefix: string } | undefined;
  for (const [i, folder] of folders.entries()) {
    const prefix = prefixes[i]!;
    if (file.startsWith(prefix) && prefix.length >= (best?.prefix.length ?? 0)) best = { folder, prefix };
  }
  return best && { folder: best.folder, path: file.slice(best.prefix.length) };
}

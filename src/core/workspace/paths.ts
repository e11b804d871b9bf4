/** Paths and URIs with `/`; only what comes behind the last common part is touched. */

export function directoryOf(file: string): string {
  const slash = file.lastIndexOf('/');
  return slash < 0 ? '' : file.slice(0, slash);
}

export function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** `base/../a` and the like resolved; a path that leaves the root keeps its leading `..`. */
export function joinPath(directory: string, relative: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\/[^/]*\//i.exec(directory)?.[0] ?? (directory.startsWith('/') ? '/' : '');
  const parts: string[] = [];
  const tail = relative.startsWith('/') ? relative : `${directory.slice(scheme.length)}/${relative}`;
  for (const part of tail.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return scheme + parts.join('/');
}

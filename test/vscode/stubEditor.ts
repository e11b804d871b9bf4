import { EventEmitter } from 'node:events';

/** Stands for whatever of VS Code's API nobody asks about: may be called, constructed, extended and looked into. */
function anything(known: object = {}): never {
  const made = new Map<PropertyKey, unknown>();
  const target = class {};
  return new Proxy(target, {
    get: (_, key) => {
      if (key in known) return (known as Record<PropertyKey, unknown>)[key];
      if (key === 'prototype') return target.prototype;
      // Neither a promise nor a list.
      if (key === 'then' || typeof key === 'symbol') return undefined;
      if (!made.has(key)) made.set(key, anything());
      return made.get(key);
    },
    apply: () => anything(),
    construct: (_, args, made) => Reflect.construct(target, args, made),
  }) as never;
}

class Emitter {
  readonly #emitter = new EventEmitter();
  readonly event = (listener: (value: unknown) => void) => {
    this.#emitter.on('it', listener);
    return { dispose: () => this.#emitter.off('it', listener) };
  };
  fire(value: unknown): void {
    this.#emitter.emit('it', value);
  }
  dispose(): void {
    this.#emitter.removeAllListeners();
  }
}

class Diagnostic {
  code: { readonly value: string } | undefined;
  constructor(
    readonly range: unknown,
    readonly message: string,
  ) {}
}

class Uncancelled {
  readonly token = { isCancellationRequested: false };
  cancel = () => undefined;
  dispose = () => undefined;
}

export interface OpenText {
  readonly path: string;
  readonly languageId: string;
  readonly text: string;
}

/** As much of an editor as the extension needs to activate and to judge what is open. No folder is open. */
export function stubEditor(open: readonly OpenText[]) {
  /** Calls by which an extension reads or watches files through the editor. */
  const reads: string[] = [];
  const watched = (name: string) => () => {
    reads.push(name);
    return anything();
  };
  /** Diagnostics by URI. */
  const shown = new Map<string, readonly Diagnostic[]>();
  const uri = (path: string) => ({
    scheme: 'file',
    path,
    fsPath: path,
    with: () => uri(path),
    toString: () => `file://${path}`,
  });
  const parsed = (text: string) => uri(text.replace('file://', ''));
  const api = anything({
    EventEmitter: Emitter,
    Diagnostic,
    CancellationTokenSource: Uncancelled,
    Uri: { parse: parsed, file: uri, from: anything(), joinPath: anything() },
    Disposable: { from: () => ({ dispose: () => undefined }) },
    workspace: anything({
      isTrusted: true,
      workspaceFolders: undefined,
      textDocuments: open.map(({ path, languageId, text }) => ({
        uri: uri(path),
        languageId,
        version: 1,
        isClosed: false,
        getText: () => text,
      })),
      getWorkspaceFolder: () => undefined,
      getConfiguration: () => ({ get: () => undefined, inspect: () => undefined }),
      fs: new Proxy({}, { get: (_, name) => watched(`workspace.fs.${String(name)}`) }),
      findFiles: watched('workspace.findFiles'),
      createFileSystemWatcher: watched('workspace.createFileSystemWatcher'),
      openTextDocument: watched('workspace.openTextDocument'),
    }),
    window: anything({
      withProgress: (_: unknown, work: (progress: unknown) => unknown) => work(anything()),
    }),
    languages: anything({
      createDiagnosticCollection: () => ({
        set: (at: object, diagnostics: readonly Diagnostic[]) => shown.set(String(at), diagnostics),
        delete: (at: object) => shown.delete(String(at)),
        clear: () => shown.clear(),
        dispose: () => undefined,
      }),
    }),
    l10n: { t: (message: string) => message },
  });
  const context = anything({
    subscriptions: [],
    extensionPath: '/extension',
    globalState: { get: (_: string, otherwise: unknown) => otherwise, update: watched('globalState.update') },
  });
  // esbuild copies a module's own members, which a stand-in for anything cannot list, and keeps its prototype.
  return { api: Object.create(api) as unknown, context: context as unknown, reads, shown };
}

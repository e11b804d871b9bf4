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

class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

class Range {
  constructor(
    readonly start: Position,
    readonly end: Position,
  ) {}
}

class TextEdit {
  constructor(
    readonly range: Range,
    readonly newText: string,
  ) {}
}

/** What was to be changed. */
class WorkspaceEdit {
  readonly #edits = new Map<string, readonly TextEdit[]>();
  constructor(private readonly texts: ReadonlyMap<string, string>) {}
  set({ path }: { readonly path: string }, edits: readonly TextEdit[]): void {
    this.#edits.set(path, edits);
  }
  /** By offsets in the text that is open. */
  of(path: string) {
    const lines = this.texts.get(path)!.split('\n');
    const offset = ({ line, character }: Position) =>
      lines.slice(0, line).reduce((sum, { length }) => sum + length + 1, character);
    return (this.#edits.get(path) ?? []).map(({ range, newText }) => ({
      start: offset(range.start),
      end: offset(range.end),
      newText,
    }));
  }
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

/** As much of an editor as the extension needs to activate, and to judge and fix what is open, the first text in front. No folder is open. */
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
  const texts = new Map(open.map(({ path, text }) => [path, text]));
  const documents = open.map(({ path, languageId, text }) => ({
    uri: uri(path),
    languageId,
    version: 1,
    isClosed: false,
    getText: () => text,
  }));
  const commands = new Map<string, (...args: unknown[]) => unknown>();
  const applied: WorkspaceEdit[] = [];
  /** In the status bar. */
  const said: string[] = [];
  const api = anything({
    EventEmitter: Emitter,
    Diagnostic,
    CancellationTokenSource: Uncancelled,
    Position,
    Range,
    TextEdit,
    WorkspaceEdit: class extends WorkspaceEdit {
      constructor() {
        super(texts);
      }
    },
    Uri: { parse: parsed, file: uri, from: anything(), joinPath: anything() },
    Disposable: { from: () => ({ dispose: () => undefined }) },
    workspace: anything({
      isTrusted: true,
      workspaceFolders: undefined,
      textDocuments: documents,
      getWorkspaceFolder: () => undefined,
      getConfiguration: () => ({ get: () => undefined, inspect: () => undefined }),
      fs: new Proxy({}, { get: (_, name) => watched(`workspace.fs.${String(name)}`) }),
      findFiles: watched('workspace.findFiles'),
      createFileSystemWatcher: watched('workspace.createFileSystemWatcher'),
      applyEdit: (edit: WorkspaceEdit) => applied.push(edit),
      openTextDocument: watched('workspace.openTextDocument'),
    }),
    window: anything({
      activeTextEditor: documents[0] && { document: documents[0] },
      setStatusBarMessage: (message: string) => said.push(message),
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
    commands: anything({
      registerCommand: (id: string, run: (...args: unknown[]) => unknown) => commands.set(id, run),
    }),
    l10n: {
      t: (message: string, ...values: unknown[]) => message.replace(/\{(\d+)\}/g, (_, i) => String(values[Number(i)])),
    },
  });
  const context = anything({
    subscriptions: [],
    extensionPath: '/extension',
    globalState: { get: (_: string, otherwise: unknown) => otherwise, update: watched('globalState.update') },
  });
  // esbuild copies a module's own members, which a stand-in for anything cannot list, and keeps its prototype.
  return {
    api: Object.create(api) as unknown,
    context: context as unknown,
    reads,
    shown,
    applied,
    said,
    run: (command: string) => commands.get(command)?.(),
  };
}

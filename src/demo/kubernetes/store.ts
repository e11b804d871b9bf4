import type { KubernetesObject } from './objects.js';
import { type ResourceType, resourceTypes } from './resources.js';
import { StatusError } from './status.js';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** An object at one version. Made when it is asked for, so that a large generated cluster costs what is asked of it. */
export class Entry {
  private text: string | undefined;

  constructor(
    readonly key: string,
    readonly version: number,
    private readonly make: () => KubernetesObject,
  ) {}

  /** Made anew each time: of a large cluster only the text is kept, at a third of the memory. */
  get object(): KubernetesObject {
    const object = this.make();
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.version) } };
  }

  /** The object as JSON, kept because lists and watches send it again and again. */
  get json(): string {
    this.text ??= JSON.stringify(this.object);
    return this.text;
  }
}

export interface Change {
  readonly type: EventType;
  readonly version: number;
  readonly entry: Entry;
  /** What the object was before, for watches with a selector. */
  readonly previous: Entry | undefined;
}

type Listener = (change: Change) => void;

/** How far back a watch may start; etcd keeps five minutes, this keeps a number of changes. */
const historyLength = 20_000;

/** How many lists can be read page by page at once before the oldest one's `continue` is gone. */
const snapshotsKept = 64;

/** The objects of one resource, with their recent history. */
export class Collection {
  private readonly entries = new Map<string, Entry>();
  private sorted: readonly Entry[] | undefined;
  private readonly snapshots = new Map<number, readonly Entry[]>();
  private history: Change[] = [];
  private readonly listeners = new Set<Listener>();
  /** Changes up to this version are forgotten. */
  private forgotten = 0;

  constructor(private readonly nextVersion: () => number) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: string): Entry | undefined {
    return this.entries.get(key);
  }

  /** All entries in the order of their keys. The array is never changed afterwards. */
  all(): readonly Entry[] {
    this.sorted ??= [...this.entries.values()].sort((left, right) => (left.key < right.key ? -1 : 1));
    return this.sorted;
  }

  /** Keeps the list as it is now for the pages to come. */
  keepSnapshot(version: number): void {
    this.snapshots.set(version, this.all());
    for (const oldest of this.snapshots.keys()) {
      if (this.snapshots.size <= snapshotsKept) {
        break;
      }
      this.snapshots.delete(oldest);
    }
  }

  snapshot(version: number): readonly Entry[] | undefined {
    return this.snapshots.get(version);
  }

  /** Adds what is there from the start, without history. */
  seed(key: string, make: () => KubernetesObject): void {
    this.entries.set(key, new Entry(key, this.nextVersion(), make));
    this.sorted = undefined;
  }

  put(key: string, object: KubernetesObject): Entry {
    const previous = this.entries.get(key);
    const entry = new Entry(key, this.nextVersion(), () => object);
    this.entries.set(key, entry);
    this.publish({ type: previous ? 'MODIFIED' : 'ADDED', version: entry.version, entry, previous });
    return entry;
  }

  delete(key: string): Entry | undefined {
    const previous = this.entries.get(key);
    if (!previous) {
      return undefined;
    }
    this.entries.delete(key);
    const entry = new Entry(key, this.nextVersion(), () => previous.object);
    this.publish({ type: 'DELETED', version: entry.version, entry, previous });
    return entry;
  }

  private publish(change: Change): void {
    this.sorted = undefined;
    this.history.push(change);
    if (this.history.length > historyLength * 2) {
      this.forget(this.history[historyLength]?.version ?? change.version);
    }
    for (const listener of this.listeners) {
      listener(change);
    }
  }

  /** Everything that changed after a version; 410 if that is no longer known. */
  changesSince(version: number): readonly Change[] {
    if (version < this.forgotten) {
      throw new StatusError(410, `too old resource version: ${version} (${this.forgotten})`);
    }
    return this.history.filter((change) => change.version > version);
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Forgets the history up to a version and every list being read, so that both answer 410. */
  forget(version: number): void {
    this.forgotten = Math.max(this.forgotten, version);
    this.history = this.history.filter((change) => change.version > version);
    this.snapshots.clear();
  }
}

/** All collections, under one resource version as in etcd. */
export class Store {
  private version = 1000;
  private readonly collections: ReadonlyMap<string, Collection>;

  constructor() {
    const next = (): number => {
      this.version += 1;
      return this.version;
    };
    this.collections = new Map(resourceTypes.map((type) => [type.resource, new Collection(next)]));
  }

  get currentVersion(): number {
    return this.version;
  }

  collection(resource: string): Collection {
    const collection = this.collections.get(resource);
    if (!collection) {
      throw new Error(`no collection ${resource}`);
    }
    return collection;
  }

  /** Forgets all history, as a compaction of etcd does. */
  compact(): void {
    for (const collection of this.collections.values()) {
      collection.forget(this.version);
    }
  }
}

export function objectKey(type: Pick<ResourceType, 'namespaced'>, namespace: string | undefined, name: string): string {
  return type.namespaced ? `${namespace ?? 'default'}/${name}` : name;
}

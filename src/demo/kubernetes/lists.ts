import type { ServerResponse } from 'node:http';
import type { DemoRequest, Reply, StreamReply } from '../httpServer.js';
import type { KubernetesObject } from './objects.js';
import { apiVersionOf } from './resources.js';
import type { ObjectRoute } from './route.js';
import { fieldSelector, labelSelector, type Selector } from './selectors.js';
import { jsonReply, StatusError, statusObject } from './status.js';
import type { Change, Collection, Entry, Store } from './store.js';
import { type IncludeObject, tableOf } from './table.js';

/** How an answer is wanted: plain objects or a table. */
interface Form {
  readonly table: boolean;
  readonly include: IncludeObject;
}

export function formOf(request: DemoRequest): Form {
  const include = request.url.searchParams.get('includeObject');
  return {
    table: /as=Table/.test(request.headers.accept ?? ''),
    include: include === 'Object' || include === 'None' ? include : 'Metadata',
  };
}

function selectorOf(request: DemoRequest, route: ObjectRoute): Selector | undefined {
  const labels = request.url.searchParams.get('labelSelector');
  const fields = request.url.searchParams.get('fieldSelector');
  const selectors: Selector[] = [];
  if (labels) {
    selectors.push(labelSelector(labels));
  }
  if (fields) {
    selectors.push(fieldSelector(fields));
  }
  if (route.name) {
    selectors.push(({ metadata }) => metadata.name === route.name);
  }
  return selectors.length === 0 ? undefined : (object) => selectors.every((selector) => selector(object));
}

/** The entries of one namespace: a stretch of the sorted list. */
function inNamespace(entries: readonly Entry[], namespace: string): readonly Entry[] {
  if (!namespace) {
    return entries;
  }
  const prefix = `${namespace}/`;
  return entries.filter(({ key }) => key.startsWith(prefix));
}

interface ContinueToken {
  readonly version: number;
  /** The last key that was sent. */
  readonly after: string;
}

function readContinue(text: string): ContinueToken {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Partial<ContinueToken>;
    if (typeof token.version === 'number' && typeof token.after === 'string') {
      return { version: token.version, after: token.after };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) {
      throw error;
    }
  }
  throw new StatusError(400, 'continue key is not valid');
}

/** One page of a list; all pages show the collection as it was when the first was asked for. */
export function listReply(store: Store, route: ObjectRoute, request: DemoRequest, now: Date): Reply {
  const collection = store.collection(route.type.resource);
  const query = request.url.searchParams;
  const limit = Number(query.get('limit') ?? 0);
  const text = query.get('continue');
  const token = text ? readContinue(text) : undefined;
  const version = token?.version ?? store.currentVersion;
  const snapshot = token ? collection.snapshot(token.version) : collection.all();
  if (!snapshot) {
    throw new StatusError(
      410,
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results.',
    );
  }
  const selector = selectorOf(request, route);
  let candidates = inNamespace(snapshot, route.namespace);
  if (token) {
    const start = candidates.findIndex(({ key }) => key > token.after);
    candidates = start < 0 ? [] : candidates.slice(start);
  }
  if (selector) {
    candidates = candidates.filter(({ object }) => selector(object));
  }
  const page = limit > 0 ? candidates.slice(0, limit) : candidates;
  const remaining = candidates.length - page.length;
  const metadata: Record<string, unknown> = { resourceVersion: String(version) };
  if (remaining > 0) {
    if (!token) {
      collection.keepSnapshot(version);
    }
    const next: ContinueToken = { version, after: page.at(-1)?.key ?? '' };
    metadata.continue = Buffer.from(JSON.stringify(next)).toString('base64url');
    if (!selector) {
      metadata.remainingItemCount = remaining;
    }
  }
  const form = formOf(request);
  if (form.table) {
    return jsonReply(
      200,
      tableOf(
        route.type.resource,
        page.map(({ object }) => object),
        metadata,
        form.include,
        now,
      ),
    );
  }
  const head = JSON.stringify({ kind: `${route.type.kind}List`, apiVersion: apiVersionOf(route.type), metadata });
  return jsonReply(200, `${head.slice(0, -1)},"items":[${page.map(({ json }) => json).join(',')}]}`);
}

/** Ends a watch, after an ERROR event if there is one to tell. */
export type EndWatch = (error?: StatusError) => void;

function errorEvent(error: StatusError): string {
  return `${JSON.stringify({ type: 'ERROR', object: statusObject(error) })}\n`;
}

export interface WatchOptions {
  readonly bookmarkMilliseconds: number;
  readonly now: () => Date;
  /** Told of each open watch, with what ends it, after a last event if one is given. */
  readonly opened: (end: EndWatch) => () => void;
}

/** What a change is to a watcher with a selector: objects come into and go out of its view. */
function seenAs(change: Change, selector: Selector | undefined): Change['type'] | undefined {
  if (!selector) {
    return change.type;
  }
  const before = change.previous !== undefined && selector(change.previous.object);
  const after = change.type !== 'DELETED' && selector(change.entry.object);
  if (before && after) {
    return 'MODIFIED';
  }
  if (after) {
    return 'ADDED';
  }
  return before ? 'DELETED' : undefined;
}

/** A watch from a resource version, or with everything that is there as additions first. */
export function watchReply(store: Store, route: ObjectRoute, request: DemoRequest, options: WatchOptions): StreamReply {
  const collection = store.collection(route.type.resource);
  const query = request.url.searchParams;
  const selector = selectorOf(request, route);
  const form = formOf(request);
  const from = query.get('resourceVersion') ?? '';
  const bookmarks = /^(true|1)$/.test(query.get('allowWatchBookmarks') ?? '');
  const initial = query.get('sendInitialEvents') === 'true' || from === '' || from === '0';
  const seconds = Number(query.get('timeoutSeconds') ?? 0);

  return {
    stream(response) {
      response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
      response.flushHeaders();
      let columnsSent = false;
      const send = (type: string, entry: Entry): void => {
        if (!form.table) {
          response.write(`{"type":"${type}","object":${entry.json}}\n`);
          return;
        }
        const metadata = { resourceVersion: String(entry.version) };
        const table = tableOf(route.type.resource, [entry.object], metadata, form.include, options.now(), !columnsSent);
        columnsSent = true;
        response.write(`${JSON.stringify({ type, object: table })}\n`);
      };
      const bookmark = (annotations?: Record<string, string>): void => {
        const metadata = {
          resourceVersion: String(store.currentVersion),
          creationTimestamp: null,
          ...(annotations ? { annotations } : {}),
        };
        const object = form.table
          ? tableOf(route.type.resource, [], metadata, form.include, options.now(), false)
          : bookmarkObject(route, metadata);
        response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
      };
      const follow = (change: Change): void => {
        if (route.namespace && !change.entry.key.startsWith(`${route.namespace}/`)) {
          return;
        }
        const type = seenAs(change, selector);
        if (type) {
          send(type, change.entry);
        }
      };
      try {
        if (initial) {
          for (const entry of inNamespace(collection.all(), route.namespace)) {
            if (!selector || selector(entry.object)) {
              send('ADDED', entry);
            }
          }
          if (query.get('sendInitialEvents') === 'true' && bookmarks) {
            bookmark({ 'k8s.io/initial-events-end': 'true' });
          }
        } else {
          collection.changesSince(Number(from)).forEach(follow);
        }
      } catch (error) {
        if (!(error instanceof StatusError)) {
          throw error;
        }
        // What is too old is told inside the stream, as the API server's watch cache does.
        response.end(errorEvent(error));
        return;
      }
      keepFollowing(collection, response, follow, bookmarks ? bookmark : undefined, seconds, options);
    },
  };
}

function bookmarkObject(route: ObjectRoute, metadata: Record<string, unknown>): Partial<KubernetesObject> {
  return {
    kind: route.type.kind,
    apiVersion: apiVersionOf(route.type),
    metadata: metadata as KubernetesObject['metadata'],
  };
}

function keepFollowing(
  collection: Collection,
  response: ServerResponse,
  follow: (change: Change) => void,
  bookmark: (() => void) | undefined,
  seconds: number,
  options: WatchOptions,
): void {
  const unsubscribe = collection.subscribe(follow);
  const ticking = bookmark ? setInterval(() => bookmark(), options.bookmarkMilliseconds) : undefined;
  const stop = (): void => {
    unsubscribe();
    clearInterval(ticking);
    clearTimeout(limit);
  };
  const end: EndWatch = (error) => {
    // The connection closes later; what changes meanwhile is for the next watch.
    stop();
    response.end(error ? errorEvent(error) : '');
  };
  const limit = seconds > 0 ? setTimeout(end, seconds * 1000) : undefined;
  const closed = options.opened(end);
  response.once('close', () => {
    stop();
    closed();
  });
}

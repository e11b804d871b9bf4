import { pause } from '../deadline.js';
import type { LiveFailure } from '../types.js';
import type { Connection } from './connection.js';

export interface WatchRequest<T> {
  readonly resource: string;
  readonly namespace?: string;
  /** Where the list ended. */
  readonly resourceVersion: string;
  readonly project: (object: unknown) => T | undefined;
  readonly onEvent: (type: 'ADDED' | 'MODIFIED' | 'DELETED', row: T) => void;
  /** The server forgot where we were: list anew. @returns where that list ended, or undefined if it failed */
  readonly relist: () => Promise<string | undefined>;
  /** A lasting trouble, told once until it is over (undefined). */
  readonly onTrouble: (failure: LiveFailure | undefined) => void;
}

/** A server sends a bookmark about every minute; a watch this silent is dead. */
const IDLE_MS = 5 * 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const GONE = 410;

/**
 * Follows a resource until aborted. After a regular end it goes on where it was; after trouble it waits, twice as long each time;
 * after 410 it lists anew. It gives up where trying again cannot help: not signed in, not allowed.
 */
export async function watch<T>(connection: Connection, request: WatchRequest<T>, signal: AbortSignal): Promise<void> {
  const { resource, namespace } = request;
  const path =
    namespace === undefined ? `/api/v1/${resource}` : `/api/v1/namespaces/${encodeURIComponent(namespace)}/${resource}`;
  let version: string | undefined = request.resourceVersion;
  let wait = FIRST_PAUSE_MS;
  let troubled = false;
  while (!signal.aborted) {
    if (version === undefined) version = await request.relist();
    if (signal.aborted) return;
    let gone = false;
    let seen = 0;
    let failure: LiveFailure | undefined;
    if (version !== undefined) {
      try {
        failure = await connection.lines(
          {
            what: namespace === undefined ? `watch ${resource}` : `watch ${resource} in ${namespace}`,
            path,
            query: { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: version },
            permission: `watch ${resource}`,
          },
          IDLE_MS,
          signal,
          (line) => {
            const event = parseEvent(line);
            if (!event) return;
            seen++;
            if (event.type === 'ERROR') {
              gone = true;
              return;
            }
            version = event.version ?? version;
            if (event.type === 'BOOKMARK') return;
            const row = request.project(event.object);
            if (row !== undefined) request.onEvent(event.type, row);
          },
        );
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
    }
    if (gone || failure?.status === GONE) {
      version = undefined;
      failure = undefined;
    }
    if (failure && (failure.reason === 'unauthenticated' || failure.reason === 'forbidden')) {
      request.onTrouble(failure);
      return;
    }
    if (failure && failure.reason !== 'timeout') {
      request.onTrouble(failure);
      troubled = true;
    } else if (seen > 0 && troubled) {
      request.onTrouble(undefined);
      troubled = false;
    }
    // A watch that brought something was alive; one that ends at once, again and again, must not become a busy loop.
    wait = seen > 0 ? FIRST_PAUSE_MS : Math.min(wait * 2, LONGEST_PAUSE_MS);
    try {
      await pause(wait * (0.75 + Math.random() / 2), signal);
    } catch {
      // Aborted while waiting, which is how a watch ends.
      return;
    }
  }
}

type Event =
  | {
      readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
      readonly object: unknown;
      readonly version: string | undefined;
    }
  | { readonly type: 'ERROR' };

function parseEvent(line: string): Event | undefined {
  let event: { type?: unknown; object?: { metadata?: { resourceVersion?: unknown } } };
  try {
    event = JSON.parse(line);
  } catch {
    // A line cut off by a broken connection: where we were is still known, and the next watch brings it again.
    return undefined;
  }
  switch (event?.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK': {
      const version = event.object?.metadata?.resourceVersion;
      return { type: event.type, object: event.object, version: typeof version === 'string' ? version : undefined };
    }
    case 'ERROR':
      return { type: 'ERROR' };
    default:
      return undefined;
  }
}

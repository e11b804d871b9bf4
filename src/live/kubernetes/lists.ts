import { failed, success } from '../failure.js';
import type { Result } from '../types.js';
import type { Connection } from './connection.js';

const PAGE = 500;
const GONE = 410;
/** A list that goes stale while it is paged (410) is begun anew; a server that always says so is not obeyed for ever. */
const RESTARTS = 2;

export interface ListRequest<T> {
  /** `pods`, `serviceaccounts`, `nodes`, `namespaces` */
  readonly resource: string;
  readonly namespace?: string;
  readonly project: (object: unknown) => T | undefined;
  /** Rows of a page, as it arrives. `restarted`: what came before of this list is void. */
  readonly onPage: (rows: readonly T[], restarted: boolean) => void;
}

export interface ListEnd {
  readonly resourceVersion: string;
}

/** Lists page by page and keeps only what `project` makes of each object. */
export async function list<T>(
  connection: Connection,
  request: ListRequest<T>,
  signal: AbortSignal,
): Promise<Result<ListEnd>> {
  const { resource, namespace } = request;
  const what = namespace === undefined ? `list ${resource}` : `list ${resource} in ${namespace}`;
  const path =
    namespace === undefined ? `/api/v1/${resource}` : `/api/v1/namespaces/${encodeURIComponent(namespace)}/${resource}`;
  let token: string | undefined;
  let restarted = false;
  let restarts = 0;
  for (;;) {
    const rows: T[] = [];
    const page = await connection.items(
      { what, path, query: { limit: PAGE, continue: token }, permission: what },
      signal,
      (item) => {
        const row = request.project(item);
        if (row !== undefined) rows.push(row);
      },
    );
    if (!page.ok) {
      if (token !== undefined && page.failure.status === GONE && restarts++ < RESTARTS) {
        token = undefined;
        restarted = true;
        continue;
      }
      return page;
    }
    const { items, metadata } = (page.value ?? {}) as {
      items?: unknown;
      metadata?: { continue?: unknown; resourceVersion?: unknown };
    };
    // A Go server without anything to list may say null.
    if (!Array.isArray(items) && items !== null) return failed(what, 'invalid-response', 'the answer is no list', what);
    request.onPage(rows, restarted);
    restarted = false;
    const next = typeof metadata?.continue === 'string' && metadata.continue !== '' ? metadata.continue : undefined;
    if (next !== undefined && next === token)
      return failed(what, 'invalid-response', 'the answer names itself as the next page', what);
    token = next;
    if (token === undefined) return success({ resourceVersion: String(metadata?.resourceVersion ?? '') });
  }
}

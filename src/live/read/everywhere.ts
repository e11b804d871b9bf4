import { forEachOf } from '../deadline.js';
import { list } from '../kubernetes/lists.js';
import type { Known } from '../types.js';
import type { Reading } from './reading.js';

const CONCURRENT_NAMESPACES = 6;

/** What is listed, and where its rows go. */
export interface Listed<T> {
  readonly resource: 'serviceaccounts' | 'pods';
  readonly project: (object: unknown) => T | undefined;
  /** The list began anew: what was added is void. */
  clear(): void;
  add(row: T): void;
  count(): number;
  /** Namespaces that could not be listed, with the reason; `*` stands for all others. */
  readonly gaps: Map<string, Known<never>>;
}

/** Lists in all namespaces; where that is forbidden, in each that is known. */
export class Everywhere {
  /** Where lists ended, for watches: by namespace, or under `*` the one of all. What was not allowed is missing. */
  readonly versions = { serviceaccounts: new Map<string, string>(), pods: new Map<string, string>() } as const;
  private namespacesRead: Promise<readonly string[] | undefined> | undefined;

  constructor(private readonly reading: Reading) {}

  /** What stays unknown is noted by namespace. */
  async list<T>(rows: Listed<T>): Promise<void> {
    const { options, failures, firstRows, progress, signal } = this.reading;
    const { resource, project, gaps } = rows;
    const versions = this.versions[resource];
    const read = (namespace: string | undefined) =>
      list(
        options.connection,
        {
          resource,
          ...(namespace === undefined ? {} : { namespace }),
          project,
          onPage: (page, restarted) => {
            if (restarted && namespace === options.namespace) rows.clear();
            for (const row of page) rows.add(row);
            if (resource === 'serviceaccounts' && rows.count() > 0) firstRows.reach();
            progress({ what: resource === 'pods' ? 'pods' : 'service accounts', done: rows.count() });
          },
        },
        signal,
      );
    const whole = await read(options.namespace);
    if (whole.ok) {
      gaps.delete('*');
      versions.set(options.namespace ?? '*', whole.value.resourceVersion);
      return;
    }
    gaps.set('*', failures.gap(whole.failure));
    if (options.namespace !== undefined || whole.failure.reason !== 'forbidden') return;
    const namespaces = await this.namespaces();
    // All namespaces are known, so each gets its own answer.
    if (namespaces !== undefined) gaps.delete('*');
    await forEachOf(namespaces ?? (await this.likelyNamespaces()), CONCURRENT_NAMESPACES, signal, async (one) => {
      const end = await read(one);
      gaps.set(one, end.ok ? { known: true, value: undefined as never } : failures.gap(end.failure));
      if (end.ok) versions.set(one, end.value.resourceVersion);
    });
  }

  /** @returns undefined where they may not be listed */
  private namespaces(): Promise<readonly string[] | undefined> {
    this.namespacesRead ??= this.readNamespaces();
    return this.namespacesRead;
  }

  private async readNamespaces(): Promise<readonly string[] | undefined> {
    const { options, failures, signal } = this.reading;
    const names: string[] = [];
    const end = await list(
      options.connection,
      {
        resource: 'namespaces',
        project: (object) => (object as { metadata?: { name?: string } })?.metadata?.name,
        onPage: (rows, restarted) => {
          if (restarted) names.length = 0;
          names.push(...rows);
        },
      },
      signal,
    );
    if (end.ok) return names;
    failures.note(end.failure);
    return undefined;
  }

  /** The kubeconfig's namespace, those that a person or files named, and those that associations name. */
  private async likelyNamespaces(): Promise<readonly string[]> {
    const { options, state, associationsListed } = this.reading;
    await associationsListed.reached;
    const named = [...state.associations.keys()].map((key) => key.slice(0, key.indexOf('/')));
    return [...new Set([options.contextNamespace ?? 'default', ...options.namespaces, ...named])];
  }
}

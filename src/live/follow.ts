import { annotationOf } from './accountAnnotations.js';
import { podIdentity } from './judge/podEnvironment.js';
import type { Rows } from './judge/rows.js';
import type { Connection } from './kubernetes/connection.js';
import { sourcesOf } from './kubernetes/environmentSources.js';
import { list } from './kubernetes/lists.js';
import {
  type PodRecord,
  podRecord,
  type ServiceAccountRecord,
  serviceAccountRecord,
  unlessChanged,
} from './kubernetes/records.js';
import { watch } from './kubernetes/watch.js';
import type { Reader } from './read/reader.js';
import { addPod, allPods, type ClusterState, keyOf } from './state.js';
import type { LiveFailure } from './types.js';

export interface FollowOptions {
  readonly connection: Connection;
  readonly state: ClusterState;
  readonly rows: Rows;
  /** Who read the state: it knows where its lists ended, and how to read a role. */
  readonly reader: Reader;
  /** Something of the state is another now. Called often: for each change of a pod that a row could be made of. */
  readonly onChange: () => void;
  /** A lasting trouble with a resource, told once until it is over (undefined). */
  readonly onTrouble: (resource: string, failure: LiveFailure | undefined) => void;
}

interface Namespaced {
  readonly namespace: string;
}

/** One resource, kept in the state as it is in the cluster. */
interface Kept<T extends Namespaced> {
  readonly resource: 'serviceaccounts' | 'pods';
  readonly project: (object: unknown) => T | undefined;
  /** @returns what is kept: the row, or the one that was there where it says the same */
  put(row: T): T;
  remove(row: T): void;
  all(): Iterable<T>;
}

/** Each watch is a connection that stays open; in more namespaces than these a refresh tells what is new. */
const MOST_NAMESPACES = 50;

/**
 * Follows by watches what was listed, as a whole or by namespace, until aborted or until no watch is left. Most changes of a pod, as of its
 * conditions and labels, change nothing that a row is made of; these end here.
 */
export async function follow(options: FollowOptions, signal: AbortSignal): Promise<void> {
  await Promise.all([keep(accounts(options), options, signal), keep(pods(options), options, signal)]);
}

function accounts({ state, rows, reader, onChange }: FollowOptions): Kept<ServiceAccountRecord> {
  return {
    resource: 'serviceaccounts',
    project: serviceAccountRecord,
    put(account) {
      const key = keyOf(account.namespace, account.name);
      const before = state.serviceAccounts.get(key);
      const kept = unlessChanged(before, account);
      if (kept === before) return kept;
      state.serviceAccounts.set(key, kept);
      if (before === undefined || annotationOf(before) !== annotationOf(kept)) {
        afterwards(reader.readRolesOf(kept), onChange);
      }
      rows.touch(key);
      onChange();
      return kept;
    },
    remove(account) {
      const key = keyOf(account.namespace, account.name);
      if (!state.serviceAccounts.delete(key)) return;
      rows.touch(key);
      onChange();
    },
    all: () => state.serviceAccounts.values(),
  };
}

/** Something more was to be read. An abort ends the watch by itself; there is nobody else to tell. */
function afterwards(reading: Promise<void>, then: () => void): void {
  reading.catch(() => undefined).finally(then);
}

function pods({ state, rows, reader, onChange }: FollowOptions): Kept<PodRecord> {
  /** Made after what was read of its association: a new pod cannot be stale. */
  const isNewer = (pod: PodRecord, key: string) => {
    const row = rows.get(key);
    if (row) return podIdentity(pod, row.resolution).stale;
    return podIdentity(pod).environment.kind === 'pod-identity' && !state.associations.has(key);
  };
  const touch = (key: string) => {
    rows.touch(key);
    onChange();
  };
  return {
    resource: 'pods',
    project: (object) => podRecord(object, state.shared),
    put(pod) {
      const key = keyOf(pod.namespace, pod.serviceAccount);
      const before = state.pods.get(key)?.get(pod.name);
      const kept = unlessChanged(before, pod);
      if (kept === before) return kept;
      addPod(state, kept);
      if (sourcesOf(kept).length > 0) afterwards(reader.readSourcesOf([kept]), () => touch(key));
      if (kept.node !== before?.node) afterwards(reader.readNodeOf(kept), onChange);
      if (before === undefined && isNewer(kept, key)) afterwards(reader.readAssociationOf(kept), onChange);
      touch(key);
      return kept;
    },
    remove(pod) {
      const key = keyOf(pod.namespace, pod.serviceAccount);
      const ofAccount = state.pods.get(key);
      if (!ofAccount?.delete(pod.name)) return;
      if (ofAccount.size === 0) state.pods.delete(key);
      touch(key);
    },
    all: () => allPods(state),
  };
}

async function keep<T extends Namespaced>(kept: Kept<T>, options: FollowOptions, signal: AbortSignal): Promise<void> {
  // What may not be listed may not be watched either.
  const listed = [...options.reader.versions[kept.resource]].slice(0, MOST_NAMESPACES);
  await Promise.all(
    listed.map(([namespace, resourceVersion]) =>
      keepIn(namespace === '*' ? undefined : namespace, resourceVersion, kept, options, signal),
    ),
  );
}

async function keepIn<T extends Namespaced>(
  namespace: string | undefined,
  resourceVersion: string,
  kept: Kept<T>,
  { connection, onTrouble }: FollowOptions,
  signal: AbortSignal,
): Promise<void> {
  const { resource, project } = kept;
  const scope = namespace === undefined ? {} : { namespace };

  /** @returns where the list ended; undefined where it failed, which the watch meets by waiting */
  const relist = async (): Promise<string | undefined> => {
    const seen = new Set<T>();
    try {
      const end = await list(
        connection,
        {
          resource,
          ...scope,
          project,
          onPage: (page, restarted) => {
            if (restarted) seen.clear();
            for (const row of page) seen.add(kept.put(row));
          },
        },
        signal,
      );
      if (!end.ok) return undefined;
      for (const row of [...kept.all()])
        if (!seen.has(row) && (namespace === undefined || row.namespace === namespace)) kept.remove(row);
      return end.value.resourceVersion;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  };

  await watch(
    connection,
    {
      resource,
      ...scope,
      resourceVersion,
      project,
      onEvent: (type, row) => (type === 'DELETED' ? kept.remove(row) : kept.put(row)),
      relist,
      onTrouble: (failure) => onTrouble(namespace === undefined ? resource : `${resource} in ${namespace}`, failure),
    },
    signal,
  );
}

import { breathe } from '../breathe.js';
import { forEachOf } from '../deadline.js';
import { readSourceKeys, sourceKey, sourcesOf } from '../kubernetes/environmentSources.js';
import type { EnvironmentSource, PodRecord } from '../kubernetes/records.js';
import { PENDING } from '../state.js';
import type { Known } from '../types.js';
import { unknown } from './failures.js';
import type { Reading } from './reading.js';

const CONCURRENT_SOURCES = 8;

/** Which variables pods take from Secrets and ConfigMaps. Each is asked for once; in a namespace that forbids it, few are. */
export async function readSourcesOf(pods: Iterable<PodRecord>, reading: Reading): Promise<void> {
  const { options, failures, signal } = reading;
  const { sources } = reading.state;
  const wanted = new Map<string, { readonly namespace: string; readonly source: EnvironmentSource }>();
  for (const pod of pods) {
    await breathe();
    for (const source of sourcesOf(pod)) {
      const key = sourceKey(pod.namespace, source);
      if (sources.has(key)) continue;
      sources.set(key, PENDING);
      wanted.set(key, { namespace: pod.namespace, source });
    }
  }
  const forbidden = new Map<string, Known<never>>();
  await forEachOf(wanted, CONCURRENT_SOURCES, signal, async ([key, { namespace, source }]) => {
    const place = `${source.kind} ${namespace}`;
    const refused = forbidden.get(place);
    if (refused) {
      sources.set(key, refused);
      return;
    }
    const answer = await readSourceKeys(options.connection, namespace, source, signal);
    sources.set(key, failures.known(answer));
    if (!answer.ok && answer.failure.reason === 'forbidden') forbidden.set(place, unknown(answer.failure));
  });
}

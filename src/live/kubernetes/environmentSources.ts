import { failed, success } from '../failure.js';
import type { Known, Result } from '../types.js';
import type { Connection } from './connection.js';
import { isJson } from './json.js';
import { type EnvironmentSource, type PodRecord, STATIC_CREDENTIALS } from './records.js';

/** Of a Secret or ConfigMap: the keys that may become a credential variable, by `Secret NAMESPACE/NAME`. */
export type SourceKeys = ReadonlyMap<string, Known<readonly string[]>>;

export function sourceKey(namespace: string, { kind, name }: EnvironmentSource): string {
  return `${kind} ${namespace}/${name}`;
}

/** Every source of a pod, once. */
export function sourcesOf({ containers }: PodRecord): EnvironmentSource[] {
  return containers.flatMap(({ envFrom }) => envFrom ?? []);
}

/** What a pod's variables are besides those that its containers spell out. */
export interface DrawnCredentials {
  /** Names of credential variables. */
  readonly names: readonly string[];
  /** Sources whose keys are not known. */
  readonly gaps: readonly { readonly source: EnvironmentSource; readonly keys: Known<never> | undefined }[];
}

const NOTHING: DrawnCredentials = { names: [], gaps: [] };

export function drawnCredentials(known: SourceKeys, pod: PodRecord): DrawnCredentials {
  const sources = sourcesOf(pod);
  if (sources.length === 0) return NOTHING;
  const names = new Set<string>();
  const gaps: { source: EnvironmentSource; keys: Known<never> | undefined }[] = [];
  for (const source of sources) {
    const keys = known.get(sourceKey(pod.namespace, source));
    if (!keys?.known) gaps.push({ source, keys });
    else
      for (const key of keys.value)
        if (STATIC_CREDENTIALS.includes(`${source.prefix}${key}`)) names.add(`${source.prefix}${key}`);
  }
  return { names: [...names], gaps };
}

/** An API server that can leaves the values out; then the keys are known from who set them. */
const ACCEPT = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json;q=0.9';

/** Asks for the keys of a Secret or ConfigMap, and for no value. One that does not exist has none: its pods name it as optional. */
export async function readSourceKeys(
  connection: Connection,
  namespace: string,
  { kind, name }: EnvironmentSource,
  signal: AbortSignal,
): Promise<Result<readonly string[]>> {
  const resource = kind === 'Secret' ? 'secrets' : 'configmaps';
  const what = `get ${resource}`;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/${resource}/${encodeURIComponent(name)}`;
  const answer = await connection.json({ what, path, accept: ACCEPT, permission: what }, signal);
  if (!answer.ok)
    return answer.failure.reason === 'not-found' && answer.failure.message.includes(name) ? success([]) : answer;
  const keys = keysOf(answer.value);
  if (keys === undefined) return failed(what, 'invalid-response', `the answer does not tell the keys of ${name}`, what);
  return success(keys.filter((key) => STATIC_CREDENTIALS.some((variable) => variable.endsWith(key))));
}

function keysOf(object: unknown): string[] | undefined {
  if (!isJson(object) || !isJson(object.metadata)) return undefined;
  if (object.kind !== 'PartialObjectMetadata') return isJson(object.data) ? Object.keys(object.data) : [];
  const { managedFields } = object.metadata;
  if (!Array.isArray(managedFields)) return undefined;
  return managedFields.flatMap((entry: unknown) => {
    const fields = isJson(entry) && isJson(entry.fieldsV1) ? entry.fieldsV1 : {};
    // `f:KEY` for each; a Secret that was applied as `stringData` is remembered so.
    return [fields['f:data'], fields['f:stringData']]
      .filter(isJson)
      .flatMap((data) => Object.keys(data).flatMap((key) => (key.startsWith('f:') ? [key.slice(2)] : [])));
  });
}

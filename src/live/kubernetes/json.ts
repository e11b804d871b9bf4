/** An object of the API's JSON, which may hold anything. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function record(value: unknown): Json | undefined {
  return isJson(value) ? value : undefined;
}

export function at(object: unknown, key: string): Json | undefined {
  const value = isJson(object) ? object[key] : undefined;
  return isJson(value) ? value : undefined;
}

export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Empty strings count as absent, as Kubernetes leaves them out itself. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

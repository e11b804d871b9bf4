import { createHash } from 'node:crypto';

/** An object as the API carries it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    creationTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: OwnerReference[];
    generateName?: string;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** A universally unique identifier that is the same for the same parts in every run. */
export function stableUid(...parts: readonly string[]): string {
  const hash = createHash('sha1').update(parts.join('/')).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

// The alphabet of Kubernetes' generated names: no vowels, so no words.
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** The generated end of a name, the same for the same parts in every run. */
export function stableSuffix(length: number, ...parts: readonly string[]): string {
  const hash = createHash('sha1').update(parts.join('/')).digest();
  let suffix = '';
  for (let index = 0; index < length; index += 1) {
    suffix += alphabet[(hash[index] ?? 0) % alphabet.length];
  }
  return suffix;
}

import type { KubernetesObject } from './objects.js';
import { StatusError } from './status.js';

export type Selector = (object: KubernetesObject) => boolean;

function labelRequirement(text: string): Selector {
  const inSet = text.match(/^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/);
  if (inSet) {
    const [, key = '', operator, list = ''] = inSet;
    const values = new Set(list.split(',').map((value) => value.trim()));
    return ({ metadata }) => {
      const value = metadata.labels?.[key];
      const within = value !== undefined && values.has(value);
      return operator === 'in' ? within : !within;
    };
  }
  const equality = text.match(/^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$/);
  if (equality) {
    const [, key = '', operator, wanted = ''] = equality;
    return ({ metadata }) => (metadata.labels?.[key] === wanted) === (operator !== '!=');
  }
  const presence = text.match(/^(!?)([^=!\s,()]+)$/);
  if (presence) {
    const [, not, key = ''] = presence;
    return ({ metadata }) => (metadata.labels?.[key] !== undefined) === (not === '');
  }
  throw new StatusError(400, `unable to parse requirement: ${text}`);
}

/** A `labelSelector` as in the query of a list. */
export function labelSelector(text: string): Selector {
  const requirements = (text.match(/[^,(]+(\([^)]*\))?/g) ?? [])
    .map((part) => part.trim())
    .filter(Boolean)
    .map(labelRequirement);
  return (object) => requirements.every((requirement) => requirement(object));
}

function fieldValue(object: KubernetesObject, path: string): string {
  let value: unknown = object;
  for (const part of path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  }
  return value === undefined || value === null ? '' : String(value);
}

/** A `fieldSelector`: equality of single fields. */
export function fieldSelector(text: string): Selector {
  const requirements = text
    .split(',')
    .filter(Boolean)
    .map((part): Selector => {
      const found = part.match(/^([^=!]+)(==|=|!=)(.*)$/);
      if (!found) {
        throw new StatusError(400, `invalid selector: '${part}'; can't understand '${part}'`);
      }
      const [, path = '', operator, wanted = ''] = found;
      return (object) => (fieldValue(object, path) === wanted) === (operator !== '!=');
    });
  return (object) => requirements.every((requirement) => requirement(object));
}

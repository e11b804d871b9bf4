import { StatusError } from './status.js';

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON merge patch (RFC 7386). */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) {
    return patch;
  }
  const result: Json = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      delete result[key];
    } else {
      result[key] = mergePatch(result[key], value);
    }
  }
  return result;
}

/** Lists that a strategic merge patch merges, and the field that tells their items apart. */
const mergeKeys: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  ports: 'containerPort',
  imagePullSecrets: 'name',
  secrets: 'name',
  ownerReferences: 'uid',
  conditions: 'type',
};

function mergeList(target: unknown, patch: readonly unknown[], key: string): unknown[] {
  const result = Array.isArray(target) ? [...(target as unknown[])] : [];
  for (const item of patch) {
    if (!isObject(item)) {
      result.push(item);
      continue;
    }
    const index = result.findIndex((other) => isObject(other) && other[key] === item[key]);
    if (item.$patch === 'delete') {
      if (index >= 0) {
        result.splice(index, 1);
      }
    } else if (index >= 0) {
      result[index] = strategicMergePatch(result[index], item);
    } else {
      result.push(strategicMergePatch({}, item));
    }
  }
  return result;
}

/** Strategic merge patch, for the lists of pods, workloads and service accounts. */
export function strategicMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) {
    return patch;
  }
  if (patch.$patch === 'replace') {
    const { $patch: _, ...rest } = patch;
    return rest;
  }
  const result: Json = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    const mergeKey = mergeKeys[key];
    if (key.startsWith('$')) {
      // Orders and retained keys are hints for merges of several owners; the demo has one.
      continue;
    }
    if (value === null) {
      delete result[key];
    } else if (Array.isArray(value) && mergeKey) {
      result[key] = mergeList(result[key], value, mergeKey);
    } else {
      result[key] = strategicMergePatch(result[key], value);
    }
  }
  return result;
}

function pointer(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function unprocessable(message: string): StatusError {
  return new StatusError(422, `the server rejected our request due to an error in our request: ${message}`);
}

function parentOf(document: unknown, parts: readonly string[]): unknown {
  let parent = document;
  for (const part of parts.slice(0, -1)) {
    parent = (parent as Json | undefined)?.[part];
  }
  if (typeof parent !== 'object' || parent === null) {
    throw unprocessable(`no value at /${parts.slice(0, -1).join('/')}`);
  }
  return parent;
}

function valueAt(document: unknown, path: string): unknown {
  const parts = pointer(path);
  return parts.length === 0 ? document : (parentOf(document, parts) as Json)[parts.at(-1) ?? ''];
}

function add(document: unknown, path: string, value: unknown): void {
  const parts = pointer(path);
  const parent = parentOf(document, parts);
  const last = parts.at(-1) ?? '';
  if (Array.isArray(parent)) {
    parent.splice(last === '-' ? parent.length : Number(last), 0, value);
  } else {
    (parent as Json)[last] = value;
  }
}

function remove(document: unknown, path: string): void {
  const parts = pointer(path);
  const parent = parentOf(document, parts);
  const last = parts.at(-1) ?? '';
  if (Array.isArray(parent)) {
    parent.splice(Number(last), 1);
  } else if (last in (parent as Json)) {
    delete (parent as Json)[last];
  } else {
    throw unprocessable(`no value at ${path}`);
  }
}

/** JSON patch (RFC 6902). */
export function jsonPatch(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) {
    throw new StatusError(400, 'a JSON patch is a list of operations');
  }
  const document = structuredClone(target);
  for (const operation of operations as { op: string; path: string; from?: string; value?: unknown }[]) {
    switch (operation.op) {
      case 'add':
        add(document, operation.path, operation.value);
        break;
      case 'replace':
        remove(document, operation.path);
        add(document, operation.path, operation.value);
        break;
      case 'remove':
        remove(document, operation.path);
        break;
      case 'copy':
        add(document, operation.path, structuredClone(valueAt(document, operation.from ?? '')));
        break;
      case 'move': {
        const value = valueAt(document, operation.from ?? '');
        remove(document, operation.from ?? '');
        add(document, operation.path, value);
        break;
      }
      case 'test':
        if (JSON.stringify(valueAt(document, operation.path)) !== JSON.stringify(operation.value)) {
          throw unprocessable(`testing value ${operation.path} failed`);
        }
        break;
      default:
        throw new StatusError(400, `unknown operation ${operation.op}`);
    }
  }
  return document;
}

/** Applies a patch of the content type given. */
export function applyPatch(target: unknown, contentType: string, body: string): unknown {
  let patch: unknown;
  try {
    patch = JSON.parse(body);
  } catch (error) {
    throw new StatusError(400, `error decoding patch: ${error instanceof Error ? error.message : String(error)}`);
  }
  switch (contentType.split(';')[0]?.trim()) {
    case 'application/json-patch+json':
      return jsonPatch(target, patch);
    case 'application/merge-patch+json':
      return mergePatch(target, patch);
    case 'application/strategic-merge-patch+json':
      return strategicMergePatch(target, patch);
    default:
      throw new StatusError(
        415,
        `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json`,
      );
  }
}

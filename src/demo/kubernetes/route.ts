import type { DemoRequest } from '../httpServer.js';
import { findResource, type ResourceType } from './resources.js';

/** A request for objects, taken apart. */
export interface ObjectRoute {
  readonly type: ResourceType;
  /** Empty where no namespace is named. */
  readonly namespace: string;
  /** Empty for the whole collection. */
  readonly name: string;
  readonly subresource: string;
  /** As RBAC and the request log call it. */
  readonly verb: string;
}

/** Where a path leads: objects, a review, a resource that is not served, or something else than resources. */
export type Route =
  | { readonly kind: 'object'; readonly route: ObjectRoute }
  | { readonly kind: 'review'; readonly resource: string }
  | { readonly kind: 'group'; readonly group: string; readonly version: string | undefined }
  | { readonly kind: 'other'; readonly path: string };

const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

function verbOf(request: DemoRequest, name: string): string {
  const changing = verbs[request.method];
  if (changing) {
    return changing === 'delete' && !name ? 'deletecollection' : changing;
  }
  const watch = request.url.searchParams.get('watch');
  if (watch === 'true' || watch === '1') {
    return 'watch';
  }
  return name ? 'get' : 'list';
}

export function routeOf(request: DemoRequest): Route {
  const path = request.url.pathname;
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  const core = parts[0] === 'api' && parts.length >= 2;
  if (!core && (parts[0] !== 'apis' || parts.length < 2)) {
    return { kind: 'other', path };
  }
  const group = core ? '' : (parts[1] ?? '');
  const version = core ? parts[1] : parts[2];
  const rest = parts.slice(core ? 2 : 3);
  if (version === undefined || rest.length === 0) {
    return { kind: 'group', group, version };
  }
  if (/^self(subject|)/.test(rest[0] ?? '') && rest.length === 1) {
    return { kind: 'review', resource: rest[0] ?? '' };
  }
  const inNamespace = rest[0] === 'namespaces' && rest.length >= 3;
  const namespace = inNamespace ? (rest[1] ?? '') : '';
  const [resource = '', name = '', ...sub] = inNamespace ? rest.slice(2) : rest;
  const type = findResource(group, version, resource);
  if (!type || (!type.namespaced && inNamespace) || (type.namespaced && !inNamespace && name !== '')) {
    return { kind: 'other', path };
  }
  return {
    kind: 'object',
    route: { type, namespace, name, subresource: sub.join('/'), verb: verbOf(request, name) },
  };
}

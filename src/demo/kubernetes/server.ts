import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { DemoRequest, Protocol, Reply, StreamReply } from '../httpServer.js';
import { keySet, type SigningKey } from '../jwt.js';
import type { LoggedRequest } from '../requestLog.js';
import { issuerHost, type UserRecord } from '../scenarioTypes.js';
import { authenticate, authorize } from './access.js';
import type { Controllers } from './controllers.js';
import { execInPod, type RunCommand } from './exec.js';
import { type EndWatch, formOf, listReply, watchReply } from './lists.js';
import type { Manifests } from './manifests.js';
import { type KubernetesObject, stableSuffix } from './objects.js';
import { applyPatch } from './patch.js';
import { readProtobuf } from './protobuf.js';
import { apiGroup, apiVersionOf, groupList, resourceList } from './resources.js';
import { reviewOf } from './reviews.js';
import { type ObjectRoute, routeOf } from './route.js';
import { jsonReply, notFound, StatusError, statusReply } from './status.js';
import { objectKey, type Store } from './store.js';
import { tableOf } from './table.js';
import type { TokenIssuer, TokenRequestSpec } from './tokens.js';

export interface KubernetesOptions {
  readonly manifests: Manifests;
  readonly store: Store;
  readonly controllers: Controllers;
  readonly signingKeys: readonly SigningKey[];
  readonly now: () => Date;
  readonly bookmarkMilliseconds: number;
  readonly tokens: TokenIssuer;
  readonly runCommand: RunCommand;
}

function parseBody<Body = Record<string, unknown>>(request: DemoRequest): Body {
  if (/^application\/vnd\.kubernetes\.protobuf/.test(request.headers['content-type'] ?? '')) {
    return readProtobuf(request.bytes) as Body;
  }
  try {
    return JSON.parse(request.body) as Body;
  } catch (error) {
    throw new StatusError(
      400,
      `the object provided is unrecognized (must be of type application/json): ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

const openApiType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** For the log; a body that is no JSON is refused later. */
function patchIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The Kubernetes API of the demo cluster. */
export class KubernetesServer implements Protocol {
  private readonly watches = new Set<EndWatch>();

  constructor(private readonly options: KubernetesOptions) {}

  /** Ends every open watch, as an API server does that restarts. */
  endWatches(): void {
    for (const end of this.watches) {
      end();
    }
  }

  /** Forgets all history and tells every open watch so (410, inside the stream). */
  expireWatches(): void {
    this.options.store.compact();
    for (const end of this.watches) {
      end(new StatusError(410, `too old resource version: 1 (${this.options.store.currentVersion})`));
    }
  }

  get openWatches(): number {
    return this.watches.size;
  }

  describe(request: DemoRequest): LoggedRequest {
    const base = {
      service: 'kubernetes',
      method: request.method,
      path: `${request.url.pathname}${request.url.search}`,
    } as const;
    const found = routeOf(request);
    switch (found.kind) {
      case 'object': {
        const { type, namespace, name, subresource, verb } = found.route;
        return {
          ...base,
          operation: `${verb} ${type.resource}${subresource ? `/${subresource}` : ''}`,
          subject: [namespace, name].filter(Boolean).join('/'),
          ...(verb === 'patch' && type.resource !== 'secrets' ? { input: patchIn(request.body) } : {}),
        };
      }
      case 'review':
        return { ...base, operation: `create ${found.resource}`, subject: '' };
      case 'group':
        return { ...base, operation: 'discovery', subject: found.group };
      case 'other':
        return { ...base, operation: `get ${found.path}`, subject: '' };
    }
  }

  error(_described: LoggedRequest, status: number, code: string | undefined, message: string): Reply {
    return statusReply(new StatusError(status, message, undefined, code));
  }

  throttled(): Reply {
    return statusReply(
      new StatusError(429, 'too many requests, please try again later', { retryAfterSeconds: 1 }, 'TooManyRequests'),
    );
  }

  handle(request: DemoRequest): Reply | StreamReply {
    try {
      return this.answer(request);
    } catch (error) {
      if (error instanceof StatusError) {
        return statusReply(error);
      }
      throw error;
    }
  }

  upgrade(request: DemoRequest, socket: Duplex): void {
    try {
      execInPod(request, this.execTarget(request), socket, this.options.runCommand);
    } catch (error) {
      if (!(error instanceof StatusError)) {
        throw error;
      }
      const { body } = statusReply(error);
      socket.end(
        `HTTP/1.1 ${error.code} ${error.reason}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
    }
  }

  private execTarget(request: DemoRequest): KubernetesObject {
    const found = routeOf(request);
    const user = authenticate(this.options.manifests.scenario, request.headers.authorization, this.options.now());
    if (found.kind !== 'object' || found.route.type.resource !== 'pods' || found.route.subresource !== 'exec') {
      throw new StatusError(404, 'the server could not find the requested resource');
    }
    const { namespace, name } = found.route;
    authorize(user, { verb: 'create', group: '', resource: 'pods/exec', namespace, name });
    return this.read(found.route);
  }

  private answer(request: DemoRequest): Reply | StreamReply {
    const found = routeOf(request);
    if (found.kind === 'other') {
      return this.answerOther(request, found.path);
    }
    const user = authenticate(this.options.manifests.scenario, request.headers.authorization, this.options.now());
    if (found.kind === 'group') {
      return this.answerGroup(found.group, found.version);
    }
    if (found.kind === 'review') {
      return this.review(request, found.resource, user);
    }
    const { route } = found;
    authorize(user, {
      verb: route.verb,
      group: route.type.group,
      resource: route.subresource ? `${route.type.resource}/${route.subresource}` : route.type.resource,
      namespace: route.namespace,
      name: route.name,
    });
    return this.answerObject(request, route);
  }

  private answerOther(request: DemoRequest, path: string): Reply {
    const { scenario } = this.options.manifests;
    const issuer = `https://${issuerHost(scenario.cluster)}`;
    if (/^\/(healthz|livez|readyz)/.test(path)) {
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' };
    }
    // Everything else asks who is there first; the two documents of the issuer too, as on EKS by default.
    authenticate(scenario, request.headers.authorization, this.options.now());
    switch (path) {
      case '/version':
      case '/version/': {
        const [major, minor] = scenario.cluster.version.split('.');
        return jsonReply(200, {
          major,
          minor,
          gitVersion: `v${scenario.cluster.version}.2-eks-bc803b4`,
          gitCommit: '0000000000000000000000000000000000000000',
          gitTreeState: 'clean',
          buildDate: '2025-02-20T00:00:00Z',
          goVersion: 'go1.23.6',
          compiler: 'gc',
          platform: 'linux/amd64',
        });
      }
      case '/api':
        return jsonReply(200, {
          kind: 'APIVersions',
          versions: ['v1'],
          serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:443' }],
        });
      case '/apis':
        return jsonReply(200, groupList());
      case '/.well-known/openid-configuration':
        return jsonReply(200, {
          issuer,
          jwks_uri: `${issuer}/keys`,
          authorization_endpoint: 'urn:kubernetes:programmatic_authorization',
          response_types_supported: ['id_token'],
          subject_types_supported: ['public'],
          claims_supported: ['sub', 'iss'],
          id_token_signing_alg_values_supported: ['RS256'],
        });
      case '/openapi/v2':
        // kubectl asks for protobuf; nothing at all is an empty description, and then it checks nothing before it sends.
        return { status: 200, headers: { 'content-type': openApiType }, body: '' };
      case '/openid/v1/jwks':
        return jsonReply(200, keySet(this.options.signingKeys));
      default:
        return { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' };
    }
  }

  private answerGroup(group: string, version: string | undefined): Reply {
    const list = resourceList(group, version ?? 'v1');
    if (!list) {
      return { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' };
    }
    return jsonReply(200, version === undefined ? { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) } : list);
  }

  private review(request: DemoRequest, resource: string, user: UserRecord): Reply {
    const { spec } = parseBody<{ spec?: Record<string, unknown> }>(request);
    return jsonReply(201, reviewOf(resource, spec, user));
  }

  private answerObject(request: DemoRequest, route: ObjectRoute): Reply | StreamReply {
    const { store, now } = this.options;
    if (route.subresource) {
      return this.answerSubresource(request, route);
    }
    switch (route.verb) {
      case 'list':
        return listReply(store, route, request, now());
      case 'watch':
        return watchReply(store, route, request, {
          bookmarkMilliseconds: this.options.bookmarkMilliseconds,
          now,
          opened: (end) => {
            this.watches.add(end);
            return () => this.watches.delete(end);
          },
        });
      case 'get':
        return this.objectReply(request, route, 200, this.read(route));
      case 'create':
        return this.create(request, route);
      case 'update':
      case 'patch':
        return this.change(request, route);
      case 'delete':
        return this.remove(request, route);
      default:
        throw new StatusError(405, 'the server does not allow this method on the requested resource');
    }
  }

  private read(route: ObjectRoute): KubernetesObject {
    const { type, namespace, name } = route;
    const entry = this.options.store.collection(type.resource).get(objectKey(type, namespace, name));
    if (!entry) {
      throw notFound(type.group, type.resource, name);
    }
    return entry.object;
  }

  private objectReply(request: DemoRequest, route: ObjectRoute, status: number, object: KubernetesObject): Reply {
    const form = formOf(request);
    return jsonReply(
      status,
      form.table
        ? tableOf(
            route.type.resource,
            [object],
            { resourceVersion: object.metadata.resourceVersion },
            form.include,
            this.options.now(),
          )
        : object,
    );
  }

  private timestamp(): string {
    return `${this.options.now().toISOString().slice(0, 19)}Z`;
  }

  private create(request: DemoRequest, route: ObjectRoute): Reply {
    const { type, namespace } = route;
    const body = parseBody<KubernetesObject>(request);
    const generated = body.metadata?.generateName;
    const name =
      body.metadata?.name ?? (generated ? `${generated}${stableSuffix(5, generated, randomUUID())}` : undefined);
    if (name === undefined || !dnsSubdomain.test(name)) {
      throw new StatusError(
        422,
        `${type.kind} "${name ?? ''}" is invalid: metadata.name: ${name === undefined ? 'Required value: name or generateName is required' : `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`}`,
        { name, kind: type.kind },
      );
    }
    if (type.namespaced && !this.options.store.collection('namespaces').get(namespace)) {
      throw notFound('', 'namespaces', namespace);
    }
    const collection = this.options.store.collection(type.resource);
    const key = objectKey(type, namespace, name);
    if (collection.get(key)) {
      const qualified = type.group ? `${type.resource}.${type.group}` : type.resource;
      throw new StatusError(
        409,
        `${qualified} "${name}" already exists`,
        { name, kind: type.resource },
        'AlreadyExists',
      );
    }
    let object: KubernetesObject = {
      ...body,
      apiVersion: apiVersionOf(type),
      kind: type.kind,
      metadata: {
        ...body.metadata,
        name,
        ...(type.namespaced ? { namespace } : {}),
        uid: randomUUID(),
        creationTimestamp: this.timestamp(),
      },
    };
    if (type.resource === 'pods') {
      object = this.options.controllers.startPod(object);
    }
    if (request.url.searchParams.get('dryRun') === 'All') {
      return this.objectReply(request, route, 201, object);
    }
    return this.objectReply(request, route, 201, collection.put(key, object).object);
  }

  private change(request: DemoRequest, route: ObjectRoute): Reply {
    const { type, namespace, name } = route;
    const before = this.read(route);
    const wanted = (
      route.verb === 'patch'
        ? applyPatch(before, request.headers['content-type'] ?? '', request.body)
        : parseBody(request)
    ) as KubernetesObject;
    const version = wanted.metadata.resourceVersion;
    if (version !== undefined && version !== before.metadata.resourceVersion) {
      const qualified = type.group ? `${type.resource}.${type.group}` : type.resource;
      throw new StatusError(
        409,
        `Operation cannot be fulfilled on ${qualified} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
        { name, kind: type.resource },
      );
    }
    const after: KubernetesObject = {
      ...wanted,
      apiVersion: apiVersionOf(type),
      kind: type.kind,
      metadata: {
        ...wanted.metadata,
        name,
        ...(type.namespaced ? { namespace } : {}),
        ...(before.metadata.uid ? { uid: before.metadata.uid } : {}),
        ...(before.metadata.creationTimestamp ? { creationTimestamp: before.metadata.creationTimestamp } : {}),
      },
    };
    if (request.url.searchParams.get('dryRun') === 'All') {
      return this.objectReply(request, route, 200, after);
    }
    const { object } = this.options.store.collection(type.resource).put(objectKey(type, namespace, name), after);
    if (['deployments', 'statefulsets', 'daemonsets'].includes(type.resource)) {
      this.options.controllers.rollOut(before, object);
    }
    return this.objectReply(request, route, 200, object);
  }

  private remove(request: DemoRequest, route: ObjectRoute): Reply {
    const { type, namespace, name } = route;
    const object = this.read(route);
    if (request.url.searchParams.get('dryRun') !== 'All') {
      this.options.store.collection(type.resource).delete(objectKey(type, namespace, name));
      if (type.resource === 'pods') {
        this.options.controllers.replacePod(object);
      }
    }
    return jsonReply(
      200,
      type.resource === 'pods' || type.resource === 'serviceaccounts'
        ? object
        : {
            kind: 'Status',
            apiVersion: 'v1',
            metadata: {},
            status: 'Success',
            details: { name, kind: type.resource, uid: object.metadata.uid },
          },
    );
  }

  private answerSubresource(request: DemoRequest, route: ObjectRoute): Reply {
    if (route.type.resource === 'serviceaccounts' && route.subresource === 'token' && request.method === 'POST') {
      return this.createToken(request, route);
    }
    throw new StatusError(404, 'the server could not find the requested resource');
  }

  /** The TokenRequest API (authentication.k8s.io/v1). */
  private createToken(request: DemoRequest, route: ObjectRoute): Reply {
    const { namespace, name } = route;
    const account = this.read(route);
    const { spec = {} } = parseBody<{ spec?: TokenRequestSpec }>(request);
    const issued = this.options.tokens.issue(account, spec);
    return jsonReply(201, {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, creationTimestamp: this.timestamp() },
      spec: {
        audiences: issued.audiences,
        expirationSeconds: spec.expirationSeconds ?? 3600,
        boundObjectRef: spec.boundObjectRef ?? null,
      },
      status: { token: issued.token, expirationTimestamp: `${issued.expires.toISOString().slice(0, 19)}Z` },
    });
  }
}

import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { createGunzip } from 'node:zlib';
import { type Cluster, Exec, KubeConfig, type User } from '@kubernetes/client-node';
import { breathe } from '../breathe.js';
import { type Deadline, deadline, orAborted, pause } from '../deadline.js';
import { codeOf, failed, failure, messageOf, networkReason, success } from '../failure.js';
import type { KubeCluster, Kubeconfig, KubeUser } from '../kubeconfig.js';
import { willBeUsed } from '../redact.js';
import type { FailureReason, LiveFailure, Result } from '../types.js';
import { type ExecCredential, runCredentialPlugin } from './execCredential.js';
import { ListItems } from './listItems.js';

export interface Call {
  /** For people: `list pods`. */
  readonly what: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly method?: 'GET' | 'POST' | 'PATCH';
  readonly body?: unknown;
  /** Of the body; default JSON. */
  readonly contentType?: string;
  /** Of the answer; default JSON. */
  readonly accept?: string;
  readonly permission?: string;
}

/** Where a cluster is and who we are there, where no kubeconfig says it. */
export interface ConnectionSource {
  locate(signal: AbortSignal): Promise<Result<Located>>;
  credential(signal: AbortSignal): Promise<Result<ExecCredential>>;
}

export interface Located {
  readonly cluster: KubeCluster;
  /** Why nobody may answer there, for a person. */
  readonly unreachable?: string;
  /** What a refused credential (401) means there, for a person. */
  readonly refused?: string;
}

type Body = NodeJS.ReadableStream & { destroy(error?: Error): unknown };

type Opened =
  | { readonly ok: true; readonly value: { readonly body: Body } }
  | { readonly ok: false; readonly failure: LiveFailure; readonly retryAfterMs?: number };

const MOST_ATTEMPTS = 3;
const LONGEST_WAIT_MS = 10_000;
/** Longest time that a plugin may take: signing in through a browser is not our business, reading a cached token is. */
const PLUGIN_MS = 20_000;
/** A token is renewed this long before it ends. */
const EARLY_MS = 60_000;

/**
 * One context's API server. Credentials, certificates and proxies are client-node's; requests are plain, because its generated
 * clients build an object for every field of every pod, and a cluster has fifty thousand.
 */
export class Connection {
  private signedIn: { readonly config: KubeConfig; readonly until: number } | undefined;
  private signingIn: Promise<Result<KubeConfig>> | undefined;
  private signInFailure: LiveFailure | undefined;
  private agents: { destroy(): void }[] = [];
  /** Signing in serves all calls that wait for it, so it ends with the connection and not with the first of them. */
  private closing = new AbortController();

  /** As its source told, once that was asked. */
  private located: Located | undefined;

  private constructor(
    private cluster: KubeCluster,
    private readonly user: KubeUser | undefined,
    private readonly timeoutMs: number,
    private readonly source?: ConnectionSource,
  ) {}

  /** Asks nothing yet: the source is asked by the first call. */
  static from(source: ConnectionSource, timeoutMs: number): Connection {
    return new Connection({ name: 'cluster', server: '', skipTlsVerify: false }, undefined, timeoutMs, source);
  }

  static of(config: Kubeconfig, context: string, timeoutMs: number): Result<Connection> {
    const what = `open ${context}`;
    const found = config.contexts.get(context);
    if (!found) return failed(what, 'not-found', `the kubeconfig has no context '${context}'`);
    const cluster = config.clusters.get(found.cluster);
    if (!cluster)
      return failed(
        what,
        'not-found',
        `context '${context}' names the cluster '${found.cluster}', which the kubeconfig lacks`,
      );
    return success(new Connection(cluster, config.users.get(found.user), timeoutMs));
  }

  get server(): string {
    return this.cluster.server;
  }

  /** Signing in that failed is not tried again by later calls, only after this: a person asked anew. */
  allowSignIn(): void {
    this.signInFailure = undefined;
  }

  close(): void {
    this.closing.abort(new DOMException('the connection was closed', 'AbortError'));
    this.closing = new AbortController();
    for (const agent of this.agents) agent.destroy();
    this.agents = [];
    this.signedIn = undefined;
  }

  /** @returns the parsed body */
  json(call: Call, signal: AbortSignal): Promise<Result<unknown>> {
    return this.answer(call, signal, async (body, abort) => JSON.parse(await readAll(body, abort)));
  }

  /**
   * One page of a list, its elements parsed one by one as they arrive. What `onItem` got before a failure is void.
   * @returns the list, its `items` empty
   */
  items(call: Call, signal: AbortSignal, onItem: (item: unknown) => void): Promise<Result<unknown>> {
    return this.answer(call, signal, async (body, abort) => {
      const items = new ListItems(onItem);
      const leave = () => body.destroy(abort.reason);
      abort.addEventListener('abort', leave, { once: true });
      try {
        abort.throwIfAborted();
        for await (const chunk of body) await items.add(chunk as Buffer);
        return items.end();
      } finally {
        abort.removeEventListener('abort', leave);
      }
    });
  }

  private async answer<T>(
    call: Call,
    signal: AbortSignal,
    read: (body: Body, signal: AbortSignal) => Promise<T>,
  ): Promise<Result<T>> {
    let limit: Deadline | undefined;
    try {
      // Signing in has its own limit: where a plugin hangs, it is not the call that does.
      const config = await orAborted(this.signIn(), signal);
      if (!config.ok) return config;
      limit = deadline(signal, this.timeoutMs);
      const opened = await this.openPatiently(call, limit);
      if (!opened.ok) return opened;
      return success(await read(opened.value.body, limit.signal));
    } catch (error) {
      if (error instanceof SyntaxError && !signal.aborted)
        return failed(call.what, 'invalid-response', 'the answer is no JSON', call.permission);
      return { ok: false, failure: this.failureOf(call, error, signal, limit?.expired === true) };
    } finally {
      limit?.dispose();
    }
  }

  /**
   * The body line by line, for watches. Ends when the server ends it; a silence of `idleMs` is a failure.
   * @returns undefined at the regular end
   */
  async lines(
    call: Call,
    idleMs: number,
    signal: AbortSignal,
    onLine: (line: string) => void,
  ): Promise<LiveFailure | undefined> {
    const limit = deadline(signal, idleMs);
    try {
      const opened = await this.open(call, limit.signal);
      if (!opened.ok) return opened.failure;
      const { body } = opened.value;
      body.setEncoding('utf8');
      const leave = () => body.destroy(limit.signal.reason);
      limit.signal.addEventListener('abort', leave, { once: true });
      limit.signal.throwIfAborted();
      let rest = '';
      for await (const part of body) {
        limit.extend();
        const lines = (rest + part).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (line === '') continue;
          onLine(line);
          await breathe();
          limit.signal.throwIfAborted();
        }
      }
      return undefined;
    } catch (error) {
      return this.failureOf(call, error, signal, limit.expired);
    } finally {
      limit.dispose();
    }
  }

  /** client-node's exec, signed in. */
  async exec(signal: AbortSignal): Promise<Result<Exec>> {
    const config = await orAborted(this.signIn(), signal);
    return config.ok ? success(new Exec(config.value)) : config;
  }

  /** The API server may ask to come again in a moment (API Priority and Fairness): done a few times, and no longer than the deadline. */
  private async openPatiently(call: Call, limit: Deadline): ReturnType<Connection['open']> {
    for (let attempt = 1; ; attempt++) {
      const opened = await this.open(call, limit.signal);
      if (opened.ok || opened.failure.reason !== 'throttled' || opened.retryAfterMs === undefined) return opened;
      if (attempt === MOST_ATTEMPTS || opened.retryAfterMs > LONGEST_WAIT_MS) return opened;
      try {
        await pause(opened.retryAfterMs, limit.signal);
      } catch (error) {
        // There was an answer, and it was to wait.
        if (limit.expired) return opened;
        throw error;
      }
    }
  }

  private async open(call: Call, signal: AbortSignal): Promise<Opened> {
    const config = await orAborted(this.signIn(), signal);
    if (!config.ok) return config;
    const options: RequestOptions & { agent?: Agent } = {};
    await config.value.applyToHTTPSOptions(options);
    this.keepAlive(options.agent);
    const url = new URL(this.cluster.server + call.path);
    for (const [key, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(key, String(value));
    const payload = call.body === undefined ? undefined : JSON.stringify(call.body);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const start = url.protocol === 'http:' ? httpRequest : httpsRequest;
      const sent = start(url, {
        ...options,
        method: call.method ?? 'GET',
        signal,
        headers: {
          ...options.headers,
          accept: call.accept ?? 'application/json',
          'accept-encoding': 'gzip',
          'user-agent': 'pod-iam',
          ...(payload === undefined
            ? {}
            : {
                'content-type': call.contentType ?? 'application/json',
                'content-length': Buffer.byteLength(payload),
              }),
        },
      });
      sent.on('response', resolve);
      sent.on('error', reject);
      sent.end(payload);
    });
    const body = response.headers['content-encoding'] === 'gzip' ? gunzip(response) : response;
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return success({ body });
    const text = await readAll(body, signal);
    const seconds = Number(response.headers['retry-after'] ?? Number.NaN);
    const retry = Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {};
    const failure = statusFailure(call, status, text);
    const told = status === 401 && this.located?.refused ? { ...failure, message: this.located.refused } : failure;
    return { ok: false, failure: told, ...retry };
  }

  /** One sign-in for all calls that wait for it. */
  private async signIn(): Promise<Result<KubeConfig>> {
    if (this.signInFailure) return { ok: false, failure: this.signInFailure };
    if (this.signedIn && Date.now() < this.signedIn.until) return success(this.signedIn.config);
    this.signingIn ??= this.signInOnce(this.closing.signal).finally(() => {
      this.signingIn = undefined;
    });
    return this.signingIn;
  }

  private async signInOnce(signal: AbortSignal): Promise<Result<KubeConfig>> {
    let credential: ExecCredential | undefined;
    let until = Number.POSITIVE_INFINITY;
    if (this.source) {
      const asked = await this.askSource(this.source, signal);
      if (!asked.ok) return asked;
      credential = asked.value;
      if (credential.expiresAt !== undefined) until = credential.expiresAt - EARLY_MS;
    } else if (this.user?.exec) {
      const limit = deadline(signal, PLUGIN_MS);
      const ran = await runCredentialPlugin(this.user.exec, this.cluster, limit.signal).finally(() => limit.dispose());
      // Who leaves is no failed sign-in.
      signal.throwIfAborted();
      if (!ran.ok) {
        this.signInFailure = ran.failure;
        return ran;
      }
      credential = ran.value;
      if (credential.expiresAt !== undefined) until = Math.max(credential.expiresAt - EARLY_MS, Date.now() + 1_000);
    } else if (this.user?.tokenFile !== undefined) {
      try {
        credential = { token: readFileSync(this.user.tokenFile, 'utf8').trim() };
      } catch (error) {
        this.signInFailure = failure('read token file', 'unauthenticated', messageOf(error));
        return { ok: false, failure: this.signInFailure };
      }
      // Such files are rotated.
      until = Date.now() + EARLY_MS;
    }
    const config = new KubeConfig();
    config.loadFromOptions({
      clusters: [clusterFor(this.cluster)],
      users: [userFor(this.user, credential)],
      contexts: [{ name: 'context', cluster: this.cluster.name, user: 'user' }],
      currentContext: 'context',
    });
    this.signedIn = { config, until };
    return success(config);
  }

  /** Where the cluster is may have changed since a failure only; who we are is asked anew when a token ends. */
  private async askSource(source: ConnectionSource, signal: AbortSignal): Promise<Result<ExecCredential>> {
    if (!this.located) {
      const located = await source.locate(signal);
      if (!located.ok) {
        this.signInFailure = located.failure;
        return located;
      }
      this.located = located.value;
      this.cluster = located.value.cluster;
    }
    const credential = await source.credential(signal);
    if (!credential.ok) this.signInFailure = credential.failure;
    return credential;
  }

  /** client-node makes its agents without keep-alive, a handshake for each page then. */
  private keepAlive(agent: Agent | undefined): void {
    if (!agent || this.agents.includes(agent)) return;
    const plain = agent as Agent & { keepAlive?: boolean; options?: { keepAlive?: boolean } };
    plain.keepAlive = true;
    if (plain.options) plain.options.keepAlive = true;
    this.agents.push(agent);
  }

  private failureOf(call: Call, error: unknown, signal: AbortSignal, expired: boolean): LiveFailure {
    // The caller left: that is theirs to handle, not a state of the cluster.
    if (signal.aborted) throw signal.reason;
    const closed = this.located?.unreachable === undefined ? '' : `; ${this.located.unreachable}`;
    if (expired)
      return failure(
        call.what,
        'timeout',
        `no answer within ${Math.round(this.timeoutMs / 1000)} s${closed}`,
        call.permission,
      );
    const network = networkReason(error);
    if (network) {
      const told = failure(
        call.what,
        network.reason,
        `${network.message}: ${this.cluster.server}${closed}`,
        call.permission,
      );
      return network.refused ? { ...told, refused: true } : told;
    }
    if (codeOf(error)?.startsWith('Z_') || codeOf(error)?.startsWith('HPE_')) {
      return failure(call.what, 'invalid-response', 'the answer cannot be read', call.permission);
    }
    return failure(call.what, 'invalid-response', messageOf(error), call.permission);
  }
}

/** What an error status means. Kubernetes' own Status message is kept: it names the user and the missing permission. */
function statusFailure(call: Call, status: number, body: string): LiveFailure {
  let message = '';
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) message = String(parsed.message);
  } catch {
    // A proxy's page, not Kubernetes: the status alone says it.
    message = '';
  }
  return {
    ...failure(call.what, reasonOfStatus(status), message || `the API server answered ${status}`, call.permission),
    status,
  };
}

export function reasonOfStatus(status: number): FailureReason {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 429) return 'throttled';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 502 || status === 503) return 'unreachable';
  return 'invalid-response';
}

function gunzip(response: IncomingMessage) {
  const plain = createGunzip();
  response.on('error', (error) => plain.destroy(error));
  response.on('aborted', () =>
    plain.destroy(Object.assign(new Error('the answer was cut off'), { code: 'ECONNRESET' })),
  );
  return response.pipe(plain);
}

function readAll(body: NodeJS.ReadableStream & { destroy?(): void }, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const leave = () => {
      body.destroy?.();
      reject(signal.reason);
    };
    if (signal.aborted) {
      leave();
      return;
    }
    signal.addEventListener('abort', leave, { once: true });
    body.on('data', (part: Buffer) => parts.push(part));
    body.on('end', () => {
      signal.removeEventListener('abort', leave);
      resolve(Buffer.concat(parts).toString('utf8'));
    });
    body.on('error', (error) => {
      signal.removeEventListener('abort', leave);
      reject(error);
    });
  });
}

const LOOPBACK_HTTP = /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:\/|$)/;

function clusterFor(cluster: KubeCluster): Cluster {
  return {
    name: cluster.name,
    server: cluster.server,
    // client-node refuses plain HTTP; `kubectl proxy` on this machine speaks nothing else.
    skipTLSVerify: cluster.skipTlsVerify || LOOPBACK_HTTP.test(cluster.server),
    ...(cluster.caData === undefined ? {} : { caData: cluster.caData }),
    // As kubectl: data beats the file.
    ...(cluster.caFile === undefined || cluster.caData !== undefined ? {} : { caFile: cluster.caFile }),
    ...(cluster.tlsServerName === undefined ? {} : { tlsServerName: cluster.tlsServerName }),
    ...(cluster.proxyUrl === undefined ? {} : { proxyUrl: cluster.proxyUrl }),
  };
}

function userFor(user: KubeUser | undefined, credential: ExecCredential | undefined): User {
  const token = credential?.token ?? user?.token;
  willBeUsed(token);
  willBeUsed(user?.password);
  const base64 = (pem: string) => Buffer.from(pem).toString('base64');
  const certData = credential?.certificate === undefined ? user?.certData : base64(credential.certificate);
  const keyData = credential?.key === undefined ? user?.keyData : base64(credential.key);
  return {
    name: 'user',
    ...(token === undefined ? {} : { token }),
    ...(certData === undefined ? {} : { certData }),
    ...(keyData === undefined ? {} : { keyData }),
    ...(user?.certFile === undefined || certData !== undefined ? {} : { certFile: user.certFile }),
    ...(user?.keyFile === undefined || keyData !== undefined ? {} : { keyFile: user.keyFile }),
    ...(user?.username === undefined ? {} : { username: user.username }),
    ...(user?.password === undefined ? {} : { password: user.password }),
    ...(user?.impersonate === undefined ? {} : { impersonateUser: user.impersonate }),
    ...(user?.authProvider === undefined ? {} : { authProvider: user.authProvider }),
  };
}

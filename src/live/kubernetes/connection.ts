import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { createGunzip } from 'node:zlib';
import { Exec, type KubeConfig } from '@kubernetes/client-node';
import { breathe } from '../breathe.js';
import { type Deadline, deadline, pause } from '../deadline.js';
import { codeOf, failed, failure, messageOf, networkReason, reasonOfStatus, success } from '../failure.js';
import type { Kubeconfig } from '../kubeconfig.js';
import type { LiveFailure, Result } from '../types.js';
import { ListItems } from './listItems.js';
import { type ConnectionSource, SignIn } from './signIn.js';

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

type Body = NodeJS.ReadableStream & { destroy(error?: Error): unknown };

type Opened =
  | { readonly ok: true; readonly value: { readonly body: Body } }
  | { readonly ok: false; readonly failure: LiveFailure; readonly retryAfterMs?: number };

const MOST_ATTEMPTS = 3;
const LONGEST_WAIT_MS = 10_000;

/**
 * One context's API server. Credentials, certificates and proxies are client-node's; requests are plain, because its generated
 * clients build an object for every field of every pod, and a cluster has fifty thousand.
 */
export class Connection {
  private agents: Agent[] = [];
  /** Whose agents these are. */
  private config: KubeConfig | undefined;

  private constructor(
    private readonly signIn: SignIn,
    private readonly timeoutMs: number,
  ) {}

  /** Asks nothing yet: the source is asked by the first call. */
  static from(source: ConnectionSource, timeoutMs: number): Connection {
    return new Connection(new SignIn({ name: 'cluster', server: '', skipTlsVerify: false }, { source }), timeoutMs);
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
    return success(new Connection(new SignIn(cluster, { user: config.users.get(found.user) }), timeoutMs));
  }

  get server(): string {
    return this.signIn.cluster.server;
  }

  /** Signing in that failed is not tried again by later calls, only after this: a person asked anew. */
  allowSignIn(): void {
    this.signIn.allow();
  }

  close(): void {
    this.signIn.close();
    for (const agent of this.agents) agent.destroy();
    this.agents = [];
    this.config = undefined;
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
      const config = await this.signIn.config(signal);
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
    const config = await this.signIn.config(signal);
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
    const config = await this.signIn.config(signal);
    if (!config.ok) return config;
    const options: RequestOptions & { agent?: Agent } = {};
    await config.value.applyToHTTPSOptions(options);
    this.keepAlive(options.agent, config.value);
    const url = new URL(this.server + call.path);
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
    if (status === 401) this.signIn.refused();
    const { refused } = this.signIn.place;
    const told = status === 401 && refused ? { ...failure, message: refused } : failure;
    return { ok: false, failure: told, ...retry };
  }

  /** client-node makes its agents without keep-alive, a handshake for each page then; and new ones for each credential. */
  private keepAlive(agent: Agent | undefined, config: KubeConfig): void {
    if (config !== this.config) {
      for (const old of this.agents) retire(old);
      this.agents = [];
      this.config = config;
    }
    if (!agent || this.agents.includes(agent)) return;
    setKeepAlive(agent, true);
    this.agents.push(agent);
  }

  private failureOf(call: Call, error: unknown, signal: AbortSignal, expired: boolean): LiveFailure {
    // The caller left: that is theirs to handle, not a state of the cluster.
    if (signal.aborted) throw signal.reason;
    const { unreachable } = this.signIn.place;
    const closed = unreachable === undefined ? '' : `; ${unreachable}`;
    if (expired)
      return failure(
        call.what,
        'timeout',
        `no answer within ${Math.round(this.timeoutMs / 1000)} s${closed}`,
        call.permission,
      );
    const network = networkReason(error);
    if (network) {
      const told = failure(call.what, network.reason, `${network.message}: ${this.server}${closed}`, call.permission);
      return network.refused ? { ...told, refused: true } : told;
    }
    if (codeOf(error)?.startsWith('Z_') || codeOf(error)?.startsWith('HPE_')) {
      return failure(call.what, 'invalid-response', 'the answer cannot be read', call.permission);
    }
    return failure(call.what, 'invalid-response', messageOf(error), call.permission);
  }
}

function setKeepAlive(agent: Agent, keep: boolean): void {
  const plain = agent as Agent & { keepAlive?: boolean; options?: { keepAlive?: boolean } };
  plain.keepAlive = keep;
  if (plain.options) plain.options.keepAlive = keep;
}

/** What runs goes on and closes when it ends; what waits for the next call closes now. */
function retire(agent: Agent): void {
  setKeepAlive(agent, false);
  for (const sockets of Object.values(agent.freeSockets ?? {})) for (const socket of sockets ?? []) socket.destroy();
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

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ServerCertificate } from './certificates.js';
import type { FaultEffect, Faults } from './faults.js';
import type { LoggedRequest, RequestLog } from './requestLog.js';

export interface DemoRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** The bytes as UTF-8. */
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer that goes on: writes to the response until the client leaves. */
export interface StreamReply {
  readonly stream: (response: ServerResponse) => void;
}

/** One protocol: what a request is, how it is answered, and what an error looks like in it. */
export interface Protocol {
  describe(request: DemoRequest): LoggedRequest;
  handle(request: DemoRequest): Promise<Reply | StreamReply> | Reply | StreamReply;
  error(described: LoggedRequest, status: number, code: string | undefined, message: string): Reply;
  throttled(described: LoggedRequest): Reply;
  /** Takes over a connection that asks for an upgrade. */
  upgrade?(request: DemoRequest, socket: Duplex): void;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const maximumBody = 16 * 1024 * 1024;

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maximumBody) {
      throw new Error(`a request body over ${maximumBody} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toRequest(incoming: IncomingMessage, bytes: Buffer): DemoRequest {
  return {
    method: incoming.method ?? 'GET',
    url: new URL(incoming.url ?? '/', 'http://127.0.0.1'),
    headers: incoming.headers,
    bytes,
    body: bytes.toString('utf8'),
  };
}

/** Waits, but not past the end of the connection. */
function pause(milliseconds: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function send(response: ServerResponse, reply: Reply, effect: FaultEffect | undefined): Promise<void> {
  const body = Buffer.from(effect?.kind === 'garbage' ? (effect.body ?? reply.body.replace(/[{<]/g, '~')) : reply.body);
  response.writeHead(reply.status, { ...reply.headers, 'content-length': String(body.length) });
  switch (effect?.kind) {
    case 'truncate':
      response.write(body.subarray(0, effect.afterBytes ?? Math.floor(body.length / 2)), () => response.destroy());
      return;
    case 'stall':
      response.write(body.subarray(0, effect.afterBytes ?? 0));
      return;
    case 'drip':
      for (let offset = 0; offset < body.length && !response.destroyed; offset += effect.bytes) {
        response.write(body.subarray(offset, offset + effect.bytes));
        await pause(effect.everyMilliseconds, response);
      }
      response.end();
      return;
    default:
      response.end(body);
  }
}

/** What a fault makes of an answer that would go on. */
function harmStream(response: ServerResponse, effect: FaultEffect): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  switch (effect.kind) {
    case 'truncate':
      response.write('{"type":"MODIFIED","object":{"metadata":{"na', () => response.destroy());
      return;
    case 'garbage':
      response.end(effect.body ?? '<html>not a stream of events</html>\n');
      return;
    default:
      // A stream that stalls says nothing any more, and one that drips nothing worth waiting for.
      response.flushHeaders();
  }
}

async function answer(
  protocol: Protocol,
  log: RequestLog,
  faults: Faults,
  reset: (incoming: IncomingMessage) => void,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = toRequest(incoming, await readBody(incoming));
  const described = protocol.describe(request);
  log.record(described);
  let effect: FaultEffect | undefined;
  for (const each of faults.take(described)) {
    if (each.kind === 'latency') {
      await pause(each.milliseconds, response);
    } else {
      effect = each;
    }
  }
  if (response.destroyed) {
    return;
  }
  if (effect?.kind === 'reset') {
    reset(incoming);
    return;
  }
  if (effect?.kind === 'stall' && effect.afterBytes === undefined) {
    return;
  }
  if (effect?.kind === 'error') {
    const reply = protocol.error(described, effect.status, effect.code, effect.message ?? 'a fault to order');
    await send(response, { ...reply, headers: { ...reply.headers, ...effect.headers } }, undefined);
    return;
  }
  if (effect?.kind === 'throttle') {
    const wait = effect.retryAfterSeconds;
    const reply = protocol.throttled(described);
    await send(
      response,
      wait === undefined
        ? reply
        : { ...reply, status: 429, headers: { ...reply.headers, 'retry-after': String(wait) } },
      undefined,
    );
    return;
  }
  const reply = await protocol.handle(request);
  if ('stream' in reply) {
    if (effect) {
      harmStream(response, effect);
      return;
    }
    reply.stream(response);
    return;
  }
  await send(response, reply, effect);
}

/** Serves one protocol on a free port of 127.0.0.1, over TLS if a certificate is given. */
export async function serve(
  protocol: Protocol,
  log: RequestLog,
  faults: Faults,
  certificate?: ServerCertificate,
): Promise<RunningServer> {
  // A TLS socket can't send a reset itself, so the sockets beneath are remembered.
  const sockets = new Map<number, Socket>();
  const reset = (incoming: IncomingMessage): void => {
    sockets.get(incoming.socket.remotePort ?? 0)?.resetAndDestroy();
  };
  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    answer(protocol, log, faults, reset, incoming, response).catch((error: unknown) => {
      if (response.destroyed || incoming.destroyed) {
        return;
      }
      // A mistake of the demo itself must be seen as one, not as an odd answer.
      process.stderr.write(`demo server: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      if (!response.headersSent) {
        response.writeHead(500, { 'content-type': 'text/plain' });
      }
      response.end('internal error of the demo server');
    });
  };
  const server: Server = certificate
    ? (createTlsServer({ key: certificate.key, cert: certificate.certificate }, listener) as unknown as Server)
    : createServer(listener);
  // Idle connections of a client's pool are not cut under its hands in the middle of a test.
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once('close', () => sockets.delete(port));
  });
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex) => {
    upgraded.add(socket);
    socket.on('close', () => upgraded.delete(socket));
    socket.on('error', () => socket.destroy());
    const request = toRequest(incoming, Buffer.alloc(0));
    log.record(protocol.describe(request));
    if (protocol.upgrade) {
      protocol.upgrade(request, socket);
    } else {
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of upgraded) {
          socket.destroy();
        }
        server.closeAllConnections();
      }),
  };
}

/** A port of 127.0.0.1 that nothing listens on now. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

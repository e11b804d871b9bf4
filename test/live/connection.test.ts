import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Kubeconfig, KubeUser } from '../../src/live/kubeconfig.js';
import { Connection } from '../../src/live/kubernetes/connection.js';
import { list } from '../../src/live/kubernetes/lists.js';
import { never, until } from './support.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** What `kubectl proxy` is: plain HTTP on this machine. */
async function proxy(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  user: KubeUser = { name: 'u', token: 't' },
): Promise<Connection> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config: Kubeconfig = {
    files: [],
    currentContext: 'c',
    contexts: new Map([['c', { name: 'c', cluster: 'k', user: 'u' }]]),
    clusters: new Map([['k', { name: 'k', server: `http://127.0.0.1:${port}/base`, skipTlsVerify: false }]]),
    users: new Map([['u', user]]),
  };
  const connection = Connection.of(config, 'c', 2_000);
  if (!connection.ok) throw new Error(connection.failure.message);
  return connection.value;
}

const name = (object: unknown) => (object as { metadata?: { name?: string } }).metadata?.name;
const page = (names: readonly string[], next?: string) =>
  JSON.stringify({
    items: names.map((one) => ({ metadata: { name: one } })),
    metadata: { resourceVersion: '7', continue: next },
  });

describe('a connection', () => {
  it('keeps the path of the server, signs in, takes compressed answers', async () => {
    const seen: string[] = [];
    const connection = await proxy((request, response) => {
      seen.push(`${request.url} ${request.headers.authorization}`);
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync('{"a":1}'));
    });
    expect(await connection.json({ what: 'x', path: '/version' }, never())).toEqual({ ok: true, value: { a: 1 } });
    expect(seen).toEqual(['/base/version Bearer t']);
    connection.close();
  });

  it('uses one socket for page after page', async () => {
    let pages = 0;
    const sockets = new Set<unknown>();
    const connection = await proxy((request, response) => {
      sockets.add(request.socket);
      response.end(page([`p${pages}`], ++pages < 4 ? String(pages) : undefined));
    });
    const rows: string[] = [];
    const end = await list(
      connection,
      { resource: 'pods', project: name, onPage: (some) => rows.push(...some) },
      never(),
    );
    expect(end).toEqual({ ok: true, value: { resourceVersion: '7' } });
    expect(rows).toEqual(['p0', 'p1', 'p2', 'p3']);
    expect(sockets.size).toBe(1);
    connection.close();
  });

  describe('with a token in a file', () => {
    let directory: string;
    const file = () => join(directory, 'token');
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'pod-iam-token-'));
      await writeFile(file(), 'first');
    });
    afterEach(async () => {
      vi.restoreAllMocks();
      await rm(directory, { recursive: true });
    });

    it('reads it anew after it was refused, but only when a person asks', async () => {
      const connection = await proxy(
        (request, response) => {
          response.statusCode = request.headers.authorization === 'Bearer first' ? 401 : 200;
          response.end('{}');
        },
        { name: 'u', tokenFile: file() },
      );
      const call = () => connection.json({ what: 'x', path: '/version' }, never());
      expect(await call()).toMatchObject({ ok: false, failure: { reason: 'unauthenticated' } });
      await writeFile(file(), 'second');
      expect(await call()).toMatchObject({ ok: false, failure: { reason: 'unauthenticated' } });
      connection.allowSignIn();
      expect(await call()).toMatchObject({ ok: true });
      connection.close();
    });

    it('leaves no socket open for a credential that was renewed', async () => {
      const open = new Set<unknown>();
      const connection = await proxy((_, response) => response.end('{}'), { name: 'u', tokenFile: file() });
      server!.on('connection', (socket) => {
        open.add(socket);
        socket.on('close', () => open.delete(socket));
      });
      const begun = Date.now();
      for (const minutes of [0, 2, 4]) {
        vi.spyOn(Date, 'now').mockReturnValue(begun + minutes * 60_000);
        expect(await connection.json({ what: 'x', path: '/version' }, never())).toMatchObject({ ok: true });
      }
      await until(() => open.size === 1, 'the end of the sockets of earlier credentials');
      connection.close();
    });
  });

  it('does not take the time of its plugin for that of a call', async () => {
    const plain = await proxy((request, response) => {
      response.end(JSON.stringify({ as: request.headers.authorization }));
    });
    const credential = JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'of-the-plugin' },
    });
    const config: Kubeconfig = {
      files: [],
      currentContext: 'c',
      contexts: new Map([['c', { name: 'c', cluster: 'k', user: 'u' }]]),
      clusters: new Map([['k', { name: 'k', server: plain.server, skipTlsVerify: false }]]),
      users: new Map([
        [
          'u',
          {
            name: 'u',
            exec: {
              apiVersion: 'client.authentication.k8s.io/v1',
              command: process.execPath,
              args: ['-e', `setTimeout(() => console.log(${JSON.stringify(credential)}), 1500)`],
              env: [],
              provideClusterInfo: false,
              directory: '/',
            },
          },
        ],
      ]),
    };
    const connection = Connection.of(config, 'c', 1_000);
    if (!connection.ok) throw new Error(connection.failure.message);
    expect(await connection.value.json({ what: 'x', path: '/version' }, never())).toEqual({
      ok: true,
      value: { as: 'Bearer of-the-plugin' },
    });
    connection.value.close();
    plain.close();
  });

  it('that is told to wait longer than it may was throttled, not left without an answer', async () => {
    const connection = await proxy((_, response) => {
      response.writeHead(429, { 'retry-after': '9' }).end('{"kind":"Status","message":"later"}');
    });
    expect(await connection.json({ what: 'x', path: '/version' }, never())).toMatchObject({
      ok: false,
      failure: { reason: 'throttled', message: 'later' },
    });
    connection.close();
  });

  it('does not read the same page for ever', async () => {
    const connection = await proxy((_, response) => response.end(page(['a'], 'again')));
    expect(await list(connection, { resource: 'pods', project: name, onPage: () => undefined }, never())).toMatchObject(
      {
        ok: false,
        failure: { reason: 'invalid-response' },
      },
    );
    connection.close();
  });

  it('begins a list anew when it went stale, and gives up when it always does', async () => {
    let stale = 1;
    let requests = 0;
    const connection = await proxy((request, response) => {
      requests++;
      if (!request.url?.includes('continue=')) response.end(page(['a'], 'next'));
      else if (stale-- > 0) {
        response.statusCode = 410;
        response.end('{"kind":"Status","message":"too old","reason":"Expired","code":410}');
      } else response.end(page(['b']));
    });
    const pages: [readonly string[], boolean][] = [];
    const request = {
      resource: 'pods',
      project: name,
      onPage: (rows: readonly string[], restarted: boolean) => pages.push([rows, restarted]),
    };
    expect(await list(connection, request, never())).toMatchObject({ ok: true });
    expect(pages).toEqual([
      [['a'], false],
      [['a'], true],
      [['b'], false],
    ]);
    stale = Number.POSITIVE_INFINITY;
    requests = 0;
    expect(await list(connection, request, never())).toMatchObject({ ok: false, failure: { status: 410 } });
    expect(requests).toBe(6);
    connection.close();
  });

  it('tells what no API server says: a page of a proxy, an answer that is cut off, silence', async () => {
    const answers = ['<html>Sign in</html>', undefined, null];
    const connection = await proxy((_, response) => {
      const answer = answers.shift();
      if (typeof answer === 'string') response.end(answer);
      else if (answer === undefined) {
        response.setHeader('content-length', '100');
        response.write('{"items":[');
        setTimeout(() => response.destroy(), 50);
      }
    });
    const reason = async () => {
      const result = await connection.json({ what: 'x', path: '/' }, never());
      return result.ok ? 'ok' : result.failure.reason;
    };
    expect(await reason()).toBe('invalid-response');
    expect(await reason()).toBe('unreachable');
    expect(await reason()).toBe('timeout');
    connection.close();
  });
});

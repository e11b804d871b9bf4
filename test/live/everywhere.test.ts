import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { failed } from '../../src/live/failure.js';
import { Connection } from '../../src/live/kubernetes/connection.js';
import { Everywhere } from '../../src/live/read/everywhere.js';
import { Reading } from '../../src/live/read/reading.js';
import { emptyState } from '../../src/live/state.js';
import { never } from './support.js';

it('forgets what it had of a namespace whose list began anew', async () => {
  const pages = [
    { status: 200, names: ['gone'], next: '1' },
    { status: 410, names: [] },
    { status: 200, names: ['there'] },
  ];
  const server = createServer((_, response) => {
    const { status, names, next } = pages.shift()!;
    const items = names.map((name) => ({ metadata: { name } }));
    response.writeHead(status).end(JSON.stringify({ items, metadata: { resourceVersion: '7', continue: next } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const opened = Connection.of(
    {
      files: [],
      currentContext: 'c',
      contexts: new Map([['c', { name: 'c', cluster: 'k', user: 'u' }]]),
      clusters: new Map([['k', { name: 'k', server: url, skipTlsVerify: false }]]),
      users: new Map(),
    },
    'c',
    5_000,
  );
  if (!opened.ok) throw new Error(opened.failure.message);
  const connection = opened.value;
  const nothing = () => undefined;
  const reading = new Reading(
    emptyState('c', 'k'),
    {
      connection,
      hint: {},
      aws: async () => failed('aws', 'not-found', 'not asked'),
      namespace: 'shop',
      contextNamespace: undefined,
      namespaces: [],
      timeoutMs: 5_000,
    },
    { account: nothing, role: nothing, uses: nothing, all: nothing },
    nothing,
    never(),
    undefined,
  );
  const rows: string[] = [];
  const everywhere = new Everywhere(reading);
  await everywhere.list<string>({
    resource: 'pods',
    project: (object) => (object as { metadata: { name: string } }).metadata.name,
    gaps: new Map(),
    clear: () => rows.splice(0),
    add: (row) => rows.push(row),
    count: () => rows.length,
  });
  expect(rows).toEqual(['there']);
  expect(everywhere.versions.pods).toEqual(new Map([['shop', '7']]));
  connection.close();
  server.closeAllConnections();
  server.close();
});

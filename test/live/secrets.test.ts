import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inspectHtml } from '../../src/cli/formats/inspectHtml.js';
import { inspectJson } from '../../src/cli/formats/inspectJson.js';
import { inspectTable } from '../../src/cli/formats/inspectTable.js';
import { never, open, type RunningDemo, runDemo } from './support.js';

let demo: RunningDemo;
beforeAll(async () => {
  demo = await runDemo();
});
afterEach(() => demo.faults.clear());
afterAll(() => demo.stop());

/** Marked credentials, as services and proxies might quote them in an error. */
const PLANTED = [
  'Bearer PLANTED0bearer0token',
  'eyJhbGciOiJSUzI1NiJ9.PLANTEDclaims.PLANTEDsignature',
  'AKIAPLANTED000000000',
  'aws_secret_access_key=PLANTED/secret+access/key0000000000000000',
  'https://user:PLANTEDpassword@proxy.example/',
  'k8s-aws-v1.PLANTEDtoken',
].join(' ; ');

describe('credentials in what services say', () => {
  it.each(['kubernetes', 'eks', 'iam', 'sts'] as const)('reach nothing that is shown, from %s', async (service) => {
    const cluster = await open(demo);
    demo.faults.add({
      service,
      effect: { kind: 'error', status: 403, code: 'AccessDeniedException', message: PLANTED },
    });
    const snapshot = await cluster.read(never());
    const identities = await Promise.all(
      ['checkout/api', 'payments/api'].map((key) => {
        const [namespace, name] = key.split('/') as [string, string];
        return cluster.verify(namespace, name, never());
      }),
    );
    const inspection = { clusters: [snapshot], failures: snapshot.failures };
    const shown = [
      JSON.stringify([
        snapshot,
        cluster.current,
        identities,
        cluster.explain('checkout', 'api'),
        cluster.planVerify('checkout', 'api'),
      ]),
      inspectJson(inspection),
      inspectHtml(inspection),
      inspectTable(inspection, { color: false, width: undefined }),
    ].join('\n');
    cluster.close();
    expect(snapshot.failures.length).toBeGreaterThan(0);
    expect(shown).not.toContain('PLANTED');
    // Nor our own.
    expect(shown).not.toMatch(/demo-token|eyJ[\w-]{8,}\.|ASIA[A-Z0-9]{10,}/);
    expect(shown).not.toContain(demo.scenario.caller.secretAccessKey);
  });
});

describe('our own credentials', () => {
  it('do not come back in what an API server says of them, whatever they look like', async () => {
    const token = demo.scenario.users[0]!.token;
    const cluster = await open(demo);
    demo.faults.add({
      service: 'kubernetes',
      effect: { kind: 'error', status: 403, code: 'Forbidden', message: `no rights for ${token} here` },
    });
    demo.faults.add({
      service: 'sts',
      effect: {
        kind: 'error',
        status: 403,
        code: 'AccessDenied',
        message: `signed by ${demo.scenario.caller.secretAccessKey}`,
      },
    });
    const snapshot = await cluster.read(never());
    cluster.close();
    const shown = JSON.stringify(snapshot);
    expect(shown).toContain('no rights for [redacted] here');
    expect(shown).toContain('signed by [redacted]');
    expect(shown).not.toContain(token);
    expect(shown).not.toContain(demo.scenario.caller.secretAccessKey);
  });
});

import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/exit.js';
import { type InspectOptions, inspect, registerInspect } from '../../src/cli/inspect.js';
import * as live from '../../src/live/main.js';
import { never, type RunningDemo, runDemo } from '../live/support.js';

let demo: RunningDemo;
beforeAll(async () => {
  demo = await runDemo();
});
afterAll(() => demo.stop());

async function run(options: InspectOptions, width?: number): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const terminal = {
    write: (text: string) => {
      out += text;
    },
    error: (text: string) => {
      // Progress is shown where the machine is slow.
      if (!text.startsWith('reading ')) err += text;
    },
    color: false,
    width,
    interactive: false,
  };
  const code = await inspect({ kubeconfig: demo.kubeconfig, ...options }, terminal, async () => live, never());
  return { code, out, err };
}

// biome-ignore lint/suspicious/noExplicitAny: the output is held against the contract by its own words
const parse = (text: string): any => JSON.parse(text);

describe('inspect --format json', () => {
  it('is one object of the contract', async () => {
    const { code, out } = await run({ format: 'json' });
    expect(code).toBe(1);
    const document = parse(out);
    expect(document.version).toBe(1);
    expect(document.clusters).toHaveLength(1);
    const [cluster] = document.clusters;
    expect(cluster).toMatchObject({
      name: 'orders-prod',
      region: 'eu-west-1',
      account: '111122223333',
      issuer: expect.stringMatching(/^oidc\.eks\./),
    });
    expect(cluster.failures).toEqual([
      { what: 'iam:GetRole orders-exporter', reason: 'forbidden', message: expect.any(String) },
    ]);
    expect(cluster.serviceAccounts).toHaveLength(demo.scenario.serviceAccounts.length);
    for (const account of cluster.serviceAccounts) {
      expect(['irsa', 'pod-identity', 'both', 'static-credentials', 'node-role', 'none']).toContain(account.mechanism);
      expect(['allowed', 'denied', 'unknown', 'not-checked']).toContain(account.trust);
      expect(['ok', 'warning', 'error', 'unknown']).toContain(account.status);
      expect(['web-identity', 'pod-identity', 'exec', 'not-verified']).toContain(account.callerIdentity.how);
      expect(account.pods).toEqual({ total: expect.any(Number), stale: expect.any(Number) });
    }
    expect(cluster.serviceAccounts.find(({ name }: { name: string }) => name === 'settlement')).toMatchObject({
      namespace: 'payments',
      mechanism: 'both',
      roleArn: 'arn:aws:iam::111122223333:role/payments-settlement',
      associationId: 'a-settlement00000001',
      trust: 'allowed',
      status: 'warning',
      callerIdentity: { expected: 'arn:aws:iam::111122223333:role/payments-settlement', how: 'not-verified' },
      pods: { total: 1, stale: 0 },
      findings: expect.arrayContaining([
        expect.objectContaining({ ruleId: 'sa-mixed-mechanisms', severity: 'warning' }),
      ]),
    });
  });

  it('verifies on request', async () => {
    const { out } = await run({ format: 'json', verify: ['checkout/api', 'payments/api', 'checkout/worker'] });
    const identity = (namespace: string, name: string) =>
      parse(out).clusters[0].serviceAccounts.find(
        (row: { namespace: string; name: string }) => row.namespace === namespace && row.name === name,
      ).callerIdentity;
    expect(identity('checkout', 'api')).toMatchObject({
      how: 'web-identity',
      verdict: 'as-expected',
      actual: expect.stringContaining('assumed-role/checkout-api/'),
    });
    expect(identity('payments', 'api')).toMatchObject({ how: 'pod-identity', verdict: 'as-expected' });
    expect(identity('checkout', 'worker')).toMatchObject({
      how: 'web-identity',
      verdict: 'refused',
      message: expect.stringContaining('AccessDenied'),
    });
  });

  it('verifies all of a namespace and all of a cluster, and says in a line how it came out', async () => {
    const some = await run({ format: 'json', verify: ['payments/*'] });
    const rows = (out: string) =>
      parse(out).clusters[0].serviceAccounts as {
        namespace: string;
        callerIdentity: { how: string; verdict?: string };
      }[];
    const verified = rows(some.out).filter(({ callerIdentity }) => callerIdentity.how !== 'not-verified');
    expect(new Set(verified.map(({ namespace }) => namespace))).toEqual(new Set(['payments']));
    expect(some.err).toMatch(
      new RegExp(
        `^pod-iam: orders-prod: verified ${verified.length}: \\d+ as expected, 0 another role, [1-9]\\d* refused, 0 not`,
      ),
    );
    const all = await run({ format: 'json', verify: ['all'] });
    const minted = demo.scenario.serviceAccounts.filter(({ expected: { mechanism } }) =>
      ['irsa', 'pod-identity', 'both'].includes(mechanism),
    );
    expect(rows(all.out).filter(({ callerIdentity }) => callerIdentity.how !== 'not-verified').length).toBeGreaterThan(
      minted.length / 2,
    );
    expect(all.err).toMatch(/\d+ left out \(no role of their own or no pod\)/);
    const inPods = await run({ format: 'table', verify: ['checkout/*'], verifyBy: 'both' });
    expect(inPods.out).toMatch(/checkout\/worker .*refused: sts:Assume/);
  });

  it('says at the row why one that was named cannot be verified', async () => {
    const { out } = await run({ format: 'json', verify: ['checkout/frontend'] });
    const { serviceAccounts } = parse(out).clusters[0];
    expect(serviceAccounts.find(({ name }: { name: string }) => name === 'frontend').callerIdentity).toMatchObject({
      how: 'not-verified',
      verdict: 'unknown',
      message: 'checkout/frontend has no role of its own.',
    });
  });

  it('is one object of what is known even where nothing is', async () => {
    const missing = await run({ format: 'json', context: 'nope' });
    expect(missing.code).toBe(3);
    expect(parse(missing.out)).toEqual({
      version: 1,
      clusters: [],
      failures: [expect.objectContaining({ reason: 'not-found' })],
    });
    expect(missing.err).toContain("no context 'nope'");
    const signedOut = await run({ format: 'json', context: 'orders-prod-signed-out' });
    expect(signedOut.code).toBe(3);
    expect(parse(signedOut.out).clusters[0].failures).toEqual([expect.objectContaining({ reason: 'unauthenticated' })]);
  });

  it('names a verification that could not be made among the failures, and does not call it one', async () => {
    demo.faults.add({
      operation: 'create serviceaccounts/token',
      effect: { kind: 'error', status: 403, code: 'Forbidden' },
    });
    try {
      const { code, out } = await run({ format: 'json', verify: ['payments/api'] });
      expect(code).toBe(3);
      const [cluster] = parse(out).clusters;
      const row = cluster.serviceAccounts.find(
        ({ namespace, name }: { namespace: string; name: string }) => namespace === 'payments' && name === 'api',
      );
      expect(row.callerIdentity).toMatchObject({ how: 'not-verified', verdict: 'unknown' });
      expect(cluster.failures).toContainEqual({
        what: 'request token for payments/api',
        reason: 'forbidden',
        message: expect.any(String),
      });
    } finally {
      demo.faults.clear();
    }
  });

  it('takes an STS that does not know the question for no refusal', async () => {
    demo.faults.add({ operation: /AssumeRole/, effect: { kind: 'error', status: 404, code: 'UnknownOperation' } });
    try {
      const { code, out } = await run({ format: 'json', verify: ['payments/api'] });
      expect(code).toBe(3);
      expect(out).not.toContain('"refused"');
    } finally {
      demo.faults.clear();
    }
  });

  it('ends with 3 where nothing of AWS could be read', async () => {
    demo.faults.add({
      operation: 'GetCallerIdentity',
      effect: { kind: 'error', status: 403, code: 'ExpiredToken' },
    });
    try {
      const { code, out } = await run({ format: 'json' });
      expect(code).toBe(3);
      expect(parse(out).clusters[0].failures).toMatchObject([
        { what: 'sts:GetCallerIdentity', reason: 'unauthenticated' },
      ]);
    } finally {
      demo.faults.clear();
    }
  });

  it('takes every context side by side', async () => {
    const { out, code } = await run({ format: 'json', allContexts: true });
    expect(parse(out).clusters.map(({ context }: { context: string }) => context)).toEqual(
      demo.scenario.contexts.map(({ name }) => name),
    );
    expect(code).toBe(3);
  });
});

describe('the other formats', () => {
  it('a table: status, identity, trust, pods, reason, all of it where no window limits it', async () => {
    const { out } = await run({ format: 'table' });
    expect(out).toMatch(/^orders-prod {2}eu-west-1 · 111122223333 · /);
    expect(out).toMatch(/^✗ checkout\/worker +IRSA → checkout-worker +denied +2 +trust denies: /m);
    expect(out).toMatch(/^\? orders\/exporter .*unknown/m);
    expect(out).toMatch(/^not read {2}iam:GetRole orders-exporter: forbidden/m);
    expect(out).toMatch(/service accounts: \d+ errors, \d+ warnings, \d+ unknown · 1 call failed\n$/);
    expect(out).toMatch(/^✗ orders\/processor .* lets every service account of the cluster assume this role$/m);
    expect(out).toMatch(/^✗ platform\/karpenter .*a-karpenter000000001' is no cluster's ARN$/m);
    expect(out).not.toContain('…\n');
  });

  it.each([80, 130, 170])(
    'a table of %d characters has no line that is broken by the window, and nothing is cut',
    async (width) => {
      const [whole, { out }] = [await run({ format: 'table' }), await run({ format: 'table' }, width)];
      const words = (text: string) =>
        text
          .replace(/ (?:·|trust|pods?|SERVICE|ACCOUNT|IDENTITY|TRUST|PODS|DETAIL|-)(?= |$)/gm, '')
          .split(/\s+/)
          .sort();
      expect(words(out).join(' ')).toContain("'system:serviceaccount:*:*'");
      for (const word of words(whole.out)) expect(out).toContain(word);
      // A name that is longer than the window stays whole.
      for (const line of out.split('\n'))
        if (!/^ *(?:not read +|warning +)?\S+$/.test(line)) expect(line.length).toBeLessThanOrEqual(width);
    },
  );

  it('a detail stands in its column where there is room, else below its row', async () => {
    const wide = await run({ format: 'table', namespace: 'checkout' }, 120);
    expect(wide.out).toMatch(/^ {2}SERVICE ACCOUNT .* DETAIL\n/m);
    expect(wide.out).toMatch(
      /^✗ checkout\/worker +IRSA → checkout-worker +denied +2 +trust denies: 'wrker' ≠ 'worker'$/m,
    );
    const medium = await run({ format: 'table', namespace: 'checkout' }, 80);
    expect(medium.out).toMatch(
      /^✗ checkout\/worker +IRSA → checkout-worker +denied +2\n {4}trust denies: 'wrker' ≠ 'worker'$/m,
    );
    const narrow = await run({ format: 'table', namespace: 'checkout' }, 50);
    expect(narrow.out).toMatch(
      /^✗ checkout\/worker {2}IRSA → checkout-worker ·\n {6}trust denied · 2 pods\n {4}trust denies: 'wrker' ≠ 'worker'$/m,
    );
    expect(narrow.out).not.toContain('SERVICE ACCOUNT');
  });

  it.each(['table', 'html'] as const)(
    'calls nothing right in a cluster that it could not read (%s)',
    async (format) => {
      const { out } = await run({ format, context: 'orders-prod-signed-out' });
      expect(out).not.toContain('nothing wrong');
      expect(out).toMatch(/all others not read|could not be read/);
      demo.faults.add({ operation: 'GetCallerIdentity', effect: { kind: 'reset' } });
      try {
        const unreachable = await run({ format });
        expect(unreachable.out).toContain('AWS: the connection was reset');
      } finally {
        demo.faults.clear();
      }
    },
  );

  it('a graph for Graphviz and for Mermaid', async () => {
    const { out: dot } = await run({ format: 'dot', namespace: 'checkout' });
    expect(dot).toMatch(/^digraph /);
    expect(dot).toMatch(/c0s\d+ -> c0r\d+ \[label="IRSA, denied"/);
    expect(dot.match(/\{/g)?.length).toBe(dot.match(/\}/g)?.length);
    const { out: mermaid } = await run({ format: 'mermaid', namespace: 'checkout' });
    expect(mermaid).toMatch(/^flowchart LR\n/);
    expect(mermaid).toMatch(/c0s\d+\("checkout\/worker"\):::error/);
  });

  it('one page that needs nothing else', async () => {
    const { out } = await run({ format: 'html' });
    expect(out).toMatch(/^<!doctype html>/);
    expect(out).not.toMatch(/(?:src|href)=|https?:\/\/(?!oidc)/);
    expect(out.match(/<tr class="/g)).toHaveLength(demo.scenario.serviceAccounts.length);
    expect(out).toContain('&#39;wrker&#39; ≠ &#39;worker&#39;');
    const { out: table } = await run({ format: 'table' });
    expect(out).toContain(`<strong>${table.trimEnd().split('\n').at(-1)}</strong>`);
    // The filter is for service accounts; node groups are none.
    const [, filtered] = /querySelectorAll\('\.(\w+) tbody tr'\)/.exec(out) ?? [];
    const tables = out.match(/<table[^>]*>[\s\S]*?<\/table>/g)!.filter((text) => text.includes(`class="${filtered}"`));
    expect(tables).toHaveLength(1);
    expect(tables[0]).toContain('checkout/worker');
  });
});

describe('usage', () => {
  it.each<[string, InspectOptions]>([
    ['a service account without namespace', { verify: ['api'] }],
    ['two ways to choose contexts', { allContexts: true, context: 'x' }],
    ['one cluster for all contexts', { allContexts: true, cluster: 'x' }],
    ['no time', { timeout: 'soon' }],
    ['an account that is not there', { verify: ['checkout/nobody'] }],
    ['a namespace without accounts', { verify: ['nowhere/*'] }],
  ])('refuses %s', async (_, options) => {
    await expect(run(options)).rejects.toBeInstanceOf(UsageError);
  });

  it('refuses a format it does not know', async () => {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
    registerInspect(program);
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => undefined });
    await expect(program.parseAsync(['node', 'pod-iam', 'inspect', '--format', 'xml'])).rejects.toMatchObject({
      exitCode: 1,
    });
  });
});

describe('clusters without a kubeconfig', () => {
  const noFile = { kubeconfig: undefined } as unknown as InspectOptions;

  it('are inspected by their name, region and profile', async () => {
    const { code, out, err } = await run({
      ...noFile,
      awsCluster: ['orders-prod'],
      region: 'eu-west-1',
      format: 'json',
    });
    expect([code, err]).toEqual([1, '']);
    const [cluster] = parse(out).clusters;
    expect(cluster).toMatchObject({
      name: 'orders-prod',
      context: 'eks:eu-west-1/orders-prod',
      account: '111122223333',
    });
    expect(cluster.serviceAccounts).toHaveLength(demo.scenario.serviceAccounts.length);
  });

  it('are all inspected in all regions named, and one that cannot be reached hides no other', async () => {
    const { code, out } = await run({
      ...noFile,
      allAwsClusters: true,
      region: 'eu-west-1, us-east-1',
      format: 'json',
    });
    expect(code).toBe(3);
    const clusters = parse(out).clusters as { name: string; failures: { message: string }[]; serviceAccounts: [] }[];
    expect(clusters.map(({ name }) => name)).toEqual(['orders-prod', 'staging']);
    expect(clusters[0]!.serviceAccounts.length).toBeGreaterThan(30);
    expect(clusters[1]!.failures[0]!.message).toContain("the cluster's endpoint is private");
  });

  it('are asked for in one place', async () => {
    await expect(run({ ...noFile, awsCluster: ['a'], region: 'eu-west-1,us-east-1' })).rejects.toThrow(UsageError);
    await expect(run({ awsCluster: ['a'], region: 'eu-west-1' })).rejects.toThrow('--kubeconfig is for a kubeconfig');
    await expect(run({ ...noFile, awsCluster: ['a'], allAwsClusters: true })).rejects.toThrow('exclude each other');
  });
});

describe('roles and nodes', () => {
  it('are in the JSON: when a role was last used, its policies on request, and what a group of nodes lets pods reach', async () => {
    const plain = parse((await run({ format: 'json' })).out).clusters[0];
    expect(plain.rolePolicies).toBeUndefined();
    const [cluster] = parse((await run({ format: 'json', policies: true })).out).clusters;
    const row = (name: string) =>
      cluster.serviceAccounts.find(
        (each: { namespace: string; name: string }) => `${each.namespace}/${each.name}` === name,
      );
    expect(row('orders/search').roleLastUsed).toMatch(/^\d{4}-\d\d-\d\dT/);
    const policies = cluster.rolePolicies.find(
      ({ roleArn }: { roleArn: string }) => roleArn === row('checkout/api').roleArn,
    );
    expect(policies).toMatchObject({
      policies: [{ kind: 'inline', name: 'orders', document: { Version: '2012-10-17' }, findings: [] }],
      failures: [],
    });
    expect(cluster.nodeGroups).toContainEqual(
      expect.objectContaining({
        name: 'ng-default',
        nodeRole: expect.stringContaining(':role/ng-default'),
        imds: { tokens: 'required', hopLimit: 2 },
      }),
    );
  });

  it('are in the report', async () => {
    const { out } = await run({ format: 'html', policies: true });
    expect(out).toMatch(
      /<td>ng-default<\/td><td>arn:aws:iam::111122223333:role\/ng-default<\/td><td>IMDSv2 required<\/td><td>2<\/td>/,
    );
    expect(out).toMatch(/last used \d{4}-\d\d-\d\d/);
    expect(out).toMatch(/<summary><code>arn:aws:iam::111122223333:role\/checkout-api<\/code>/);
    expect(out).toContain('dynamodb:GetItem');
  });
});

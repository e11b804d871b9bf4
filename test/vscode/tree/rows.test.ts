import { describe, expect, test } from 'vitest';
import { accountRow } from '../../../src/vscode/tree/accountRows.js';
import { clusterRows, contextLabel, openContextDescription } from '../../../src/vscode/tree/clusterRows.js';
import { Filter } from '../../../src/vscode/tree/filter.js';
import { accessibleLabel } from '../../../src/vscode/tree/row.js';
import { ago, callerWords, spokenTally, tally } from '../../../src/vscode/tree/words.js';
import { below, cluster, identity, NOW, snapshot } from './support.js';

const all = new Filter('');

describe('a service account’s row', () => {
  test('in order says what it gets', () => {
    expect(accountRow(identity(), cluster)).toMatchObject({
      label: 'api',
      description: 'IRSA → payments-api · 2 pods',
      mark: 'ok',
    });
  });
  test('that was verified says when', () => {
    const callerIdentity = {
      expected: 'arn:aws:iam::111122223333:role/app/payments-api',
      actual: 'arn:aws:sts::111122223333:assumed-role/payments-api/s',
      how: 'web-identity',
      verdict: 'as-expected',
      verifiedAt: NOW,
    } as const;
    expect(accountRow(identity({ callerIdentity }), cluster).description).toMatch(
      /^verified .*\d+:\d+.* · IRSA → payments-api · 2 pods$/,
    );
  });
  test('not in order says the reason first', () => {
    const row = accountRow(
      identity({ status: 'error', trust: 'denied', summary: "trust denies: 'wrker' ≠ 'worker'" }),
      cluster,
    );
    expect(row).toMatchObject({ description: "trust denies: 'wrker' ≠ 'worker' · IRSA → payments-api", mark: 'error' });
  });
  test('with nothing of its own has neither tick nor cross', () => {
    const row = accountRow(
      identity({
        mechanism: 'node-role',
        winner: 'node-role',
        roleArn: 'arn:aws:iam::111122223333:role/ng',
        trust: 'not-checked',
        identity: 'node role ng',
        summary: '1 pod',
      }),
      cluster,
    );
    expect(row).toMatchObject({ mark: 'none', description: 'node role ng · 1 pod' });
    expect(row.capabilities).not.toContain('hasRole');
    expect(row.capabilities).not.toContain('canVerify');
  });
  test('being read spins', () => {
    expect(accountRow(identity({ pending: true, status: 'unknown' }), cluster).mark).toBe('pending');
  });
  test('that is unknown always carries why', () => {
    const rows = accountRow(
      identity({
        status: 'unknown',
        trust: 'unknown',
        trustDetail: { why: 'iam:GetRole is forbidden', trace: [] },
        unknown: ['iam:GetRole is forbidden'],
      }),
      cluster,
    );
    const texts = [...below([rows])].map(({ description }) => description);
    expect(texts).toContain('iam:GetRole is forbidden');
    expect(texts).toContain('unknown · iam:GetRole is forbidden');
  });
  test('offers what can be done', () => {
    expect(accountRow(identity(), cluster).capabilities).toEqual([
      'hasName',
      'hasKubectl',
      'canExplain',
      'isLiveAccount',
      'hasRole',
      'hasPolicies',
      'canVerify',
      'hasTrustPolicy',
    ]);
    const plain = identity({ winner: 'node-role', mechanism: 'node-role' });
    expect(accountRow(plain, cluster).capabilities).not.toContain('canVerify');
    const pod = { name: 'p', phase: 'Running', compute: 'ec2', identity: { kind: 'none' }, stale: false } as const;
    const running = { ...plain, pods: { total: 1, stale: 0, known: true, list: [pod] } };
    expect(accountRow(running, cluster).capabilities).toContain('canVerify');
    expect(accountRow(identity(), { ...cluster, isInFiles: () => true }).capabilities).toContain('canCompare');
    expect(accountRow(identity(), { ...cluster, hasTrustPolicy: () => false }).capabilities).not.toContain(
      'hasTrustPolicy',
    );
  });
  test('says to a screen reader what icons say', () => {
    expect(accountRow(identity({ status: 'warning', summary: 'annotation ignored' }), cluster).accessibleLabel).toBe(
      'api, IRSA, warning, annotation ignored',
    );
    for (const row of below([accountRow(identity(), cluster)])) expect(accessibleLabel(row)).toMatch(/\S/);
  });
  test('has ids that are all different and the same each time', () => {
    const ids = () =>
      [...below([accountRow(identity({ unknown: ['a', 'b'], associationId: 'a-1' }), cluster)])].map(({ id }) => id);
    expect(new Set(ids()).size).toBe(ids().length);
    expect(ids()).toEqual(ids());
  });
});

describe('namespaces that could not be read', () => {
  const unread = (...names: string[]) =>
    names.map((namespace) => ({ namespace, why: `list serviceaccounts in ${namespace} forbidden` }));
  const labels = (given: Parameters<typeof snapshot>[0]) =>
    clusterRows(snapshot(given), cluster, new Filter('')).map(({ label, description }) => `${label}: ${description}`);

  test('stand there with the reason, but not beside rows that they have all the same', () => {
    const rows = labels({ serviceAccounts: [identity()], namespacesUnread: unread('payments', 'secret') });
    expect(rows).toContain('secret: service accounts unknown: list serviceaccounts in secret forbidden');
    expect(rows.filter((row) => row.startsWith('payments:'))).toHaveLength(1);
  });
  test('many stand under one row', () => {
    const rows = clusterRows(snapshot({ namespacesUnread: unread('a', 'b', 'c', 'd', 'e') }), cluster, new Filter(''));
    const all = rows.find(({ label }) => label === '5 namespaces could not be read');
    expect(all?.description).toBe('list serviceaccounts forbidden');
    expect(all?.children?.().map(({ label }) => label)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
  test('whose names are not known are told of, with what to do', () => {
    const given = { namespacesUnread: [{ namespace: '*', why: 'list namespaces forbidden' }] };
    const row = clusterRows(snapshot(given), cluster, new Filter('')).find(({ label }) => /^Other/.test(label));
    expect(row).toMatchObject({
      description: 'list namespaces forbidden',
      command: { arguments: ['podIam.namespaces'] },
    });
    expect(labels({ ...given, listed: false }).some((label) => label.startsWith('Other'))).toBe(false);
  });
});

describe('a cluster’s rows', () => {
  const accounts = [
    identity({ namespace: 'payments', name: 'api' }),
    identity({ namespace: 'payments', name: 'worker', status: 'error' }),
    identity({ namespace: 'reports', name: 'r', status: 'unknown' }),
  ];

  test('are attention, namespaces with their tallies, and the cluster', () => {
    const rows = clusterRows(snapshot({ serviceAccounts: accounts }), cluster, all);
    expect(rows.map(({ label, description }) => [label, description])).toEqual([
      ['1 needs attention', undefined],
      ['payments', '2 · 1 ✗'],
      ['reports', '1 · 1 ?'],
      ['Cluster', 'EKS'],
    ]);
  });
  test('narrowed by a filter are namespaces only, opened', () => {
    const rows = clusterRows(snapshot({ serviceAccounts: accounts }), cluster, new Filter('is:error'));
    expect(rows.map(({ label, expanded }) => [label, expanded])).toEqual([['payments', true]]);
    expect(rows[0]!.children!().map(({ label }) => label)).toEqual(['worker']);
  });
  test('show each failure as what it is', () => {
    const failures = [
      {
        what: 'iam:GetRole ledger',
        reason: 'forbidden' as const,
        message: 'not authorized',
        permission: 'iam:GetRole',
      },
    ];
    const [row] = clusterRows(snapshot({ failures }), cluster, all);
    expect(row).toMatchObject({ label: '1 thing could not be found out', description: 'forbidden', mark: 'unknown' });
    expect(row!.children!()).toMatchObject([{ label: 'iam:GetRole ledger', description: 'forbidden: not authorized' }]);
  });
  test('never show as fine what is not known', () => {
    const rows = [...below(clusterRows(snapshot(), cluster, all))];
    const unknown = rows.filter(({ description }) => description === 'was not asked for');
    expect(unknown.length).toBe(4);
    expect(unknown.every(({ mark }) => mark === 'unknown')).toBe(true);
  });
  test('say that the OIDC provider is missing, as an error where something needs it', () => {
    const oidcProvider = { known: true, value: { exists: false, clientIds: [] } } as const;
    const finding = { ruleId: 'live-oidc-provider-missing', severity: 'error', short: '', message: '' } as const;
    const rowOf = (given: Parameters<typeof snapshot>[0]) =>
      [...below(clusterRows(snapshot({ oidcProvider, ...given }), cluster, all))].find(
        ({ label }) => label === 'OIDC provider in IAM',
      );
    expect(rowOf({ findings: [finding] })).toMatchObject({ mark: 'error' });
    expect(rowOf({})).toMatchObject({ description: 'missing: IRSA cannot work', mark: 'none' });
  });
});

describe('words', () => {
  test('name a context as people do', () => {
    expect(contextLabel({ name: 'arn:aws:eks:eu-west-1:111122223333:cluster/orders-prod' })).toBe('orders-prod');
    expect(contextLabel({ name: 'kind-dev' })).toBe('kind-dev');
    const aws = { name: 'orders-prod', region: 'eu-west-1', profile: 'dev' };
    expect(contextLabel({ name: 'eks:eu-west-1/orders-prod@dev', aws })).toBe('orders-prod');
  });
  test('say whose eyes look', () => {
    expect(openContextDescription(snapshot(), NOW)).toBe('eu-west-1 · 111122223333 · assumed-role/engineer/me');
    expect(
      openContextDescription(
        snapshot({ callerAws: { known: false, why: 'no credentials', reason: 'unauthenticated' } }),
        NOW,
      ),
    ).toContain('AWS identity unknown');
  });
  test('say what a person can do where Kubernetes tells nothing', () => {
    const closed = (reason: 'unauthenticated' | 'unreachable' | 'forbidden') => {
      const given = snapshot({ listed: false, callerKubernetes: { known: false, why: 'no', reason } });
      const row = clusterRows(given, cluster, all).find(({ id }) => id.endsWith('#notListed'));
      return { context: openContextDescription(given, NOW), row };
    };
    const signedOut = closed('unauthenticated');
    expect(signedOut.context).toMatch(/^not signed in to Kubernetes · eu-west-1/);
    expect(signedOut.row).toMatchObject({
      label: 'Not signed in to Kubernetes',
      description: 'only service accounts that associations name are shown',
    });
    expect(signedOut.row?.tooltip).toContain('aws eks update-kubeconfig --name orders-prod --region eu-west-1');
    const away = closed('unreachable');
    expect(away.context).toMatch(/^Kubernetes does not answer · eu-west-1/);
    expect(away.row?.tooltip).toContain('VPN');
    const forbidden = closed('forbidden');
    expect(forbidden.context).toMatch(/^eu-west-1/);
    expect(forbidden.row?.tooltip).toContain('list serviceaccounts');
  });
  test('say of a failure what people say', () => {
    const failures = [{ what: 'list pods', reason: 'unauthenticated', message: 'Unauthorized' }] as const;
    const rows = [...below(clusterRows(snapshot({ failures }), cluster, all))];
    expect(rows.map(({ description }) => description)).toEqual(
      expect.arrayContaining(['not signed in', 'not signed in: Unauthorized']),
    );
  });
  test('count', () => {
    expect(tally(['ok', 'ok'])).toBe('2');
    expect(tally(['ok', 'error', 'warning', 'unknown'])).toBe('4 · 1 ✗ 1 ⚠ 1 ?');
    expect(spokenTally(['error'])).toBe('1 service account, 1 with errors');
  });
  test('tell the caller identity', () => {
    const expected = 'arn:aws:iam::111122223333:role/reports';
    const actual = 'arn:aws:sts::111122223333:assumed-role/reports/s';
    expect(callerWords({ expected, how: 'not-verified' })).toBe('expected reports · not verified');
    expect(callerWords({ expected, actual, how: 'web-identity', verdict: 'as-expected' })).toBe(
      'expected reports · got assumed-role/reports/… ✓',
    );
    expect(callerWords({ expected, how: 'web-identity', verdict: 'refused', message: 'AccessDenied' })).toBe(
      'expected reports · refused: AccessDenied',
    );
  });
  test('tell how long ago', () => {
    expect(ago(NOW - 5_000, NOW)).toBe('just now');
    expect(ago(NOW - 12 * 60_000, NOW)).toBe('12 min ago');
    expect(ago(NOW - 3 * 86_400_000, NOW)).toBe('3 days ago');
    expect(ago(NOW + 60_000, NOW)).toBe('just now');
  });
});

describe('a row that the files differ from', () => {
  test('says how, first', () => {
    const drift = (_namespace: string, name: string) =>
      name === 'api' ? 'annotation is not in the cluster' : undefined;
    expect(accountRow(identity(), { ...cluster, drift }).description).toMatch(/^≠ annotation is not in the cluster · /);
    expect(accountRow(identity({ name: 'other' }), { ...cluster, drift }).description).not.toContain('≠');
  });
});

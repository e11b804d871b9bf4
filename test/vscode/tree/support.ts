import type { ClusterSnapshot, ServiceAccountIdentity } from '../../../src/live/types.js';
import type { ClusterOfRow } from '../../../src/vscode/tree/accountRows.js';
import type { Row } from '../../../src/vscode/tree/row.js';

export const NOW = Date.UTC(2026, 0, 10, 12);

export function identity(given: Partial<ServiceAccountIdentity> = {}): ServiceAccountIdentity {
  return {
    namespace: 'payments',
    name: 'api',
    mechanism: 'irsa',
    winner: 'irsa',
    reason: 'Its annotation names the role, and there is no association.',
    roleArn: 'arn:aws:iam::111122223333:role/app/payments-api',
    annotation: 'arn:aws:iam::111122223333:role/app/payments-api',
    audience: 'sts.amazonaws.com',
    trust: 'allowed',
    trustDetail: { statement: 0, trace: [] },
    status: 'ok',
    identity: 'IRSA → payments-api',
    summary: '2 pods',
    callerIdentity: { expected: 'arn:aws:iam::111122223333:role/app/payments-api', how: 'not-verified' },
    pods: { total: 2, stale: 0, known: true, list: [] },
    findings: [],
    unknown: [],
    pending: false,
    ...given,
  };
}

const notAsked = { known: false, why: 'was not asked for', reason: 'not-asked' } as const;

export function snapshot(given: Partial<ClusterSnapshot> = {}): ClusterSnapshot {
  return {
    context: 'prod',
    name: 'orders-prod',
    region: 'eu-west-1',
    account: '111122223333',
    kind: 'eks',
    readAt: NOW,
    awsReadAt: NOW,
    complete: true,
    callerAws: { known: true, value: 'arn:aws:sts::111122223333:assumed-role/engineer/me' },
    callerKubernetes: notAsked,
    oidcProvider: { known: true, value: { exists: true, clientIds: ['sts.amazonaws.com'] } },
    agent: notAsked,
    nodeGroups: notAsked,
    fargateProfiles: notAsked,
    listed: true,
    namespacesUnread: [],
    serviceAccounts: [],
    findings: [],
    failures: [],
    ...given,
  };
}

export const cluster: ClusterOfRow = {
  context: 'prod',
  clusterName: 'orders-prod',
  region: 'eu-west-1',
  hasTrustPolicy: () => true,
  isInFiles: () => false,
  now: NOW,
};

/** Every row below, the row itself too. */
export function* below(rows: readonly Row[]): Generator<Row> {
  for (const row of rows) {
    yield row;
    yield* below(row.children?.() ?? []);
  }
}

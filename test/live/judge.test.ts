import { describe, expect, it } from 'vitest';
import type { EksCluster } from '../../src/live/aws/cluster.js';
import type { LiveRole } from '../../src/live/aws/roles.js';
import { chainOf } from '../../src/live/chain.js';
import { judge } from '../../src/live/judge/judge.js';
import { type PodRecord, podRecord, type ServiceAccountRecord } from '../../src/live/kubernetes/records.js';
import { readPolicyOf } from '../../src/live/liveRules.js';
import { addPod, type ClusterState, emptyState } from '../../src/live/state.js';
import type { Known, ServiceAccountIdentity } from '../../src/live/types.js';

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/api`;
const TOKEN = '/var/run/secrets/eks.amazonaws.com/serviceaccount/token';
const IRSA_ENV = [
  { name: 'AWS_ROLE_ARN', value: ROLE },
  { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: TOKEN },
];
const POD_IDENTITY_ENV = [
  { name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: 'http://169.254.170.23/v1/credentials' },
];

const EKS: EksCluster = {
  name: 'shop',
  arn: `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/shop`,
  region: 'eu-west-1',
  account: ACCOUNT,
  partition: 'aws',
  issuer: ISSUER,
  autoMode: false,
};

const yes = <T>(value: T): Known<T> => ({ known: true, value });
const no = (why = 'forbidden'): Known<never> => ({ known: false, why, reason: 'forbidden' });

/** A cluster where everything is known and the role trusts shop/api by both mechanisms. */
function cluster(change: Partial<ClusterState> = {}): ClusterState {
  const state = emptyState('test', 'shop');
  const role: LiveRole = {
    arn: ROLE,
    name: 'api',
    trustPolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              [`${ISSUER}:sub`]: 'system:serviceaccount:shop:api',
              [`${ISSUER}:aud`]: 'sts.amazonaws.com',
            },
          },
        },
        {
          Effect: 'Allow',
          Principal: { Service: 'pods.eks.amazonaws.com' },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
          Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
        },
      ],
    }),
  };
  return Object.assign(state, {
    account: ACCOUNT,
    callerAccount: ACCOUNT,
    clusterArn: `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/shop`,
    eks: yes(EKS),
    issuer: yes(ISSUER),
    oidcProvider: yes({ exists: true, arn: 'provider', clientIds: ['sts.amazonaws.com'] }),
    agent: yes({ kind: 'add-on', healthy: true, issues: [] }),
    nodeGroups: yes([{ name: 'ng', nodeRole: `arn:aws:iam::${ACCOUNT}:role/node` }]),
    nodes: new Map([
      ['n1', { name: 'n1', nodeGroup: 'ng', compute: 'ec2', autoMode: false, windows: false }],
      ['w1', { name: 'w1', nodeGroup: 'ng', compute: 'ec2', autoMode: false, windows: true }],
      ['a1', { name: 'a1', nodeGroup: undefined, compute: 'ec2', autoMode: true, windows: false }],
      ['h1', { name: 'h1', nodeGroup: undefined, compute: 'hybrid', autoMode: false, windows: false }],
    ]),
    nodesKnown: yes(true),
    podsUnknown: new Map(),
    accountsUnknown: new Map(),
    associationsKnown: yes(true),
    roles: new Map([[ROLE, yes({ kind: 'found', read: readPolicyOf(role) })]]),
    ...change,
  });
}

const annotated: ServiceAccountRecord = {
  namespace: 'shop',
  name: 'api',
  uid: '1',
  annotations: { 'eks.amazonaws.com/role-arn': ROLE },
};
const plain: ServiceAccountRecord = { ...annotated, annotations: {} };
const association = new Map([
  ['shop/api', { id: 'a-1', described: true, roleArn: ROLE, createdAt: Date.UTC(2026, 0, 2) }],
]);

function pod(
  env: readonly object[],
  more: { node?: string; labels?: object; annotations?: object; spec?: object; status?: object; name?: string } = {},
): PodRecord {
  return podRecord({
    metadata: {
      namespace: 'shop',
      name: more.name ?? 'api-1',
      uid: 'u',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: more.labels,
      annotations: more.annotations,
    },
    spec: { serviceAccountName: 'api', nodeName: more.node ?? 'n1', containers: [{ name: 'main', env }], ...more.spec },
    status: { phase: 'Running', ...more.status },
  })!;
}

function row(
  account: ServiceAccountRecord,
  pods: readonly PodRecord[],
  change: Partial<ClusterState> = {},
): ServiceAccountIdentity {
  const state = cluster(change);
  state.serviceAccounts.set('shop/api', account);
  for (const one of pods) addPod(state, one);
  return judge(state, account).row;
}

const ids = ({ findings }: ServiceAccountIdentity) =>
  findings.filter(({ severity }) => severity !== 'hint').map(({ ruleId }) => ruleId);

describe('judging a service account', () => {
  it('IRSA and Pod Identity as they should be', () => {
    expect(row(annotated, [pod(IRSA_ENV)])).toMatchObject({
      mechanism: 'irsa',
      trust: 'allowed',
      status: 'ok',
      summary: '1 pod',
      identity: 'IRSA → api',
      pods: { total: 1, stale: 0 },
    });
    expect(row(plain, [pod(POD_IDENTITY_ENV)], { associations: association })).toMatchObject({
      mechanism: 'pod-identity',
      trust: 'allowed',
      status: 'ok',
      associationId: 'a-1',
      callerIdentity: { expected: ROLE, how: 'not-verified' },
    });
  });

  it.each<[string, ServiceAccountRecord, Partial<ClusterState>]>([
    ['associations', annotated, { associationsKnown: no() }],
    ['the issuer', annotated, { issuer: no() }],
    ['the OIDC provider', annotated, { oidcProvider: no() }],
    ['the role', annotated, { roles: new Map([[ROLE, no()]]) }],
    ['pods', annotated, { podsUnknown: new Map([['*', no()]]) }],
    ['the agent', plain, { associations: association, agent: no() }],
    [
      'the association’s role',
      plain,
      {
        associations: new Map([['shop/api', { id: 'a-1', described: false }]]),
        associationUnknown: new Map([['a-1', no()]]),
      },
    ],
    ["the cluster's ARN", plain, { associations: association, clusterArn: undefined }],
  ])('is unknown, never fine, without %s', (_, account, change) => {
    const judged = row(account, [], change);
    expect(judged.status).toBe('unknown');
    expect(judged.unknown.length).toBeGreaterThan(0);
  });

  it('an error that is known outweighs what is not', () => {
    expect(
      row(annotated, [], { oidcProvider: yes({ exists: false, clientIds: [] }), associationsKnown: no() }),
    ).toMatchObject({ status: 'error' });
  });

  it.each<[string, ServiceAccountRecord, readonly PodRecord[], Partial<ClusterState>, string]>([
    [
      'no provider in IAM',
      annotated,
      [],
      { oidcProvider: yes({ exists: false, clientIds: [] }) },
      'live-oidc-provider-missing',
    ],
    [
      'audience not registered',
      annotated,
      [],
      { oidcProvider: yes({ exists: true, clientIds: ['other'] }) },
      'live-audience-not-registered',
    ],
    ['no role', annotated, [], { roles: new Map([[ROLE, yes({ kind: 'missing' })]]) }, 'live-role-not-found'],
    [
      'no agent',
      plain,
      [],
      { associations: association, agent: yes({ kind: 'missing', healthy: false, issues: [] }) },
      'live-agent-missing',
    ],
    [
      'degraded agent',
      plain,
      [],
      { associations: association, agent: yes({ kind: 'add-on', healthy: false, status: 'DEGRADED', issues: [] }) },
      'live-agent-degraded',
    ],
    ['both', annotated, [pod(POD_IDENTITY_ENV)], { associations: association }, 'sa-mixed-mechanisms'],
    [
      'Windows',
      plain,
      [pod(POD_IDENTITY_ENV, { node: 'w1' })],
      { associations: association },
      'workload-unsupported-compute',
    ],
    [
      'Fargate',
      plain,
      [pod(POD_IDENTITY_ENV, { labels: { 'eks.amazonaws.com/fargate-profile': 'f' } })],
      { associations: association },
      'workload-unsupported-compute',
    ],
    [
      'keys beside a role',
      annotated,
      [pod([...IRSA_ENV, { name: 'AWS_ACCESS_KEY_ID', value: 'x' }])],
      {},
      'workload-static-credentials',
    ],
    ['preset', annotated, [pod([{ name: 'AWS_ROLE_ARN', value: ROLE }])], {}, 'workload-preset-identity-env'],
    [
      'skip label',
      annotated,
      [pod([], { labels: { 'eks.amazonaws.com/skip-pod-identity-webhook': 'true' } })],
      {},
      'live-webhook-skipped',
    ],
    [
      'every container skipped',
      annotated,
      [pod([], { annotations: { 'eks.amazonaws.com/skip-containers': 'main' } })],
      {},
      'live-webhook-skipped',
    ],
    [
      'annotation on pods',
      plain,
      [pod([], { annotations: { 'eks.amazonaws.com/role-arn': ROLE } })],
      {},
      'sa-misplaced-annotation',
    ],
  ])('%s is found, alone', (_, account, pods, change, ruleId) => {
    expect(ids(row(account, pods, change))).toEqual([ruleId]);
  });

  it.each<[string, readonly object[], ServiceAccountRecord, Partial<ClusterState>, number]>([
    ['no environment under IRSA', [], annotated, {}, 1],
    ['another role under IRSA', [{ name: 'AWS_ROLE_ARN', value: `${ROLE}-old` }, IRSA_ENV[1]!], annotated, {}, 1],
    ['IRSA under Pod Identity', IRSA_ENV, plain, { associations: association }, 1],
    ['nothing under Pod Identity', [], plain, { associations: association }, 1],
    ['IRSA and no annotation any more', IRSA_ENV, plain, {}, 1],
    ['Pod Identity and no association any more', POD_IDENTITY_ENV, plain, {}, 1],
    ['Pod Identity, associations unknown', POD_IDENTITY_ENV, plain, { associationsKnown: no() }, 0],
    ['nothing and nothing', [], plain, {}, 0],
  ])('stale: %s', (_, env, account, change, stale) => {
    expect(row(account, [pod(env)], change).pods.stale).toBe(stale);
  });

  describe('a target role', () => {
    const TARGET = `arn:aws:iam::${ACCOUNT}:role/target`;
    const chain = (statement: object, more: object = {}) => {
      const trustPolicy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: ROLE }, Action: ['sts:AssumeRole', 'sts:TagSession'], ...statement },
        ],
      });
      const state = cluster();
      state.roles.set(TARGET, yes({ kind: 'found', read: readPolicyOf({ arn: TARGET, name: 'target', trustPolicy }) }));
      const first = association.get('shop/api')!;
      const associations = new Map([['shop/api', { ...first, targetRoleArn: TARGET, externalId: 'e', ...more }]]);
      return row(plain, [], { associations, roles: state.roles });
    };

    it.each<[string, object, object, object]>([
      ['that names the role', {}, {}, { status: 'ok', callerIdentity: { expected: TARGET } }],
      [
        'scoped by a tag',
        { Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'shop' } } },
        {},
        { status: 'ok' },
      ],
      [
        'scoped by the external id, tags off',
        { Action: 'sts:AssumeRole', Condition: { StringEquals: { 'sts:ExternalId': 'e' } } },
        { disableSessionTags: true },
        { status: 'ok' },
      ],
      [
        'that trusts the whole account',
        { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } },
        {},
        { status: 'unknown' },
      ],
      ['that trusts another role', { Principal: { AWS: `${ROLE}-2` } }, {}, { status: 'error', trust: 'allowed' }],
      ['without sts:TagSession', { Action: 'sts:AssumeRole' }, {}, { status: 'error' }],
      ['of another external id', { Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }, {}, { status: 'error' }],
    ])('%s', (_, statement, more, wanted) => {
      expect(chain(statement, more)).toMatchObject(wanted);
    });

    it('that denies leaves nothing to expect', () => {
      const judged = chain({ Principal: { AWS: `${ROLE}-2` } });
      expect(ids(judged)).toEqual(['association-trust-denied']);
      expect(judged.callerIdentity.expected).toBeUndefined();
    });
  });

  it('looks for the provider in the account of the role, and explains it so', () => {
    const elsewhere = ROLE.replace(ACCOUNT, '444455556666');
    const provider = `arn:aws:iam::444455556666:oidc-provider/${ISSUER}`;
    const state = cluster({ oidcProvider: yes({ exists: false, clientIds: [] }) });
    const read = readPolicyOf({
      arn: elsewhere,
      name: 'api',
      trustPolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Federated: provider },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: {
              StringEquals: {
                [`${ISSUER}:sub`]: 'system:serviceaccount:shop:api',
                [`${ISSUER}:aud`]: 'sts.amazonaws.com',
              },
            },
          },
        ],
      }),
    });
    state.roles.set(elsewhere, yes({ kind: 'found', read }));
    const account = { ...annotated, annotations: { 'eks.amazonaws.com/role-arn': elsewhere } };
    const judgement = judge(state, account);
    expect(judgement.row).toMatchObject({
      trust: 'allowed',
      status: 'unknown',
      findings: [],
      unknown: ['the OIDC provider in IAM: it would be in account 444455556666'],
    });
    expect(chainOf(state, judgement).links).toContainEqual({
      label: 'provider',
      text: 'unknown: it would be in account 444455556666',
      mark: 'maybe',
    });
  });

  it('does not count pods that have ended, nor as stale what the webhook would leave alone', () => {
    expect(
      row(annotated, [pod([], { status: { phase: 'Succeeded' } }), pod(IRSA_ENV, { name: 'api-2' })]).pods,
    ).toMatchObject({ total: 1, stale: 0 });
    expect(row(annotated, [pod([], { annotations: { 'eks.amazonaws.com/skip-containers': 'main' } })]).pods.stale).toBe(
      0,
    );
  });

  describe('pods that take all variables of a Secret', () => {
    const drawing = pod(IRSA_ENV, {
      spec: { containers: [{ name: 'main', env: IRSA_ENV, envFrom: [{ secretRef: { name: 'aws' } }] }] },
    });
    const prefixed = (prefix: string) =>
      pod([], {
        spec: { containers: [{ name: 'main', envFrom: [{ prefix, configMapRef: { name: 'aws' } }] }] },
      });

    it('have static keys where it holds some', () => {
      const keyed = { sources: new Map([['Secret shop/aws', yes(['AWS_ACCESS_KEY_ID'])]]) };
      expect(ids(row(annotated, [drawing], keyed))).toEqual(['workload-static-credentials']);
      const found = row(plain, [prefixed('AWS_')], {
        sources: new Map([['ConfigMap shop/aws', yes(['SECRET_ACCESS_KEY'])]]),
      });
      expect(found).toMatchObject({ mechanism: 'static-credentials', status: 'error' });
      expect(found.findings[0]?.message).toContain('AWS_SECRET_ACCESS_KEY');
      expect(found.pods.list[0]?.identity).toEqual({ kind: 'static-credentials' });
    });

    it('have none where it holds none, or where no key of it could become one', () => {
      expect(row(annotated, [drawing], { sources: new Map([['Secret shop/aws', yes([])]]) }).status).toBe('ok');
      const other = { sources: new Map([['ConfigMap shop/aws', yes(['AWS_ACCESS_KEY_ID'])]]) };
      expect(row(plain, [prefixed('BACKUP_')], other)).toMatchObject({ mechanism: 'node-role', status: 'ok' });
      expect(row(plain, [prefixed('BACKUP_')]).status).toBe('ok');
    });

    it('are unknown where it could not be read, and pending where it has not been', () => {
      const refused = row(annotated, [drawing], {
        sources: new Map([['Secret shop/aws', no('get secrets forbidden')]]),
      });
      expect(refused).toMatchObject({ mechanism: 'irsa', status: 'unknown', pending: false });
      expect(refused.unknown).toEqual(["the Secret 'aws', which its pods take variables from: get secrets forbidden"]);
      expect(row(annotated, [drawing])).toMatchObject({ status: 'unknown', pending: true });
    });
  });

  it('nodes that could not be listed leave open whether Pod Identity works there, and what role they have', () => {
    const hidden = { nodes: new Map(), nodesKnown: no('list nodes forbidden') };
    expect(row(plain, [pod(POD_IDENTITY_ENV)], { associations: association, ...hidden })).toMatchObject({
      trust: 'allowed',
      status: 'unknown',
      unknown: ["its pods' nodes, which may have no Pod Identity: list nodes forbidden"],
    });
    expect(row(plain, [pod([])], hidden)).toMatchObject({ mechanism: 'node-role', status: 'unknown' });
    expect(row(annotated, [pod(IRSA_ENV)], hidden).status).toBe('ok');
  });

  it.each<[string, readonly PodRecord[], object]>([
    [
      'an ordinary node',
      [pod([])],
      { mechanism: 'node-role', roleArn: `arn:aws:iam::${ACCOUNT}:role/node`, status: 'ok' },
    ],
    ['Auto Mode', [pod([], { node: 'a1' })], { mechanism: 'none', status: 'ok' }],
    ['a hybrid node', [pod([], { node: 'h1' })], { mechanism: 'none', status: 'ok' }],
    [
      'Fargate',
      [pod([], { labels: { 'eks.amazonaws.com/fargate-profile': 'f' } })],
      { mechanism: 'none', status: 'ok' },
    ],
    ['a node nobody knows', [pod([], { node: 'gone' })], { mechanism: 'node-role', status: 'unknown' }],
    ['no pods', [], { mechanism: 'none', status: 'ok' }],
  ])('without an identity of its own, on %s', (_, pods, wanted) => {
    expect(row(plain, pods)).toMatchObject({ ...wanted, trust: 'not-checked' });
  });

  it('a hop limit of 1 with required tokens keeps the node role from pods, but not from the host network', () => {
    const nodeGroups = yes([{ name: 'ng', nodeRole: 'arn', imds: { tokens: 'required' as const, hopLimit: 1 } }]);
    expect(row(plain, [pod([])], { nodeGroups }).mechanism).toBe('none');
    expect(row(plain, [pod([], { spec: { hostNetwork: true } })], { nodeGroups }).mechanism).toBe('node-role');
  });
});

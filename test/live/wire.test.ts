import { describe, expect, it } from 'vitest';
import type { ServiceAccountIdentity } from '../../src/live/types.js';
import { rowOf } from './support.js';
import { ACCOUNT, CLUSTER_ARN, ISSUER, readWire, type Wire } from './wireFake.js';

const ROLE = `arn:aws:iam::${ACCOUNT}:role/api`;
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`;
const IRSA_ENV = [
  { name: 'AWS_ROLE_ARN', value: ROLE },
  { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token' },
];
const AGENT_ENV = [{ name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: 'http://169.254.170.23/v1/credentials' }];

const cluster = {
  name: 'shop',
  arn: CLUSTER_ARN,
  status: 'ACTIVE',
  version: '1.33',
  identity: { oidc: { issuer: `https://${ISSUER}` } },
};

function irsaTrust(account = ACCOUNT, issuer = ISSUER): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [`${issuer}:sub`]: 'system:serviceaccount:shop:api', [`${issuer}:aud`]: 'sts.amazonaws.com' },
        },
      },
    ],
  };
}

const podIdentityTrust = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT, 'aws:RequestTag/kubernetes-namespace': 'shop' } },
    },
  ],
};

const account = (annotations?: object) => ({ metadata: { namespace: 'shop', name: 'api', uid: '1', annotations } });
const annotated = account({ 'eks.amazonaws.com/role-arn': ROLE });

function pod(env: readonly object[], more: { metadata?: object; spec?: object; status?: object } = {}): object {
  return {
    metadata: {
      namespace: 'shop',
      name: 'api-1',
      uid: 'u',
      creationTimestamp: '2026-01-02T00:00:00Z',
      ...more.metadata,
    },
    spec: { serviceAccountName: 'api', nodeName: 'n1', containers: [{ name: 'main', env }], ...more.spec },
    status: { phase: 'Running', ...more.status },
  };
}

function node(name = 'n1', labels: object = { 'eks.amazonaws.com/nodegroup': 'ng' }): object {
  return {
    metadata: { name, labels: { 'kubernetes.io/os': 'linux', ...labels } },
    spec: { providerID: `aws:///eu-west-1a/i-${name}` },
  };
}

const nodeGroup = { nodegroupName: 'ng', status: 'ACTIVE', nodeRole: `arn:aws:iam::${ACCOUNT}:role/node` };
const agent = { addonName: 'eks-pod-identity-agent', status: 'ACTIVE', addonVersion: 'v1.3.10-eksbuild.2' };
const association = {
  clusterName: 'shop',
  namespace: 'shop',
  serviceAccount: 'api',
  associationId: 'a-1',
  roleArn: ROLE,
};

/** shop/api by IRSA, everything right. */
const irsa: Wire = {
  cluster,
  nodeGroups: [nodeGroup],
  nodes: [node()],
  roles: { [ROLE]: irsaTrust() },
  providers: { [PROVIDER]: ['sts.amazonaws.com'] },
  serviceAccounts: [annotated],
  pods: [pod(IRSA_ENV)],
};
/** shop/api by Pod Identity, everything right. */
const podIdentity: Wire = {
  ...irsa,
  addon: agent,
  associations: [association],
  roles: { [ROLE]: podIdentityTrust },
  providers: {},
  serviceAccounts: [account()],
  pods: [pod(AGENT_ENV)],
};

async function api(wire: Wire): Promise<ServiceAccountIdentity> {
  return rowOf(await readWire(wire), 'shop/api');
}

const FORBIDDEN = { status: 403, code: 'AccessDenied' };
const OTHER = '444455556666';
const OTHER_ROLE = `arn:aws:iam::${OTHER}:role/api`;
const OTHER_ISSUER = ISSUER.replace('0123', 'FFFF');
const TARGET = `arn:aws:iam::${ACCOUNT}:role/target`;
const AUTO = { 'eks.amazonaws.com/compute-type': 'auto' };
const HYBRID = { 'eks.amazonaws.com/compute-type': 'hybrid' };
const READY = { status: { desiredNumberScheduled: 1, numberReady: 1 } };
const autoMode = { ...cluster, computeConfig: { enabled: true } };
const podIdentityWithoutTags = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'pods.eks.amazonaws.com' }, Action: ['sts:AssumeRole', 'sts:TagSession'] },
  ],
};

/** What a row says, in short. */
interface Wanted {
  readonly mechanism?: string;
  readonly trust?: string;
  readonly status: string;
  /** Beside hints. */
  readonly rules?: readonly string[];
  /** How each of what is unknown begins. */
  readonly unknown?: readonly string[];
  readonly pods?: object;
  /** Undefined where its pods get none. */
  readonly expected?: string | undefined;
}

function expectRow(row: ServiceAccountIdentity, wanted: Wanted): void {
  const { rules = [], unknown = [], expected, ...plain } = wanted;
  expect(row).toMatchObject(plain);
  expect(row.findings.filter(({ severity }) => severity !== 'hint').map(({ ruleId }) => ruleId)).toEqual(rules);
  expect(row.unknown.map((why, index) => why.slice(0, unknown[index]?.length))).toEqual(unknown);
  if ('expected' in wanted) expect(row.callerIdentity.expected).toBe(expected);
}

describe('shop/api', () => {
  it.each<[string, Wire, Wanted]>([
    ['by IRSA', irsa, { mechanism: 'irsa', trust: 'allowed', status: 'ok', expected: ROLE }],
    ['by Pod Identity', podIdentity, { mechanism: 'pod-identity', trust: 'allowed', status: 'ok', expected: ROLE }],
    [
      'by IRSA without the API token, which is another one',
      {
        ...irsa,
        serviceAccounts: [{ ...annotated, automountServiceAccountToken: false }],
        pods: [pod(IRSA_ENV, { spec: { automountServiceAccountToken: false } })],
      },
      { status: 'ok' },
    ],
    [
      "by Pod Identity on the host's network",
      { ...podIdentity, pods: [pod(AGENT_ENV, { spec: { hostNetwork: true } })] },
      { status: 'ok' },
    ],
    [
      'by IRSA on Windows',
      { ...irsa, nodes: [node('n1', { 'kubernetes.io/os': 'windows', 'eks.amazonaws.com/nodegroup': 'ng' })] },
      { status: 'ok' },
    ],
    [
      'with pods from before the annotation',
      { ...irsa, pods: [pod([])] },
      { status: 'warning', rules: ['live-stale-pods'], pods: { total: 1, stale: 1 } },
    ],
    [
      'with old pods that are going or have ended',
      {
        ...irsa,
        pods: [
          pod(IRSA_ENV),
          pod([], { metadata: { name: 'api-0', deletionTimestamp: '2026-01-03T00:00:00Z' } }),
          pod([], { metadata: { name: 'job' }, status: { phase: 'Succeeded' } }),
        ],
      },
      { status: 'ok', pods: { total: 1, stale: 0 } },
    ],
    [
      'without a provider in IAM',
      { ...irsa, providers: {} },
      { trust: 'allowed', status: 'error', rules: ['live-oidc-provider-missing'], expected: undefined },
    ],
    [
      'with a provider for another audience',
      { ...irsa, providers: { [PROVIDER]: ['other'] } },
      { trust: 'allowed', status: 'error', rules: ['live-audience-not-registered'], expected: undefined },
    ],
    [
      'with a session policy',
      {
        ...podIdentity,
        roles: { [ROLE]: podIdentityWithoutTags },
        associations: [{ ...association, disableSessionTags: true, policy: '{}' }],
      },
      { trust: 'allowed', status: 'ok' },
    ],
    [
      'with session tags off, and a policy that needs them',
      { ...podIdentity, associations: [{ ...association, disableSessionTags: true }] },
      { trust: 'denied', status: 'error', rules: ['association-invalid'], expected: undefined },
    ],
    [
      'with a target role in another account',
      { ...podIdentity, associations: [{ ...association, targetRoleArn: OTHER_ROLE, externalId: 'e' }] },
      { trust: 'allowed', status: 'unknown', unknown: ['target role api: it is in account 444455556666'] },
    ],
    [
      'with a target role that asks for the external id',
      {
        ...podIdentity,
        roles: {
          [ROLE]: podIdentityWithoutTags,
          [TARGET]: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { AWS: ROLE },
                Action: 'sts:AssumeRole',
                Condition: { StringEquals: { 'sts:ExternalId': `eu-west-1/${ACCOUNT}/shop/shop/api` } },
              },
              { Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'sts:TagSession' },
            ],
          },
        },
        associations: [
          {
            ...association,
            disableSessionTags: true,
            targetRoleArn: TARGET,
            externalId: `eu-west-1/${ACCOUNT}/shop/shop/api`,
          },
        ],
      },
      { status: 'ok', expected: TARGET },
    ],
    [
      'with web identity set by hand, which SDKs take first',
      {
        ...podIdentity,
        pods: [
          pod([
            { name: 'AWS_ROLE_ARN', value: ROLE },
            { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: '/mine' },
            ...AGENT_ENV,
          ]),
        ],
      },
      { status: 'error', rules: ['workload-preset-identity-env'], pods: { stale: 0 } },
    ],
    [
      "with the agent's token file set by hand, so that the webhook sets nothing",
      { ...podIdentity, pods: [pod([{ name: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', value: '/mine' }])] },
      { status: 'error', rules: ['workload-preset-identity-env'], pods: { stale: 0 } },
    ],
  ])('%s', async (_, wire, wanted) => {
    expectRow(await api(wire), wanted);
  });
});

it('does not know of a node that went or came between two lists whether it has Pod Identity', async () => {
  const other = [pod(AGENT_ENV, { spec: { nodeName: 'n2' } })];
  const unknown = ["its pods' nodes, which may have no Pod Identity: nothing is known of 'n2'"];
  expectRow(await api({ ...podIdentity, pods: other }), { trust: 'allowed', status: 'unknown', unknown });
  expectRow(await api({ ...irsa, pods: [pod(IRSA_ENV, { spec: { nodeName: 'n2' } })] }), { status: 'ok' });
});

describe('the agent', () => {
  const withoutAgent = { ...podIdentity, addon: undefined };

  it.each<[string, Wire, Wanted]>([
    ['is not installed', withoutAgent, { status: 'error', rules: ['live-agent-missing'] }],
    [
      'is built into nodes of Auto Mode, also where the cluster could not be described',
      { ...withoutAgent, nodes: [node('n1', AUTO)], refuse: { DescribeCluster: FORBIDDEN } },
      { status: 'ok' },
    ],
    [
      'is missing on an ordinary node of an Auto Mode cluster',
      { ...withoutAgent, cluster: autoMode },
      { status: 'error', rules: ['live-agent-missing'] },
    ],
    ['is there for pods to come in Auto Mode', { ...withoutAgent, cluster: autoMode, pods: [] }, { status: 'ok' }],
    [
      'is unknown for pods to come where Auto Mode is unknown',
      { ...withoutAgent, pods: [], refuse: { DescribeCluster: FORBIDDEN } },
      { status: 'unknown', unknown: ['the Pod Identity agent: eks:DescribeCluster forbidden'] },
    ],
    [
      'does not run on hybrid nodes',
      { ...podIdentity, nodes: [node('n1', HYBRID)] },
      { status: 'error', rules: ['live-agent-missing'] },
    ],
    [
      'runs on hybrid nodes',
      { ...podIdentity, nodes: [node('n1', HYBRID)], daemonSets: { 'eks-pod-identity-agent-hybrid': READY } },
      { status: 'ok' },
    ],
    [
      'runs on hybrid nodes of Bottlerocket',
      {
        ...podIdentity,
        nodes: [node('n1', HYBRID)],
        daemonSets: { 'eks-pod-identity-agent-hybrid-bottlerocket': READY },
      },
      { status: 'ok' },
    ],
    [
      'may run on hybrid nodes',
      {
        ...podIdentity,
        nodes: [node('n1', HYBRID)],
        refuse: { 'eks-pod-identity-agent-hybrid': { status: 403, code: 'Forbidden' } },
      },
      { status: 'unknown', unknown: ['the Pod Identity agent of hybrid nodes: '] },
    ],
  ])('%s', async (_, wire, wanted) => {
    expectRow(await api(wire), wanted);
  });

  it('of an Auto Mode cluster is shown as built in, and one that is installed beside it as such', async () => {
    const shown = async (wire: Wire) => (await readWire(wire)).agent;
    expect(await shown({ ...withoutAgent, cluster: autoMode })).toMatchObject({ value: { kind: 'auto-mode' } });
    expect(await shown({ ...podIdentity, cluster: autoMode })).toMatchObject({ value: { kind: 'add-on' } });
  });
});

describe('whose role it is', () => {
  const nobody = { GetCallerIdentity: { status: 500, code: 'InternalFailure' }, DescribeCluster: FORBIDDEN };

  it.each<[string, Wire, Wanted]>([
    [
      'is not known where the caller is not: another account has one of that name',
      { ...irsa, refuse: nobody, roles: { [OTHER_ROLE]: irsaTrust() } },
      { trust: 'unknown', status: 'unknown', unknown: ['role api: it is in account 111122223333'] },
    ],
    [
      'is not known where the caller is not: there is none of that name',
      { ...irsa, refuse: nobody, roles: {} },
      { trust: 'unknown', status: 'unknown', unknown: ['role api: which account you are signed in to is not known'] },
    ],
    ['is seen by its ARN', { ...irsa, refuse: nobody }, { trust: 'allowed', status: 'ok' }],
    [
      'is seen by the cluster that the caller may describe',
      { ...irsa, refuse: { GetCallerIdentity: nobody.GetCallerIdentity }, roles: {} },
      { trust: 'not-checked', status: 'error', rules: ['live-role-not-found'] },
    ],
  ])('%s', async (_, wire, wanted) => {
    expectRow(await api(wire), wanted);
  });

  it("of another account needs that account's provider, and not this one's", async () => {
    const env = [{ name: 'AWS_ROLE_ARN', value: OTHER_ROLE }, IRSA_ENV[1]!];
    const snapshot = await readWire({
      ...irsa,
      serviceAccounts: [account({ 'eks.amazonaws.com/role-arn': OTHER_ROLE })],
      pods: [pod(env)],
      providers: {},
    });
    expectRow(rowOf(snapshot, 'shop/api'), {
      trust: 'unknown',
      status: 'unknown',
      unknown: ['role api: it is in account 444455556666'],
    });
    expect(snapshot.findings).toEqual([]);
  });
});

describe('what pods can take from their node', () => {
  const plain: Wire = {
    ...irsa,
    serviceAccounts: [account()],
    pods: [pod([])],
    nodeGroups: [{ ...nodeGroup, launchTemplate: { id: 'lt-1', version: '1' } }],
    launchTemplate:
      '<metadataOptions><httpTokens>required</httpTokens><httpPutResponseHopLimit>1</httpPutResponseHopLimit></metadataOptions>',
  };
  const onHost = [pod([], { spec: { hostNetwork: true } })];

  it.each<[string, Wire, Wanted]>([
    ['is nothing behind a hop limit of 1', plain, { mechanism: 'none', status: 'ok' }],
    ["is its role on the host's network", { ...plain, pods: onHost }, { mechanism: 'node-role', status: 'ok' }],
    [
      'is nothing where the metadata is switched off, for nobody',
      {
        ...plain,
        pods: onHost,
        launchTemplate: '<metadataOptions><httpEndpoint>disabled</httpEndpoint></metadataOptions>',
      },
      { mechanism: 'none', status: 'ok' },
    ],
    [
      'is not known where the launch template is not',
      { ...plain, refuse: { DescribeLaunchTemplateVersions: { status: 403, code: 'UnauthorizedOperation' } } },
      { mechanism: 'node-role', status: 'unknown', unknown: ["whether its pods reach the node's role: "] },
    ],
  ])('%s', async (_, wire, wanted) => {
    expectRow(await api(wire), wanted);
  });
});

it('says that a cluster may not be described, and not that there is none', async () => {
  const snapshot = await readWire({ ...irsa, clusterEntry: 'shop', refuse: { DescribeCluster: FORBIDDEN } });
  expect(snapshot.failures).toMatchObject([{ what: 'eks:DescribeCluster shop', reason: 'forbidden' }]);
  expectRow(rowOf(snapshot, 'shop/api'), {
    trust: 'allowed',
    status: 'unknown',
    unknown: ['Pod Identity associations: eks:DescribeCluster forbidden'],
  });
});

describe('a cluster that EKS describes as another', () => {
  it("has none of that one's associations", async () => {
    const snapshot = await readWire({
      ...podIdentity,
      issuer: OTHER_ISSUER,
      associations: [association, { ...association, associationId: 'a-2', serviceAccount: 'theirs' }],
    });
    expect(snapshot.findings.map(({ ruleId }) => ruleId)).toEqual(['live-cluster-mismatch']);
    expectRow(rowOf(snapshot, 'shop/api'), {
      trust: 'unknown',
      status: 'unknown',
      unknown: ['Pod Identity associations: EKS describes another cluster'],
      expected: undefined,
    });
  });
});

it("looks for the provider in the caller's partition where nothing else tells it", async () => {
  const issuer = 'oidc.eks.cn-north-1.amazonaws.com.cn/id/0123456789ABCDEF0123456789ABCDEF';
  const provider = `arn:aws-cn:iam::${ACCOUNT}:oidc-provider/${issuer}`;
  const snapshot = await readWire({
    clusterEntry: 'shop',
    issuer,
    caller: `arn:aws-cn:iam::${ACCOUNT}:user/somebody`,
    providers: { [provider]: ['sts.amazonaws.com'] },
  });
  expect(snapshot.oidcProvider).toMatchObject({ known: true, value: { exists: true, arn: provider } });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCluster } from '../../src/live/main.js';
import type { ClusterSnapshot, OpenOptions } from '../../src/live/types.js';

export const ACCOUNT = '111122223333';
export const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
export const CLUSTER_ARN = `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/shop`;

interface Refusal {
  readonly status: number;
  readonly code: string;
}

/**
 * What the APIs answer, in the words of their wire contracts (EKS REST-JSON, IAM, STS and EC2 Query, Kubernetes lists). What is
 * left out does not exist there. It has no logic of its own: a pod's environment is what the test says it is.
 */
export interface Wire {
  readonly cluster?: object;
  readonly associations?: readonly object[];
  readonly addon?: object | undefined;
  readonly nodeGroups?: readonly object[];
  /** XML of `launchTemplateData`, for every template. */
  readonly launchTemplate?: string;
  /** By ARN. IAM finds a role by its name alone. */
  readonly roles?: Readonly<Record<string, object>>;
  /** By ARN. */
  readonly providers?: Readonly<Record<string, readonly string[]>>;
  readonly caller?: string;
  readonly serviceAccounts?: readonly object[];
  readonly pods?: readonly object[];
  readonly nodes?: readonly object[];
  readonly daemonSets?: Readonly<Record<string, object>>;
  readonly issuer?: string;
  /** By operation: `GetRole`, `DescribeCluster`, `list pods`. */
  readonly refuse?: Readonly<Record<string, Refusal>>;
  /** Of the kubeconfig's cluster entry; default the cluster's ARN. */
  readonly clusterEntry?: string;
}

/** Serves the wire on 127.0.0.1, reads the cluster once, and is gone. */
export async function readWire(wire: Wire, options: Partial<OpenOptions> = {}): Promise<ClusterSnapshot> {
  const server = createServer((request, response) => {
    void answer(wire, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const directory = await mkdtemp(join(tmpdir(), 'pod-iam-wire-'));
  const kubeconfig = join(directory, 'kubeconfig');
  const cluster = wire.clusterEntry ?? CLUSTER_ARN;
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'shop',
      clusters: [{ name: cluster, cluster: { server: url } }],
      users: [{ name: 'user', user: { token: 'a-token' } }],
      contexts: [{ name: 'shop', context: { cluster, user: 'user' } }],
    }),
  );
  const before = { ...process.env };
  const none = join(directory, 'none');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_REGION: 'eu-west-1',
    AWS_CONFIG_FILE: none,
    AWS_SHARED_CREDENTIALS_FILE: none,
  });
  try {
    const opened = await openCluster({ kubeconfig, timeoutMs: 10_000, ...options });
    if (!opened.ok) throw new Error(opened.failure.message);
    try {
      return await opened.value.read(new AbortController().signal);
    } finally {
      opened.value.close();
    }
  } finally {
    process.env = before;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true, force: true });
  }
}

async function answer(wire: Wire, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const part of request) body += part;
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const { status, value, headers } =
    pathname === '/'
      ? query(wire, new URLSearchParams(body))
      : pathname.startsWith('/clusters')
        ? eks(wire, pathname.split('/').slice(2))
        : kubernetes(wire, pathname);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}

interface Answer {
  readonly status: number;
  readonly value: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

function kubernetes(wire: Wire, path: string): Answer {
  const last = path.split('/').at(-1) ?? '';
  const lists: Readonly<Record<string, readonly object[] | undefined>> = {
    serviceaccounts: wire.serviceAccounts,
    pods: wire.pods,
    nodes: wire.nodes,
  };
  const failure = (code: number, reason: string, message: string): Answer => ({
    status: code,
    value: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code },
  });
  const refusal = wire.refuse?.[last in lists ? `list ${last}` : last];
  if (refusal) return failure(refusal.status, refusal.code, `${last} is refused`);
  if (last in lists) return { status: 200, value: { metadata: { resourceVersion: '1' }, items: lists[last] ?? [] } };
  if (last === 'version') return { status: 200, value: { gitVersion: 'v1.33.1-eks-1234567' } };
  if (last === 'openid-configuration') return { status: 200, value: { issuer: `https://${wire.issuer ?? ISSUER}` } };
  if (last === 'selfsubjectreviews') return { status: 201, value: { status: { userInfo: { username: 'somebody' } } } };
  const daemonSet = path.includes('/daemonsets/') ? wire.daemonSets?.[last] : undefined;
  return daemonSet ? { status: 200, value: daemonSet } : failure(404, 'NotFound', `"${last}" not found`);
}

function eks(wire: Wire, [cluster, kind, id]: readonly string[]): Answer {
  const failure = (status: number, code: string): Answer => ({
    status,
    value: { message: code },
    headers: { 'x-amzn-errortype': `${code}:http://internal.amazonaws.com/` },
  });
  const one = (operation: string, name: string, value: object | undefined): Answer => {
    const refusal = wire.refuse?.[operation];
    if (refusal) return failure(refusal.status, refusal.code);
    return value ? { status: 200, value: { [name]: value } } : failure(404, 'ResourceNotFoundException');
  };
  const associations = (wire.associations ?? []) as readonly { readonly associationId: string }[];
  const groups = (wire.nodeGroups ?? []) as readonly { readonly nodegroupName: string }[];
  if (cluster === undefined) return one('ListClusters', 'clusters', wire.cluster ? ['shop'] : []);
  switch (kind) {
    case undefined:
      return one('DescribeCluster', 'cluster', wire.cluster);
    case 'pod-identity-associations': {
      if (id !== undefined) {
        const found = associations.find(({ associationId }) => associationId === id);
        return one('DescribePodIdentityAssociation', 'association', found);
      }
      // The list has no roles.
      const listed = associations.map((each) => ({ ...each, roleArn: undefined, targetRoleArn: undefined }));
      return one('ListPodIdentityAssociations', 'associations', listed);
    }
    case 'addons':
      return one('DescribeAddon', 'addon', wire.addon);
    case 'node-groups': {
      if (id === undefined)
        return one(
          'ListNodegroups',
          'nodegroups',
          groups.map(({ nodegroupName }) => nodegroupName),
        );
      return one(
        'DescribeNodegroup',
        'nodegroup',
        groups.find(({ nodegroupName }) => nodegroupName === id),
      );
    }
    default:
      return one('ListFargateProfiles', 'fargateProfileNames', []);
  }
}

function query(wire: Wire, asked: URLSearchParams): Answer {
  const action = asked.get('Action') ?? '';
  const xml = (status: number, value: string): Answer => ({ status, value, headers: { 'content-type': 'text/xml' } });
  const failure = ({ status, code }: Refusal) => {
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>refused</Message></Error>`;
    const isEc2 = action === 'DescribeLaunchTemplateVersions';
    return xml(
      status,
      isEc2 ? `<Response><Errors>${error}</Errors></Response>` : `<ErrorResponse>${error}</ErrorResponse>`,
    );
  };
  const result = (inner: string) =>
    xml(200, `<${action}Response><${action}Result>${inner}</${action}Result></${action}Response>`);
  const refusal = wire.refuse?.[action];
  if (refusal) return failure(refusal);
  switch (action) {
    case 'GetCallerIdentity': {
      const arn = wire.caller ?? `arn:aws:iam::${ACCOUNT}:user/somebody`;
      return result(`<Arn>${arn}</Arn><UserId>AIDAEXAMPLE</UserId><Account>${arn.split(':')[4]}</Account>`);
    }
    case 'GetRole': {
      const name = asked.get('RoleName') ?? '';
      const [arn, document] = Object.entries(wire.roles ?? {}).find(([each]) => each.endsWith(`/${name}`)) ?? [];
      if (arn === undefined) return failure({ status: 404, code: 'NoSuchEntity' });
      const policy = encodeURIComponent(JSON.stringify(document));
      return result(
        `<Role><RoleName>${name}</RoleName><Arn>${arn}</Arn><AssumeRolePolicyDocument>${policy}</AssumeRolePolicyDocument></Role>`,
      );
    }
    case 'GetOpenIDConnectProvider': {
      const clients = wire.providers?.[asked.get('OpenIDConnectProviderArn') ?? ''];
      if (!clients) return failure({ status: 404, code: 'NoSuchEntity' });
      const members = clients.map((id) => `<member>${id}</member>`).join('');
      return result(`<Url>${ISSUER}</Url><ClientIDList>${members}</ClientIDList><ThumbprintList/>`);
    }
    case 'DescribeLaunchTemplateVersions':
      return xml(
        200,
        `<DescribeLaunchTemplateVersionsResponse><launchTemplateVersionSet><item><launchTemplateData>${wire.launchTemplate ?? ''}</launchTemplateData></item></launchTemplateVersionSet></DescribeLaunchTemplateVersionsResponse>`,
      );
    default:
      return failure({ status: 400, code: 'InvalidAction' });
  }
}

import { DescribeClusterCommand, ListClustersCommand } from '@aws-sdk/client-eks';
import { failed, success } from '../failure.js';
import { bareIssuer } from '../kubernetes/discovery.js';
import type { EksHint, Result } from '../types.js';
import { awsCall } from './call.js';
import type { AwsClients } from './clients.js';
import { turnPage } from './turnPage.js';

export interface EksCluster {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly account: string;
  readonly partition: string;
  readonly endpoint?: string;
  /** Without `https://`; absent where the cluster has none yet. */
  readonly issuer?: string;
  readonly version?: string;
  readonly autoMode: boolean;
  /** The role of Auto Mode's nodes. */
  readonly autoModeNodeRole?: string;
  readonly authenticationMode?: string;
  /** `ACTIVE`, `CREATING`, … */
  readonly status?: string;
  /** Base64 of the PEM that its API server's certificate is signed by. */
  readonly authority?: string;
  /** False where the endpoint is reached from the VPC only. */
  readonly publicAccess?: boolean;
  /** Who may reach it from elsewhere. */
  readonly publicCidrs?: readonly string[];
}

export async function describeCluster(
  aws: AwsClients,
  name: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result<EksCluster>> {
  const what = `eks:DescribeCluster ${name}`;
  const answer = await awsCall(
    {
      what,
      permission: 'eks:DescribeCluster',
      timeoutMs,
      send: (abortSignal) => aws.eks.send(new DescribeClusterCommand({ name }), { abortSignal }),
    },
    signal,
  );
  if (!answer.ok) return answer;
  const { cluster } = answer.value;
  const arn = /^arn:([^:]+):eks:([^:]+):(\d{12}):cluster\//.exec(cluster?.arn ?? '');
  if (!cluster?.arn || !arn)
    return failed(what, 'invalid-response', 'the answer holds no cluster ARN', 'eks:DescribeCluster');
  const issuer = cluster.identity?.oidc?.issuer;
  return success({
    name: cluster.name ?? name,
    arn: cluster.arn,
    partition: arn[1]!,
    region: arn[2]!,
    account: arn[3]!,
    ...(cluster.endpoint === undefined ? {} : { endpoint: cluster.endpoint }),
    ...(issuer === undefined ? {} : { issuer: bareIssuer(issuer) }),
    ...(cluster.version === undefined ? {} : { version: cluster.version }),
    autoMode: cluster.computeConfig?.enabled === true,
    ...(cluster.computeConfig?.nodeRoleArn === undefined
      ? {}
      : { autoModeNodeRole: cluster.computeConfig.nodeRoleArn }),
    ...(cluster.accessConfig?.authenticationMode === undefined
      ? {}
      : { authenticationMode: cluster.accessConfig.authenticationMode }),
    ...(cluster.status === undefined ? {} : { status: cluster.status }),
    ...(cluster.certificateAuthority?.data === undefined ? {} : { authority: cluster.certificateAuthority.data }),
    ...(cluster.resourcesVpcConfig?.endpointPublicAccess === undefined
      ? {}
      : { publicAccess: cluster.resourcesVpcConfig.endpointPublicAccess }),
    ...(cluster.resourcesVpcConfig?.publicAccessCidrs === undefined
      ? {}
      : { publicCidrs: cluster.resourcesVpcConfig.publicAccessCidrs }),
  });
}

/** More than these are not compared by endpoint: the user can name the cluster. */
const MOST_COMPARED = 60;

/**
 * The EKS cluster behind a kubeconfig context: the one that the hint names, else the one of the region whose endpoint is the
 * context's server.
 */
export async function locateCluster(
  aws: AwsClients,
  hint: EksHint,
  server: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result<EksCluster>> {
  if (hint.name !== undefined) return describeCluster(aws, hint.name, timeoutMs, signal);
  const what = 'eks:ListClusters';
  const host = hostOf(server);
  let nextToken: string | undefined;
  let compared = 0;
  let undescribed: Result<EksCluster> | undefined;
  do {
    const page = await awsCall(
      {
        what,
        permission: 'eks:ListClusters',
        timeoutMs,
        send: (abortSignal) => aws.eks.send(new ListClustersCommand({ nextToken }), { abortSignal }),
      },
      signal,
    );
    if (!page.ok) return page;
    if (!page.value.clusters) return failed(what, 'invalid-response', 'the answer holds no list', 'eks:ListClusters');
    for (const name of page.value.clusters) {
      if (compared++ >= MOST_COMPARED)
        return failed(what, 'not-found', `${aws.region} has too many clusters to compare; name yours`);
      const described = await describeCluster(aws, name, timeoutMs, signal);
      if (!described.ok) undescribed ??= described;
      else if (described.value.endpoint !== undefined && hostOf(described.value.endpoint) === host) return described;
    }
    const next = turnPage(what, nextToken, page.value.nextToken);
    if (!next.ok) return next;
    nextToken = next.value;
  } while (nextToken !== undefined);
  // It may be that one.
  if (undescribed) return undescribed;
  return failed(
    what,
    'not-found',
    `no EKS cluster in ${aws.region} has the endpoint ${host}; name the cluster and its region`,
  );
}

function hostOf(url: string): string {
  return url
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
}

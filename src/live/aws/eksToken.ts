import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { ExecCredential } from '../kubernetes/execCredential.js';
import type { Result } from '../types.js';
import { awsCall } from './call.js';
import type { AwsClients } from './clients.js';

/** As `aws eks get-token`: the URL is good for a minute, and the cluster takes what is made of it for a quarter of an hour. */
const URL_SECONDS = 60;
const TOKEN_MS = 14 * 60_000;
const PREFIX = 'k8s-aws-v1.';

/** What the SDK's signers can, but their common type does not say. */
interface Presigner {
  presign(request: SignedGet, options: { expiresIn: number; signingDate: Date }): Promise<SignedGet>;
}

interface SignedGet {
  readonly method: 'GET';
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A token for an EKS cluster's API server: STS's GetCallerIdentity as a signed URL, which the cluster sends to STS to learn who
 * we are. Nothing is sent to make it. A credential: keep it in memory, show it nowhere.
 * @see https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
 */
export function eksToken(
  aws: AwsClients,
  cluster: string,
  timeoutMs: number,
  now: Date,
  signal: AbortSignal,
): Promise<Result<ExecCredential>> {
  return awsCall(
    {
      what: 'sign in with AWS',
      permission: 'sts:GetCallerIdentity',
      timeoutMs,
      send: async () => {
        const { protocol, hostname, port } = await endpointOf(aws);
        const signer = (await aws.sts.config.signer()) as unknown as Presigner;
        const signed = await signer.presign(
          {
            method: 'GET',
            protocol,
            hostname,
            port,
            path: '/',
            query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
            // The cluster adds the same header, so that a token for one is of no use to another.
            headers: { host: port === undefined ? hostname : `${hostname}:${port}`, 'x-k8s-aws-id': cluster },
          },
          { expiresIn: URL_SECONDS, signingDate: now },
        );
        const url = `${protocol}//${signed.headers.host}/?${new URLSearchParams(signed.query)}`;
        return {
          token: PREFIX + Buffer.from(url).toString('base64url'),
          expiresAt: now.getTime() + TOKEN_MS,
        };
      },
    },
    signal,
  );
}

interface Endpoint {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
}

/** Where the SDK would send the call, by region, partition and `AWS_ENDPOINT_URL`; it is stopped before it does. */
async function endpointOf(aws: AwsClients): Promise<Endpoint> {
  const command = new GetCallerIdentityCommand({});
  let endpoint: Endpoint | undefined;
  command.middlewareStack.add(
    () => async (args) => {
      endpoint = args.request as Endpoint;
      return { response: {}, output: { $metadata: {} } };
    },
    { step: 'build', priority: 'low', name: 'stopBeforeSending' },
  );
  await aws.sts.send(command);
  if (!endpoint) throw new Error('STS has no endpoint in this region');
  return endpoint;
}

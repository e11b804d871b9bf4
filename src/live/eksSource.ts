import { type AwsClients, awsClients } from './aws/clients.js';
import { describeCluster, type EksCluster } from './aws/cluster.js';
import { eksToken } from './aws/eksToken.js';
import { failed, messageOf, success } from './failure.js';
import type { ExecCredential } from './kubernetes/execCredential.js';
import type { ConnectionSource, Located } from './kubernetes/signIn.js';
import type { AwsCluster, Result } from './types.js';

/** Where EKS says a cluster is, and tokens as its own CLI makes them: what a kubeconfig would hold, without one. */
export class EksSource implements ConnectionSource {
  constructor(
    private readonly cluster: AwsCluster,
    private readonly timeoutMs: number,
    private readonly now: () => Date = () => new Date(),
  ) {}

  locate(signal: AbortSignal): Promise<Result<Located>> {
    return this.withClients(async (aws) => {
      const described = await describeCluster(aws, this.cluster.name, this.timeoutMs, signal);
      if (!described.ok) return described;
      const { name, endpoint, authority, status } = described.value;
      if (endpoint === undefined || authority === undefined)
        return failed<Located>(
          `find the endpoint of ${name}`,
          'not-found',
          `the cluster has no endpoint${status === undefined ? '' : ` while it is ${status}`}`,
        );
      return success({
        cluster: { name, server: endpoint.replace(/\/+$/, ''), caData: authority, skipTlsVerify: false },
        ...closedWords(described.value),
        refused: this.refusedWords(described.value),
      });
    });
  }

  /** Nothing is called for it but what the profile needs to find its keys. */
  credential(signal: AbortSignal): Promise<Result<ExecCredential>> {
    return this.withClients((aws) => eksToken(aws, this.cluster.name, this.timeoutMs, this.now(), signal));
  }

  private async withClients<T>(work: (aws: AwsClients) => Promise<Result<T>>): Promise<Result<T>> {
    const { region, profile } = this.cluster;
    let aws: AwsClients;
    try {
      aws = await awsClients({ region, ...(profile === undefined ? {} : { profile }), timeoutMs: this.timeoutMs });
    } catch (error) {
      return failed('sign in with AWS', 'unauthenticated', messageOf(error));
    }
    try {
      return await work(aws);
    } finally {
      aws.destroy();
    }
  }

  /** @see https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html */
  private refusedWords({ name, authenticationMode }: EksCluster): string {
    const { profile } = this.cluster;
    const who = profile === undefined ? 'your AWS identity' : `the AWS identity of profile '${profile}'`;
    const where =
      authenticationMode === 'API'
        ? 'an access entry'
        : authenticationMode === 'CONFIG_MAP'
          ? 'a mapping in the ConfigMap aws-auth'
          : 'an access entry, or a mapping in the ConfigMap aws-auth';
    return `${name} refused the token of ${who}: it needs ${where} in this cluster`;
  }
}

/** Why nobody may answer: said where nobody does. */
function closedWords({ publicAccess, publicCidrs }: EksCluster): { unreachable?: string } {
  if (publicAccess === false)
    return { unreachable: "the cluster's endpoint is private: it is reached from its VPC only" };
  const open = publicCidrs === undefined || publicCidrs.length === 0 || publicCidrs.includes('0.0.0.0/0');
  return open ? {} : { unreachable: `the cluster's endpoint lets in ${publicCidrs.join(', ')} only` };
}

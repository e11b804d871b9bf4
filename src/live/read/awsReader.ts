import { whoIsCalling } from '../aws/caller.js';
import type { AwsClients } from '../aws/clients.js';
import { type EksCluster, locateCluster } from '../aws/cluster.js';
import { readOidcProvider } from '../aws/oidcProvider.js';
import { failure } from '../failure.js';
import type { Known, LiveFailure, OidcProviderState } from '../types.js';
import type { EksReader } from './eksReader.js';
import { isClosed, unknown } from './failures.js';
import type { Reading } from './reading.js';
import type { RoleReader } from './roleReader.js';

/** Who asks AWS, which EKS cluster it is, and the account's OIDC provider; what EKS tells of the cluster is `EksReader`'s. */
export class AwsReader {
  constructor(
    private readonly reading: Reading,
    private readonly roles: RoleReader,
    private readonly eks: EksReader,
  ) {}

  async read(): Promise<void> {
    const { clusterTried, associationsListed } = this.reading;
    try {
      await this.readInOrder();
    } finally {
      clusterTried.reach();
      associationsListed.reach();
    }
  }

  private async readInOrder(): Promise<void> {
    const { state, options, signal, failures, clusterTried, changes } = this.reading;
    const { hint, timeoutMs } = options;
    const made = await options.aws();
    if (!made.ok) return this.noAws(made.failure);
    const aws = made.value;
    state.region = aws.region;
    const caller = await whoIsCalling(aws, timeoutMs, signal);
    state.callerAws = caller.ok ? { known: true, value: caller.value.arn } : unknown(caller.failure);
    if (!caller.ok) {
      if (isClosed(caller.failure)) return this.noAws(caller.failure);
      failures.note(caller.failure);
    }
    state.callerAccount = caller.ok ? caller.value.account : undefined;
    state.account = hint.account ?? state.callerAccount;
    state.partition = hint.partition ?? partitionOf(state.callerAws) ?? state.partition;
    // Whose roles IAM would look for is not known otherwise, and the cluster may tell.
    if (caller.ok) this.roles.readWith(aws);
    const cluster = await locateCluster(aws, hint, options.connection.server, timeoutMs, signal);
    state.eks = failures.known(cluster);
    if (cluster.ok) this.isCluster(cluster.value);
    else this.mayBeCluster(aws.region);
    this.roles.readWith(aws);
    clusterTried.reach();
    changes.all();
    const name = cluster.ok ? cluster.value.name : hint.name;
    await Promise.all([
      name === undefined ? this.noCluster(cluster.ok ? undefined : cluster.failure) : this.eks.read(aws, name),
      this.readProvider(aws),
    ]);
  }

  private isCluster({ name, account, partition, region, arn }: EksCluster): void {
    const { state } = this.reading;
    state.clusterName = name;
    state.account = account;
    state.partition = partition;
    state.region = region;
    state.clusterArn = arn;
  }

  /** DescribeCluster told nothing; what the kubeconfig says of the cluster is likely so. */
  private mayBeCluster(region: string): void {
    const { state, options } = this.reading;
    const { hint } = options;
    if (hint.name === undefined) return;
    state.clusterName = hint.name;
    const account = hint.account ?? state.callerAccount;
    if (account !== undefined)
      state.clusterArn = `arn:${state.partition}:eks:${hint.region ?? region}:${account}:cluster/${hint.name}`;
  }

  private noAws(gap: LiveFailure): void {
    const { state, options, failures, changes } = this.reading;
    const why = failures.gap(gap);
    if (!state.callerAws.known) state.callerAws = why;
    state.eks = why;
    state.associationsKnown = why;
    state.oidcProvider = why;
    state.agent = why;
    state.nodeGroups = why;
    state.fargateProfiles = why;
    const { name, region, account, partition } = options.hint;
    if (name !== undefined) state.clusterName = name;
    state.region ??= region;
    state.account = account;
    if (name !== undefined && region !== undefined && account !== undefined) {
      state.clusterArn = `arn:${partition ?? 'aws'}:eks:${region}:${account}:cluster/${name}`;
    }
    this.roles.giveUp(gap);
    changes.all();
  }

  /** Not an EKS cluster, or nobody knows which. */
  private async noCluster(gap: LiveFailure | undefined): Promise<void> {
    const { state, issuerTried, changes } = this.reading;
    const why = unknown(gap ?? failure('find the EKS cluster', 'not-found', 'which EKS cluster this is is not known'));
    state.associationsKnown = why;
    state.agent = why;
    state.nodeGroups = why;
    state.fargateProfiles = why;
    // EKS's own versions are named so; anything else has no associations.
    await issuerTried.reached;
    const issuer = state.issuer.known ? state.issuer.value : undefined;
    const version = state.kubernetesVersion;
    if (version !== undefined && !version.includes('-eks-') && issuer !== undefined && !/^oidc[.-]eks\./.test(issuer)) {
      state.associationsKnown = { known: true, value: true };
    }
    changes.all();
  }

  private async readProvider(aws: AwsClients): Promise<void> {
    const { state, issuerTried, changes } = this.reading;
    await issuerTried.reached;
    state.oidcProvider = await this.provider(aws);
    changes.all();
  }

  private async provider(aws: AwsClients): Promise<Known<OidcProviderState>> {
    const { state, options, signal, failures } = this.reading;
    if (!state.issuer.known) return { known: false, why: "the cluster's issuer is unknown", reason: 'not-asked' };
    const account = state.account ?? state.callerAccount;
    if (account === undefined) return { known: false, why: 'the account is unknown', reason: 'not-asked' };
    if (state.callerAccount !== undefined && account !== state.callerAccount)
      return {
        known: false,
        why: `the cluster is in account ${account}; you are signed in to ${state.callerAccount}`,
        reason: 'other-account',
      };
    const arn = `arn:${state.partition}:iam::${account}:oidc-provider/${state.issuer.value}`;
    return failures.known(await readOidcProvider(aws, arn, options.timeoutMs, signal));
  }
}

function partitionOf(caller: Known<string>): string | undefined {
  return caller.known ? /^arn:([^:]+):/.exec(caller.value)?.[1] : undefined;
}

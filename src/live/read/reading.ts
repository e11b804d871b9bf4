import type { AwsClients } from '../aws/clients.js';
import type { Connection } from '../kubernetes/connection.js';
import { type ClusterState, keyOf } from '../state.js';
import type { EksHint, LiveFailure, Progress, Result } from '../types.js';
import { Failures } from './failures.js';

export interface ReaderOptions {
  readonly connection: Connection;
  readonly hint: EksHint;
  readonly aws: () => Promise<Result<AwsClients>>;
  readonly namespace: string | undefined;
  /** Where nothing may be listed in all namespaces and these not either. */
  readonly contextNamespace: string | undefined;
  /** Further ones to try then. */
  readonly namespaces: readonly string[];
  readonly timeoutMs: number;
}

/** What changed: one account's row, those of a role, or all. */
export interface Changes {
  account(key: string): void;
  role(arn: string): void;
  /** An account's row depends on a role. */
  uses(key: string, arn: string): void;
  all(): void;
}

/** Of one read: what its parts share, and what they wait for of each other. */
export class Reading {
  readonly failures = new Failures();
  /** Nothing of the Kubernetes API answers. */
  kubernetesGap: LiveFailure | undefined;
  readonly firstRows = milestone();
  /** The cluster said its issuer, or nobody will. */
  readonly issuerTried = milestone();
  /** DescribeCluster answered, or will not be asked. */
  readonly clusterTried = milestone();
  readonly associationsListed = milestone();

  /** @param before as an earlier read left it; let go when this one is done */
  constructor(
    readonly state: ClusterState,
    readonly options: ReaderOptions,
    readonly changes: Changes,
    readonly progress: (progress: Progress) => void,
    readonly signal: AbortSignal,
    public before: ClusterState | undefined,
  ) {}

  /** Of an account: one string, however often it is used. */
  key({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
    return this.state.shared.text(keyOf(namespace, name));
  }

  forgetBefore(): void {
    this.before = undefined;
    this.state.shared.forgetBefore();
  }
}

/** Something that others wait for; reaching it twice is reaching it once. */
export interface Milestone {
  readonly reached: Promise<void>;
  reach(): void;
}

export function milestone(): Milestone {
  let reach!: () => void;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return { reached, reach };
}

import type { TrustPolicy } from '../facts/model.js';

/** A cluster as it was read, for comparing files with it. Absence is told from ignorance everywhere. */
export interface LiveView {
  /** The kubeconfig's context; messages name it. */
  readonly context: string;
  /** EKS's name, where it is known. */
  readonly clusterName?: string;
  readonly clusterArn?: string;
  /** Without `https://`. */
  readonly issuer?: string;
  /** By `namespace/name`. */
  readonly accounts: ReadonlyMap<string, LiveAccount>;
  /** Every service account of the namespace was listed, so that one that is not here does not exist. */
  isListed(namespace: string): boolean;
  /** Every association was listed. */
  readonly associationsKnown: boolean;
  /** Trust policies by role ARN, as far as they were read. */
  readonly trustPolicies: ReadonlyMap<string, LiveTrustPolicy>;
}

export interface LiveTrustPolicy {
  readonly policy: TrustPolicy;
  /** JSON, indented. */
  readonly text: string;
}

export interface LiveAccount {
  readonly namespace: string;
  readonly name: string;
  /** False: only an association names it, whether it exists is not known. */
  readonly seen: boolean;
  /** The value of `eks.amazonaws.com/role-arn`; empty ones are absent. */
  readonly roleArn?: string;
  readonly audience: string;
  readonly association?: LiveAssociation;
}

export interface LiveAssociation {
  readonly id: string;
  /** The rest is known. */
  readonly described: boolean;
  readonly roleArn?: string;
  readonly targetRoleArn?: string;
  readonly disableSessionTags?: boolean;
  readonly hasSessionPolicy?: boolean;
  /** An add-on made it, and files need not name it. */
  readonly ownerArn?: string;
}

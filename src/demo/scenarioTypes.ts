/** The plain records that a demo cluster and its AWS account are made of. Ages are minutes before the servers start. */

export type PolicyDocument = Readonly<Record<string, unknown>>;

export interface ClusterRecord {
  readonly name: string;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  /** The last part of the issuer, 32 hexadecimal digits. */
  readonly issuerId: string;
  /** As in `1.32`. */
  readonly version: string;
  readonly authenticationMode: 'API' | 'API_AND_CONFIG_MAP' | 'CONFIG_MAP';
  readonly ageMinutes: number;
  /** Its API server is reached from its VPC only. */
  readonly privateEndpoint?: true;
}

/** Who of AWS is which Kubernetes user, as EKS's access entries say. */
export interface AccessEntryRecord {
  readonly principalArn: string;
  /** A user of the scenario. */
  readonly user: string;
}

export interface NodeGroupRecord {
  readonly name: string;
  readonly nodeRoleArn: string;
  readonly amiType: string;
  readonly instanceType: string;
  readonly launchTemplate?: {
    readonly id: string;
    readonly name: string;
    readonly httpTokens: 'required' | 'optional';
    readonly httpPutResponseHopLimit: number;
  };
}

export interface FargateProfileRecord {
  readonly name: string;
  readonly podExecutionRoleArn: string;
  readonly namespaces: readonly string[];
}

export interface NodeRecord {
  readonly name: string;
  readonly nodeGroup?: string;
  readonly fargateProfile?: string;
  readonly os: 'linux' | 'windows';
  readonly instanceId: string;
  readonly zone: string;
  readonly ageMinutes: number;
}

export interface EnvVarRecord {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: PolicyDocument;
}

/** What a pod got of the webhook when it was created. */
export type Injected =
  | { readonly mechanism: 'none' }
  | { readonly mechanism: 'irsa'; readonly roleArn: string }
  | { readonly mechanism: 'pod-identity' };

export interface PodRecord {
  readonly node: string;
  readonly ageMinutes: number;
  /** Without it: what the webhook injects for the service account as it is now. */
  readonly injected?: Injected;
}

export interface WorkloadRecord {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'CronJob' | 'Pod';
  readonly namespace: string;
  readonly name: string;
  readonly serviceAccount: string;
  readonly image: string;
  readonly ageMinutes: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly podAnnotations?: Readonly<Record<string, string>>;
  readonly env?: readonly EnvVarRecord[];
  readonly hostNetwork?: boolean;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** The image has no `aws` program. */
  readonly withoutAws?: boolean;
  readonly pods: readonly PodRecord[];
}

/** What a right answer says of a service account. The words are those of `inspect`. */
export interface Expected {
  readonly mechanism: 'irsa' | 'pod-identity' | 'both' | 'static-credentials' | 'node-role' | 'none';
  /** The role that new pods get; for an annotation that is no ARN, the annotation's text. */
  readonly roleArn?: string;
  readonly trust: 'allowed' | 'denied' | 'unknown' | 'not-checked';
  readonly status: 'ok' | 'warning' | 'error' | 'unknown';
  /** Rules of the catalogue that say why the status is a warning or an error, where one does. */
  readonly rules?: readonly string[];
  /** The role at the end of the chain, where it is not `roleArn`. */
  readonly targetRoleArn?: string;
  /** Pods whose environment shows something else than a new pod would get. */
  readonly stalePods?: number;
  /** What AWS answers to the mechanism's own call for a new pod: the error's code, or nothing for success. */
  readonly refusal?: string;
}

export interface ServiceAccountRecord {
  readonly namespace: string;
  readonly name: string;
  readonly ageMinutes: number;
  readonly annotations?: Readonly<Record<string, string>>;
  /** What is the matter with it, in a sentence. */
  readonly story: string;
  readonly expected: Expected;
}

export interface AssociationRecord {
  readonly id: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly targetRoleArn?: string;
  readonly disableSessionTags?: boolean;
  readonly externalId?: string;
  readonly policy?: string;
  readonly ownerArn?: string;
  readonly ageMinutes: number;
}

export interface RoleRecord {
  readonly arn: string;
  readonly trustPolicy: PolicyDocument;
  readonly ageMinutes: number;
  /** Seconds; 3600 if not given. */
  readonly maxSessionDuration?: number;
  readonly attachedPolicyArns?: readonly string[];
  readonly inlinePolicies?: Readonly<Record<string, PolicyDocument>>;
  readonly lastUsedMinutes?: number;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface ManagedPolicyRecord {
  readonly arn: string;
  readonly document: PolicyDocument;
}

export interface OidcProviderRecord {
  readonly arn: string;
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
}

export interface AddonRecord {
  readonly name: string;
  readonly version: string;
  readonly status: 'ACTIVE' | 'DEGRADED' | 'CREATING' | 'UPDATING';
  readonly serviceAccountRoleArn?: string;
  readonly podIdentityAssociationArns?: readonly string[];
  readonly issues?: readonly { readonly code: string; readonly message: string }[];
}

/** A rule that takes a right away. Everything else is allowed: the demo is about what is refused. */
export interface KubernetesDenial {
  readonly verbs: readonly string[];
  /** Plural names, with subresource as in `pods/exec`; `*` is every one. */
  readonly resources: readonly string[];
  /** Without it the right is missing everywhere, also for lists over all namespaces. */
  readonly namespaces?: readonly string[];
}

export interface UserRecord {
  readonly name: string;
  readonly groups: readonly string[];
  readonly token: string;
  readonly denied: readonly KubernetesDenial[];
}

/** An AWS action that the demo's caller may not do, on a resource whose ARN ends so (any, if empty). */
export interface AwsDenial {
  readonly action: string;
  readonly resource?: string;
}

export interface CallerRecord {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** What GetCallerIdentity says. */
  readonly arn: string;
  readonly userId: string;
  readonly denied: readonly AwsDenial[];
}

export interface ContextRecord {
  readonly name: string;
  /** The EKS cluster's name. */
  readonly cluster: string;
  /** A user of the scenario; a name that it does not have brings a token that the server refuses. */
  readonly user: string;
  readonly reachable: boolean;
  readonly namespace?: string;
}

export interface EventRecord {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly ageMinutes: number;
}

export interface Scenario {
  readonly cluster: ClusterRecord;
  /** Clusters that EKS lists and that nothing listens for. */
  readonly otherClusters: readonly ClusterRecord[];
  readonly contexts: readonly ContextRecord[];
  readonly users: readonly UserRecord[];
  /** Nobody signs in by AWS without one. */
  readonly accessEntries?: readonly AccessEntryRecord[];
  readonly caller: CallerRecord;
  readonly namespaces: readonly string[];
  readonly nodeGroups: readonly NodeGroupRecord[];
  readonly fargateProfiles: readonly FargateProfileRecord[];
  readonly nodes: readonly NodeRecord[];
  readonly serviceAccounts: readonly ServiceAccountRecord[];
  readonly workloads: readonly WorkloadRecord[];
  readonly associations: readonly AssociationRecord[];
  readonly roles: readonly RoleRecord[];
  readonly managedPolicies: readonly ManagedPolicyRecord[];
  readonly oidcProviders: readonly OidcProviderRecord[];
  readonly addons: readonly AddonRecord[];
  readonly events: readonly EventRecord[];
}

/** The issuer of a cluster's service account tokens, without `https://`. */
export function issuerHost(cluster: ClusterRecord): string {
  return `oidc.eks.${cluster.region}.amazonaws.com/id/${cluster.issuerId}`;
}

export function clusterArn(cluster: ClusterRecord): string {
  return `arn:aws:eks:${cluster.region}:${cluster.account}:cluster/${cluster.name}`;
}

export function associationArn(cluster: ClusterRecord, id: string): string {
  return `arn:aws:eks:${cluster.region}:${cluster.account}:podidentityassociation/${cluster.name}/${id}`;
}

/**
 * What the live layer gives: plain data, no SDK. Consumers import these types only and load `live/main.js` when the first
 * cluster is opened.
 */

import type { LiveView } from '../core/identity/driftView.js';
import type { Chain } from '../core/identity/explain.js';
import type { Mechanism } from '../core/identity/resolve.js';
import type { AnalyzerFinding, CallHistory } from './auditTypes.js';
import type { ChangeOutcome, ChangePlan, ChangeRequest } from './changes/types.js';

/** Why something could not be found out. Never shown as fine; the message says what to do where something can be done. */
export type FailureReason =
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'throttled'
  | 'unreachable'
  | 'timeout'
  | 'invalid-response'
  | 'other-account';

export interface LiveFailure {
  /** The call in a few words: `list pods`, `iam:GetRole payments-api`. One entry a call, however many needed it. */
  readonly what: string;
  readonly reason: FailureReason;
  /** For a person; holds no credential. */
  readonly message: string;
  /** What would have to be granted: `iam:GetRole`, `list pods`. */
  readonly permission?: string;
  /** The HTTP status, where there was one. */
  readonly status?: number;
  /** Nobody answers at that address at all: no use in asking for anything else there. */
  readonly refused?: true;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: LiveFailure };

/** A value that may not be known; `why` is for a person. `pending`: it is being read right now. */
export type Known<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly why: string; readonly reason: FailureReason | 'pending' | 'not-asked' };

// ── Contexts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** One context of the kubeconfig; made from the file alone, nothing is connected to. */
export interface ContextSummary {
  readonly name: string;
  /** It is the kubeconfig's `current-context`. */
  readonly current: boolean;
  readonly server: string;
  readonly user: string;
  readonly namespace?: string;
  /** How the user signs in: `exec aws`, `token`, `client certificate`, `oidc`, … Never the credential. */
  readonly signIn: string;
  /** What the file says about the EKS cluster behind it. */
  readonly eks: EksHint;
  /** Of no file: an EKS cluster that was chosen from AWS. */
  readonly aws?: AwsCluster;
}

export interface EksHint {
  readonly name?: string;
  readonly region?: string;
  readonly account?: string;
  readonly partition?: string;
  /** The AWS profile that the exec plugin uses, and so do we. */
  readonly profile?: string;
  /** Role that the exec plugin assumes (`--role-arn`); shown only. */
  readonly roleArn?: string;
}

export interface Contexts {
  /** The files that were read, in order. */
  readonly files: readonly string[];
  readonly contexts: readonly ContextSummary[];
}

export interface KubeconfigOptions {
  /** A file; else `KUBECONFIG` (a list), else `~/.kube/config`. */
  readonly kubeconfig?: string;
}

/** Where EKS is asked for its clusters. Without a profile, the default chain of the SDK is whom it asks as. */
export interface AwsPlace {
  readonly region: string;
  readonly profile?: string;
}

/** An EKS cluster by what AWS needs to find it; no kubeconfig is looked at. */
export interface AwsCluster extends AwsPlace {
  readonly name: string;
}

export interface AwsClusters {
  /** By profile, region and name. */
  readonly clusters: readonly AwsCluster[];
  /** Of places that could not be asked. */
  readonly failures: readonly (LiveFailure & { readonly place: AwsPlace })[];
}

/** A profile of the AWS configuration files; of its credentials nothing is known here. */
export interface AwsProfile {
  readonly name: string;
  readonly region?: string;
}

export interface OpenOptions extends KubeconfigOptions {
  /** Else the current one. */
  readonly context?: string;
  /** Instead of a context: endpoint and certificate by DescribeCluster, a token as `aws eks get-token` makes it. */
  readonly aws?: AwsCluster;
  /** EKS cluster name, region and AWS profile where the kubeconfig does not say them. */
  readonly cluster?: string;
  readonly region?: string;
  readonly profile?: string;
  /** Only this namespace. */
  readonly namespace?: string;
  /** Where neither all service accounts nor the namespaces may be listed: these are tried, beside the context's own. */
  readonly namespaces?: readonly string[];
  /** For one call; default 30 s. */
  readonly timeoutMs?: number;
}

// ── Snapshot ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ClusterSnapshot {
  readonly context: string;
  /** EKS name; the context's cluster entry where it is no EKS cluster or unknown. */
  readonly name: string;
  readonly region?: string;
  readonly account?: string;
  readonly arn?: string;
  /** Without `https://`. */
  readonly issuer?: string;
  readonly kubernetesVersion?: string;
  /** `eks` once DescribeCluster answered. */
  readonly kind: 'eks' | 'unknown';
  readonly autoMode?: boolean;
  readonly authenticationMode?: string;
  /** ms since the epoch. */
  readonly readAt: number;
  /** So old is what AWS said, at most: nothing tells of changes there. ms since the epoch. */
  readonly awsReadAt: number;
  /** False while rows are still coming. */
  readonly complete: boolean;
  /** Whose eyes: the AWS caller and the Kubernetes user. */
  readonly callerAws: Known<string>;
  readonly callerKubernetes: Known<string>;
  readonly oidcProvider: Known<OidcProviderState>;
  readonly agent: Known<AgentState>;
  readonly nodeGroups: Known<readonly NodeGroupState[]>;
  readonly fargateProfiles: Known<readonly FargateProfileState[]>;
  /** Some list of service accounts succeeded; else the rows are only those that associations name. */
  readonly listed: boolean;
  /**
   * Namespaces whose service accounts could not be listed, with the reason, by name; `*` stands for those whose very names are
   * not known.
   */
  readonly namespacesUnread: readonly { readonly namespace: string; readonly why: string }[];
  /** Sorted by namespace, then name. */
  readonly serviceAccounts: readonly ServiceAccountIdentity[];
  /** Of the cluster as a whole: provider, agent, nodes, associations that name no service account. */
  readonly findings: readonly LiveFinding[];
  readonly failures: readonly LiveFailure[];
}

export interface OidcProviderState {
  readonly exists: boolean;
  readonly arn?: string;
  readonly clientIds: readonly string[];
}

export interface AgentState {
  /** `auto-mode`: built into the nodes; `add-on`, `daemon-set`: installed so; `missing`. */
  readonly kind: 'auto-mode' | 'add-on' | 'daemon-set' | 'missing';
  readonly version?: string;
  /** EKS's word: `ACTIVE`, `DEGRADED`, `CREATE_FAILED`, … */
  readonly status?: string;
  readonly healthy: boolean;
  readonly issues: readonly string[];
}

export interface NodeGroupState {
  readonly name: string;
  readonly nodeRole?: string;
  readonly status?: string;
  readonly amiType?: string;
  readonly launchTemplate?: { readonly id?: string; readonly name?: string; readonly version?: string };
  /** Absent where the group has no launch template of its own, or it could not be read. */
  readonly imds?: ImdsSettings;
  /** Why its launch template could not be read. */
  readonly imdsUnknown?: string;
}

/** What the launch template says; what it leaves out is the AMI's default. */
export interface ImdsSettings {
  readonly tokens?: 'required' | 'optional';
  readonly hopLimit?: number;
  readonly disabled?: true;
}

export interface FargateProfileState {
  readonly name: string;
  readonly status?: string;
  readonly podExecutionRole?: string;
  readonly selectors: readonly { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }[];
}

export type { Mechanism };
export type Trust = 'allowed' | 'denied' | 'unknown' | 'not-checked';
export type Status = 'ok' | 'warning' | 'error' | 'unknown';

export interface ServiceAccountIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly mechanism: Mechanism;
  /** The mechanism that new pods really use; differs from `mechanism` only for `both`. */
  readonly winner: Exclude<Mechanism, 'both'>;
  /** Why that one wins, one sentence. */
  readonly reason: string;
  /** The winner's role; for `node-role` the node's. */
  readonly roleArn?: string;
  /** As annotated, whatever it is. */
  readonly annotation?: string;
  /** What the token is asked for with: the annotation, else `sts.amazonaws.com`. */
  readonly audience: string;
  readonly associationId?: string;
  readonly association?: AssociationState;
  readonly role?: RoleState;
  readonly trust: Trust;
  readonly trustDetail?: TrustDetail;
  readonly status: Status;
  /** `IRSA → payments-api`, `node role ng-default`, `no identity`. */
  readonly identity: string;
  /** The rest of the row: the reason where something is wrong or unknown, else how many pods. */
  readonly summary: string;
  readonly callerIdentity: CallerIdentity;
  readonly pods: PodsOfAccount;
  readonly findings: readonly LiveFinding[];
  /** What could not be found out, each with its reason; empty when everything is known. */
  readonly unknown: readonly string[];
  /** Something that it needs is still being read. */
  readonly pending: boolean;
}

export interface TrustDetail {
  /** Zero-based index of the statement that decided. */
  readonly statement?: number;
  /** `namespace 'payment' ≠ 'payments'` */
  readonly nearestMiss?: string;
  /** Why it is unknown. */
  readonly why?: string;
  readonly trace: readonly TraceLine[];
}

/** One statement or check of the evaluation, as the explanation shows it. */
export interface TraceLine {
  readonly statement: number;
  readonly effect: string;
  readonly element: 'statement' | 'principal' | 'action' | 'condition';
  readonly key: string;
  readonly operator?: string;
  readonly expected: string;
  readonly actual: string;
  readonly matches: 'yes' | 'no' | 'maybe';
}

export interface AssociationState {
  readonly id: string;
  readonly arn?: string;
  /** The rest needs DescribePodIdentityAssociation. */
  readonly described: boolean;
  readonly roleArn?: string;
  readonly targetRoleArn?: string;
  readonly externalId?: string;
  readonly disableSessionTags?: boolean;
  readonly hasSessionPolicy?: boolean;
  /** Add-on (ARN) that owns it. */
  readonly ownerArn?: string;
  /** ms since the epoch. */
  readonly createdAt?: number;
  readonly modifiedAt?: number;
}

export interface RoleState {
  readonly arn: string;
  readonly name: string;
  readonly createdAt?: number;
  readonly maxSessionSeconds?: number;
  readonly lastUsedAt?: number;
  readonly lastUsedRegion?: string;
}

/** A permission policy of a role. */
export interface RolePolicy {
  readonly kind: 'attached' | 'inline';
  readonly name: string;
  /** Of an attached one. */
  readonly arn?: string;
  /** Indented JSON; of the default version. */
  readonly document?: string;
  /** Why the document is not there. */
  readonly why?: string;
  /** Of what AWS manages itself there are none. */
  readonly findings: readonly LiveFinding[];
}

export interface RolePolicies {
  readonly roleArn: string;
  /** Attached ones first, by name. */
  readonly policies: readonly RolePolicy[];
  /** Of the two kinds one may not be listed. */
  readonly failures: readonly LiveFailure[];
}

export interface CallerIdentity {
  /** ARN of the role whose session new pods should show; absent where they get none. */
  readonly expected?: string;
  /** What AWS answered: `arn:aws:sts::…:assumed-role/NAME/SESSION`. */
  readonly actual?: string;
  readonly how: 'web-identity' | 'pod-identity' | 'exec' | 'not-verified';
  readonly verdict?: 'as-expected' | 'other-role' | 'refused' | 'unknown';
  /** AWS's own words where it refused, or why nothing could be found out. */
  readonly message?: string;
  /** The call that did not succeed, where nothing could be found out for it. */
  readonly failure?: LiveFailure;
  /** ms since the epoch. */
  readonly verifiedAt?: number;
}

export interface PodsOfAccount {
  /** Pods that have not ended. */
  readonly total: number;
  /** Their environment names another role or mechanism than a new pod would get. */
  readonly stale: number;
  /** False where pods could not be listed: the numbers are then no evidence. */
  readonly known: boolean;
  readonly list: readonly PodState[];
}

export interface PodState {
  readonly name: string;
  readonly phase: string;
  readonly node?: string;
  readonly compute: 'ec2' | 'fargate' | 'windows' | 'hybrid' | 'unknown';
  /** `Deployment/api`, `Job/x`; the pod's controller, as far as its name tells. */
  readonly owner?: string;
  /** ms since the epoch. */
  readonly startedAt?: number;
  /** What its environment says. */
  readonly identity: PodEnvironment;
  readonly stale: boolean;
  /** Why it is stale: `started before the association; still uses role/x`. */
  readonly note?: string;
}

export interface PodEnvironment {
  readonly kind: 'irsa' | 'pod-identity' | 'static-credentials' | 'none';
  readonly roleArn?: string;
}

export interface LiveFinding {
  /** A rule of the catalogue, or `live-…`. */
  readonly ruleId: string;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly message: string;
  /** The same for a row: `trust denies: 'wrker' ≠ 'worker'`. */
  readonly short: string;
  /** What it is about where that is not the service account itself: a pod, a role's ARN, a node group. */
  readonly object?: string;
}

// ── Explanation and verification ───────────────────────────────────────────────────────────────────────────────────────

/** Who gets what and why: the chain as data for a tree, and as text for a read-only document or a terminal. */
export interface Explanation {
  readonly chain: Chain;
  readonly text: string;
}

/** `mint`: credentials as a pod would get them; `exec`: ask inside a running pod, if its container has `aws`. */
export type VerifyWay = 'mint' | 'exec';

/** What verifying will do, to be confirmed before it is done. */
export interface VerifyPlan {
  readonly how: 'web-identity' | 'pod-identity' | 'exec';
  /** In order: what is minted and sent where. */
  readonly steps: readonly string[];
  /** Set where it cannot be done. */
  readonly impossible?: string;
}

/** Which service accounts: of a namespace, some by `namespace/name`, or all. */
export interface VerifyScope {
  readonly namespace?: string;
  readonly names?: ReadonlySet<string>;
}

/** One service account, one way. */
export interface VerifyBatchItem {
  readonly namespace: string;
  readonly name: string;
  readonly way: VerifyWay;
  readonly how: VerifyPlan['how'];
}

/** What verifying many will do, to be confirmed before it is done. */
export interface VerifyBatchPlan {
  readonly targets: readonly VerifyBatchItem[];
  /** What is done, and how often. */
  readonly steps: readonly string[];
  /** Service accounts that cannot be verified in any of the ways. */
  readonly left: readonly { readonly namespace: string; readonly name: string; readonly why: string }[];
}

export interface VerifyBatchResult extends VerifyBatchItem {
  readonly identity: CallerIdentity;
}

export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly total?: number;
}

/** One cluster that somebody opened. Nothing connects before `read`. */
export interface LiveCluster {
  readonly context: string;
  /** The last state, complete or not. */
  readonly current: ClusterSnapshot | undefined;
  /**
   * Reads everything anew. `onSnapshot` gets partial states as rows come, a few times a second at most.
   * @throws the signal's reason when aborted; never for a failing call: those are in `failures`.
   */
  read(
    signal: AbortSignal,
    onSnapshot?: (snapshot: ClusterSnapshot) => void,
    onProgress?: (progress: Progress) => void,
  ): Promise<ClusterSnapshot>;
  /** Follows service accounts and pods after a `read` until aborted; calls back with fresh states, a few times a second at most. */
  watch(signal: AbortSignal, onSnapshot: (snapshot: ClusterSnapshot) => void): Promise<void>;
  explain(namespace: string, name: string): Explanation | undefined;
  /** The role's trust policy as AWS has it, indented; undefined where it was not read. */
  trustPolicy(roleArn: string): string | undefined;
  /** The role's attached and inline permission policies, read when asked for. @throws the signal's reason when aborted */
  rolePolicies(roleArn: string, signal: AbortSignal): Promise<Result<RolePolicies>>;
  /** The last read as files are compared with it; undefined before the first. */
  view(): LiveView | undefined;
  planVerify(namespace: string, name: string, way?: VerifyWay): VerifyPlan;
  /** Mints credentials as planned, asks AWS who they are, forgets them. Remembered in the snapshot. */
  verify(namespace: string, name: string, signal: AbortSignal, way?: VerifyWay): Promise<CallerIdentity>;
  /** What verifying all of them would mint, and which cannot be. */
  planVerifyAll(scope: VerifyScope, ways: readonly VerifyWay[]): VerifyBatchPlan;
  /**
   * Verifies as planned, a few at a time, slower where AWS throttles. Remembered in the snapshot; of two ways the graver answer.
   * Aborted, it starts nothing more and gives what is there; what is missing of the plan was not done. Never throws.
   */
  verifyAll(
    plan: VerifyBatchPlan,
    signal: AbortSignal,
    onResult?: (result: VerifyBatchResult, done: number) => void,
  ): Promise<readonly VerifyBatchResult[]>;
  /**
   * What a change would do, call by call, how it is undone, and both in the words of other tools. Reads only.
   * @throws the signal's reason when aborted
   */
  planChange(request: ChangeRequest, signal: AbortSignal): Promise<Result<ChangePlan>>;
  /** Sends exactly the planned calls. Never throws: what became of each call is in the outcome. */
  applyChange(plan: ChangePlan, signal: AbortSignal): Promise<ChangeOutcome>;
  /** Sends the undo recipe of a change that was made or may have been. Never throws. */
  undoChange(outcome: ChangeOutcome, signal: AbortSignal): Promise<ChangeOutcome>;
  /**
   * Calls by which the account's pods asked for credentials lately, as CloudTrail has them; failures first.
   * @param windowMs so long before now; default one day
   */
  recentCalls(namespace: string, name: string, signal: AbortSignal, windowMs?: number): Promise<Result<CallHistory>>;
  /** Ends watches and connections. */
  close(): void;
}

/** What `live/main.js` exports. */
export interface LiveModule {
  /** Reads kubeconfig files; connects to nothing, runs nothing. */
  readContexts(options: KubeconfigOptions): Promise<Result<Contexts>>;
  /** What the AWS configuration files call their profiles; nothing is called. */
  readAwsProfiles(): Promise<Result<readonly AwsProfile[]>>;
  /** ListClusters in each place. @throws the signal's reason when aborted */
  listAwsClusters(
    places: readonly AwsPlace[],
    signal: AbortSignal,
    options?: { readonly timeoutMs?: number },
  ): Promise<AwsClusters>;
  /** What an EKS cluster without a kubeconfig is called where contexts go by names. */
  awsContext(cluster: AwsCluster): ContextSummary;
  /** @returns a failure where the context cannot be used at all (no such context, unreadable file). */
  openCluster(options: OpenOptions): Promise<Result<LiveCluster>>;
  /** What IAM Access Analyzer says of a trust policy (JSON). The document is sent to AWS; nothing is changed there. */
  validatePolicy(
    target: { readonly region?: string; readonly profile?: string; readonly timeoutMs?: number },
    document: string,
    signal: AbortSignal,
  ): Promise<Result<readonly AnalyzerFinding[]>>;
}

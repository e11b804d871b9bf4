import type {
  Annotation,
  Association,
  CredentialStore,
  EksctlCluster,
  OidcProvider,
  PermissionPolicy,
  Role,
  RoleReference,
  ServiceAccount,
  TrustPolicy,
  Workload,
} from '../facts/model.js';
import type { Text } from '../syntax/text.js';
import type { StringNode, SyntaxNode } from '../syntax/tree.js';

/**
 * All files (and, live, the cluster) as one picture: what the rules ask. Whatever a rule asks here is remembered for the
 * file under check, so that a change re-checks just those files whose answers it may have changed.
 */
export interface Workspace {
  /** What the rules have found out together in one check; absent where the facts may change while it is asked. */
  readonly memo?: Map<unknown, unknown>;
  /** Every service account that is one of its own (no patches), as it will be in the cluster. */
  accounts(): readonly Account[];
  /** Those that are surely `namespace/name`. Accounts whose namespace or name has holes are in `accounts()` only. */
  accountsNamed(namespace: string, name: string): readonly Account[];
  accountOf(fact: ServiceAccount): Account | undefined;
  workloads(): readonly PlacedWorkload[];
  /** Those that name a service account just so, in whatever namespace. */
  workloadsNaming(account: Text): readonly PlacedWorkload[];
  workloadOf(fact: Workload): PlacedWorkload | undefined;
  roles(): readonly Role[];
  /** Which role of the workspace a role ARN, name or reference means. */
  roleFor(reference: StringNode | { readonly address: string }): RoleMatch;
  associations(): readonly Association[];
  /** Those that may be for this account: definite ones first. */
  associationsFor(account: Account): readonly { readonly association: Association; readonly certain: boolean }[];
  trustPolicies(): readonly TrustPolicy[];
  credentialStores(): readonly CredentialStore[];
  oidcProviders(): readonly OidcProvider[];
  eksctlClusters(): readonly EksctlCluster[];
  /** Is a permission policy to be judged: a workload-identity role uses it, or somebody chose the file? */
  judges(policy: PermissionPolicy): boolean;
  /** The roles of the workspace behind references. */
  rolesOf(references: readonly RoleReference[]): readonly Role[];
  /** Does it let pods in, by either mechanism? */
  isWorkloadRole(role: Role): boolean;
}

export type RoleMatch =
  /** `by`: a role matched by name alone stands for it only because no other role has that name. */
  | { readonly found: Role; readonly by: 'address' | 'arn' | 'name' }
  /** The ARN lacks the path of the only role of that name (or has a wrong one): such a role does not exist. */
  | { readonly found: undefined; readonly pathDiffers: Role }
  | { readonly found: undefined; readonly pathDiffers?: undefined };

/**
 * A service account as it will be in the cluster: overlays, patches and charts applied. With several overlays there are
 * several variants, and what is definite must hold in each.
 */
export interface Account {
  readonly fact: ServiceAccount;
  readonly variants: readonly AccountVariant[];
}

export interface AccountVariant {
  /** A lone hole where nothing says it. */
  readonly namespace: Text;
  readonly name: Text;
  /** The value of `eks.amazonaws.com/role-arn` that counts (a patch's beats the base's); empty values are absent. */
  readonly roleArn: StringNode | undefined;
  readonly audience: SyntaxNode | undefined;
  /** All of them, those of patches behind those that they may replace. */
  readonly annotations: readonly Annotation[];
  /** Annotations may come from elsewhere too, so absence proves nothing. */
  readonly open: boolean;
}

export interface PlacedWorkload {
  readonly fact: Workload;
  readonly variants: readonly {
    readonly namespace: Text;
    readonly name: Text;
    /** The account the pods run as; `default` where none is named; undefined where it is unknown. */
    readonly serviceAccountName: Text | undefined;
  }[];
}

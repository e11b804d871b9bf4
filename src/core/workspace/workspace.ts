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
import type { Named, Whereabouts } from './keys.js';

/**
 * All files (and, live, the cluster) as one picture: what the rules ask. Whatever a rule asks here is remembered for the
 * file under check, so that a change re-checks just those files whose answers it may have changed: a rule asks for what it is
 * about, by name, and for all of a kind only where a fix offers a choice. Answers stand in the order of the files' names.
 */
export interface Workspace {
  /** What the rules have found out together in one check; absent where the facts may change while it is asked. */
  readonly memo?: Map<unknown, unknown>;

  /** Every service account that is one of its own (no patches), as it will be in the cluster. */
  accounts(): readonly Account[];
  /** Those that are surely `namespace/name`. Accounts whose namespace or name has holes are not among them. */
  accountsNamed(namespace: string, name: string): readonly Account[];
  /** The same, where it matters only which there are, how they are typed, and in which order: what else they say may change. */
  accountsKnown(namespace: string, name: string): readonly Account[];
  accountOf(fact: ServiceAccount): Account | undefined;
  /** Those that a name surely means: what is left unsaid is the same within one chart or folder. */
  accountsMeant(
    wanted: Named,
    from: Whereabouts,
  ): readonly { readonly account: Account; readonly variant: AccountVariant }[];
  /** Accounts of known namespaces whose name, as placed or as typed, is at most two edits away. */
  accountsNear(name: string): readonly Account[];
  /** May an account whose namespace or name is not known be this one? A chart's template that could be any does not count. */
  mayBeVague(namespace: string, name: string): boolean;
  /** By the namespace that their own text says. */
  accountsOfNamespace(namespace: string): readonly Account[];
  accountsOfChart(chart: string): readonly Account[];
  /** Those whose own text surely has this name, overlays aside. */
  accountsTyped(name: Text): readonly Account[];
  /** Those that get their role by a value in this file, a patch's too. */
  accountsAnnotatedIn(file: string): readonly Account[];
  /** Those that may carry a role of this policy by ARN, name or reference; `roleFor` tells whether they do. */
  accountsUsing(policy: TrustPolicy): readonly Account[];
  /** Those whose annotations say something of the audience. */
  accountsWithAudience(): readonly Account[];

  workloads(): readonly PlacedWorkload[];
  workloadOf(fact: Workload): PlacedWorkload | undefined;
  /** @param raw the name as its text says it, holes masked */
  workloadsNamed(raw: string): readonly PlacedWorkload[];
  /** Those whose own text surely names this account, or has this name itself. */
  workloadsTyping(name: Text): readonly PlacedWorkload[];
  /** Does a workload surely run as this account? */
  isRunAs(namespace: string, name: string): boolean;
  workloadsOfChart(chart: string): readonly PlacedWorkload[];
  /** Those whose pods surely run as one of these; `where` tells what the unsaid means, as in `accountsMeant`. */
  workloadsRunningAs(accounts: readonly Named[], where: Whereabouts): readonly PlacedWorkload[];

  roles(): readonly Role[];
  /** In whatever account and path; upper and lower case are one. */
  rolesNamed(name: string): readonly Role[];
  /** Which role of the workspace a role ARN, name or reference means. */
  roleFor(reference: StringNode | { readonly address: string }): RoleMatch;
  /** Those that have this trust policy. */
  rolesWith(policy: TrustPolicy): readonly Role[];
  /** The roles of the workspace behind references. */
  rolesOf(references: readonly RoleReference[]): readonly Role[];
  /** Does it let pods in, by either mechanism? */
  isWorkloadRole(role: Role): boolean;

  associations(): readonly Association[];
  /** Those that are surely for this account. */
  associationsNaming(account: Named): readonly Association[];
  /** Those that are surely for this account in all of its variants. */
  associationsSurelyFor(account: Pick<Account, 'variants'>): readonly Association[];
  /** Those that may be for this account: definite ones first. */
  associationsFor(account: Account): readonly { readonly association: Association; readonly certain: boolean }[];
  /** Those that give this role. */
  associationsOf(role: Role): readonly Association[];

  trustPolicies(): readonly TrustPolicy[];
  /** Those that trust the account by IRSA, named one by one; not those that scripts make, which annotate too. */
  trustPoliciesNaming(namespace: string, name: string): readonly TrustPolicy[];
  /** Does some policy name just this account in its conditions? */
  isTrusted(namespace: string, name: string): boolean;
  /** The principals of all trust policies, each text once, in the order of their texts. */
  trustedPrincipals(): readonly Text[];
  /** Is a permission policy to be judged: a workload-identity role uses it, or somebody chose the file? */
  judges(policy: PermissionPolicy): boolean;

  credentialStores(): readonly CredentialStore[];
  oidcProviders(): readonly OidcProvider[];
  eksctlClusters(): readonly EksctlCluster[];
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
  readonly who: string | undefined;
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

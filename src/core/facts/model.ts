/**
 * What files and clusters say, in one form. Every value is the syntax node it was read from, so that a finding can stand on
 * it and a fix can change it; live objects are read from trees made of the API's JSON.
 */
import type { Text } from '../syntax/text.js';
import type { ArrayNode, ObjectNode, Property, SourceDocument, StringNode, SyntaxNode } from '../syntax/tree.js';

export interface Facts {
  readonly trustPolicies: TrustPolicy[];
  readonly roles: Role[];
  readonly serviceAccounts: ServiceAccount[];
  readonly workloads: Workload[];
  readonly annotated: AnnotatedObject[];
  readonly associations: Association[];
  readonly credentialStores: CredentialStore[];
  readonly oidcProviders: OidcProvider[];
  readonly nodeTemplates: NodeTemplate[];
  readonly eksctlClusters: EksctlCluster[];
  readonly permissionPolicies: PermissionPolicy[];
  readonly managedPolicyArns: ManagedPolicyAttachment[];
  readonly dockerCredentials: DockerCredential[];
  readonly kustomizations: Kustomization[];
  readonly jsonPatches: JsonPatch[];
}

export function noFacts(): Facts {
  return {
    trustPolicies: [],
    roles: [],
    serviceAccounts: [],
    workloads: [],
    annotated: [],
    associations: [],
    credentialStores: [],
    oidcProviders: [],
    nodeTemplates: [],
    eksctlClusters: [],
    permissionPolicies: [],
    managedPolicyArns: [],
    dockerCredentials: [],
    kustomizations: [],
    jsonPatches: [],
  };
}

/** A span inside a document where there is no node of its own (a pod spec's first line, a Dockerfile instruction). */
export interface Spot {
  readonly document: SourceDocument;
  readonly start: number;
  readonly end: number;
}

// ── IAM ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface TrustPolicy {
  /** The document: an object of IAM's grammar, or the body of an `aws_iam_policy_document`. */
  readonly node: ObjectNode;
  readonly statements: readonly Statement[];
  /** Top-level elements that are not `Version`, `Id`, `Statement`. */
  readonly unknownElements: readonly Property[];
  /** Statements may be missing here (a merged policy whose source is unknown): absence proves nothing. */
  readonly open?: true;
  /** The role whose trust policy this is, where the document says so. */
  role?: Role;
}

export interface Statement {
  readonly policyNode: ObjectNode;
  readonly node: ObjectNode;
  /** Zero-based among the policy's statements. */
  readonly index: number;
  /** How it is written: as IAM's JSON grammar in some host, or as Terraform's `statement {}` block. */
  readonly grammar: 'iam' | 'terraform-block';
  /** Absent in Terraform's block where the default `Allow` holds: then `effectValue` still says Allow. */
  readonly effect?: StringNode;
  readonly effectValue: 'Allow' | 'Deny' | 'unknown' | 'missing';
  readonly principals: readonly Principal[];
  readonly notPrincipals: readonly Principal[];
  /** The element's property or (Terraform) first block, where findings about the principal as a whole stand. */
  readonly principalElement?: Property | Spot;
  readonly actions: readonly StringNode[];
  readonly actionElement?: Property;
  readonly notActions: readonly StringNode[];
  readonly notActionElement?: Property;
  readonly conditions: readonly Condition[];
  readonly conditionElement?: Property;
  /** `Resource`, `NotResource`: no trust policy may have them. */
  readonly resourceElements: readonly Property[];
  /** Elements of no known name. */
  readonly unknownElements: readonly Property[];
  /** Some of principals, actions or conditions could not be read: absence proves nothing. */
  readonly open?: true;
}

export interface Principal {
  /** `*` where the whole element is `"*"`. Anything else is IAM's own key as typed. */
  readonly type: 'Federated' | 'Service' | 'AWS' | 'CanonicalUser' | '*' | string;
  readonly typeNode?: StringNode;
  readonly value: StringNode;
}

/** One operator with one key; its values are alternatives. */
export interface Condition {
  /** `StringEquals`, `ForAnyValue:StringLike`, `StringEqualsIfExists`, … as typed. */
  readonly operator: StringNode;
  /** `oidc.eks.eu-west-1.amazonaws.com/id/…:sub`, `aws:SourceArn`, … as typed. */
  readonly key: StringNode;
  readonly values: readonly SyntaxNode[];
  /** There may be more values than these. */
  readonly open?: true;
  /** In IAM's grammar the property `key: values` and the operator's `operator: {…}`; in Terraform both absent. */
  readonly keyProperty?: Property;
  readonly operatorProperty?: Property;
  /** In Terraform the `condition {}` block. */
  readonly block?: ObjectNode;
}

export interface Role {
  readonly source: RoleSource;
  /** `tf:…#aws_iam_role.x`, `cfn:…#Logical`, `ack:ns/name`, `crossplane:name`; what holes refer to. */
  readonly address?: string;
  /** Addresses that other roles may have as well: what selectors by labels refer to. */
  readonly aliases?: readonly string[];
  readonly name?: StringNode;
  readonly path?: StringNode;
  /** Only where the document says it (get-role's output). */
  readonly arn?: StringNode;
  /** The account where the document says it by other means (a literal provider ARN in its trust policy). */
  readonly account?: string;
  trustPolicy?: TrustPolicy;
  /** The tool makes the trust policy itself for the accounts it is given (eksctl): it trusts them, nothing to check. */
  readonly managedTrust?: true;
  readonly node: SyntaxNode;
}

export type RoleSource =
  | 'iam'
  | 'cloudformation'
  | 'terraform'
  | 'terraform-module'
  | 'ack'
  | 'crossplane'
  | 'eksctl'
  | 'live';

export interface OidcProvider {
  /** URL as given, with or without `https://`. */
  readonly url?: StringNode;
  readonly arn?: StringNode;
  readonly clientIds: readonly StringNode[];
  readonly address?: string;
  readonly node: SyntaxNode;
}

/** A permission policy of a role. `role` is missing for a document nobody is known to use. */
export interface PermissionPolicy {
  readonly node: ObjectNode;
  readonly statements: readonly PermissionStatement[];
  /** Addresses, names or ARNs of the roles it is attached to. */
  readonly roles: readonly RoleReference[];
  /** What attachments elsewhere refer to: a `ManagedPolicyAttachment` whose ARN is a hole of this address. */
  readonly address?: string;
}

export interface RoleReference {
  readonly address?: string;
  readonly name?: Text;
  readonly arn?: Text;
}

export interface PermissionStatement {
  readonly node: ObjectNode;
  readonly effect: 'Allow' | 'Deny' | 'unknown';
  readonly actions: readonly StringNode[];
  readonly resources: readonly StringNode[];
  readonly hasCondition: boolean;
}

export interface ManagedPolicyAttachment {
  readonly arn: StringNode;
  readonly roles: readonly RoleReference[];
}

// ── Kubernetes ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Annotation {
  readonly key: StringNode;
  /** A string in a correct manifest; YAML also yields numbers, booleans and nulls, which Kubernetes refuses. */
  readonly value: SyntaxNode | undefined;
}

/** `helm-values`: a chart's `serviceAccount:` section; name and namespace are then mostly unknown. */
export type KubernetesSource = 'manifest' | 'helm-values' | 'terraform' | 'eksctl' | 'cloudformation' | 'live';

export interface Metadata {
  /** The `metadata` node, or what holds the values where there is no such thing. */
  readonly node: SyntaxNode;
  readonly name?: StringNode;
  /** Absent: a hole, not `default`. */
  readonly namespace?: StringNode;
  readonly annotations: readonly Annotation[];
  /** The `annotations` mapping itself, for inserting. */
  readonly annotationsNode?: ObjectNode;
  readonly labels: readonly Annotation[];
  readonly labelsNode?: ObjectNode;
  /** Other properties right under metadata: misspelled places. */
  readonly others: readonly Property[];
  /** Annotations may come from elsewhere too (a template hole, a merge): absence proves nothing. */
  readonly open?: true;
}

export interface ServiceAccount {
  readonly source: KubernetesSource;
  readonly address?: string;
  readonly metadata: Metadata;
  /** The whole object. */
  readonly node: ObjectNode;
  /** It is a patch of another file's object (Kustomize): it adds to it and is no account of its own. */
  readonly patch?: true;
  /** The chart's root folder, for objects of a Helm chart. */
  readonly chart?: string;
  /** Made with an IRSA role by the tool itself (eksctl `iam.serviceAccounts`): annotation and trust come with it. */
  readonly managed?: true;
  /** What else of its file decides whether the tool can make it: `withOIDC` of an eksctl cluster. */
  readonly depends?: SyntaxNode;
}

export interface Workload {
  readonly source: KubernetesSource;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly node: ObjectNode;
  /** Pod metadata: the template's, or the Pod's own (then the same as `metadata`). */
  readonly podMetadata?: Metadata;
  readonly podSpec?: ObjectNode;
  readonly serviceAccountName?: StringNode;
  readonly containers: readonly Container[];
  readonly nodeSelector: readonly Annotation[];
  readonly patch?: true;
  readonly chart?: string;
}

export interface Container {
  readonly name?: StringNode;
  readonly image?: StringNode;
  readonly node: ObjectNode;
  readonly env: readonly EnvironmentVariable[];
  readonly envFrom: readonly EnvironmentSource[];
}

export interface EnvironmentVariable {
  readonly name: StringNode;
  readonly value?: SyntaxNode;
  readonly from?: {
    readonly kind: 'secret' | 'configmap' | 'other';
    readonly name?: StringNode;
    readonly key?: StringNode;
    /** May be missing: then the variable is not set. */
    readonly optional?: true;
  };
  /** The list's item, or the mapping's property in Helm values: what a fix removes. */
  readonly node: SyntaxNode | Property;
}

export interface EnvironmentSource {
  readonly kind: 'secret' | 'configmap';
  readonly name?: StringNode;
  /** Stands in front of every key. */
  readonly prefix?: StringNode;
  readonly node: SyntaxNode;
}

/** Any other object that may carry identity annotations by mistake (Namespace), or Helm's `podAnnotations`. */
export interface AnnotatedObject {
  readonly kind: string;
  readonly metadata: Metadata;
  readonly node: ObjectNode;
  readonly chart?: string;
}

/** A Secret or ConfigMap. */
export interface CredentialStore {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly metadata: Metadata;
  readonly node: ObjectNode;
  /** `data`, decoded from base64 for a Secret, and `stringData`. Values may be long; undecodable ones are left out. */
  readonly entries: readonly {
    readonly key: StringNode;
    readonly value: StringNode;
    readonly decoded: string | undefined;
  }[];
}

export interface DockerCredential {
  readonly instruction: 'ENV' | 'ARG';
  readonly name: string;
  /** The literal value; undefined for a bare `ARG NAME`. */
  readonly value?: Text;
  readonly spot: Spot;
}

export interface Kustomization {
  readonly file: string;
  readonly node: ObjectNode;
  readonly namespace?: StringNode;
  readonly namePrefix?: StringNode;
  readonly nameSuffix?: StringNode;
  /** As typed: files, folders, URLs. */
  readonly resources: readonly StringNode[];
  readonly patches: readonly KustomizePatch[];
  readonly commonAnnotations: readonly Annotation[];
}

export interface KustomizePatch {
  /** A file of its own, or the patch inline. */
  readonly path?: StringNode;
  /** Strategic-merge content: service accounts and workloads in it are also in the facts, with `patch: true`. */
  readonly content?: SyntaxNode;
  readonly target?: { readonly kind?: string; readonly name?: string; readonly namespace?: string };
  /** Annotation keys and values that a JSON patch adds to its target. */
  readonly adds: readonly Annotation[];
}

/** A file that is a JSON patch (RFC 6902); a kustomization says what it is for. */
export interface JsonPatch {
  readonly node: ArrayNode;
  /** Annotation keys and values that it adds to its target. */
  readonly adds: readonly Annotation[];
}

// ── EKS ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Association {
  readonly source:
    | 'cloudformation'
    | 'terraform'
    | 'terraform-module'
    | 'eksctl'
    | 'ack'
    | 'crossplane'
    | 'cli'
    | 'live';
  readonly node: ObjectNode;
  readonly clusterName?: StringNode;
  readonly namespace?: StringNode;
  readonly serviceAccount?: StringNode;
  readonly roleArn?: StringNode;
  /** Address of the role where it is referred to by other means than the ARN (`roleRef`, a tool's own role). */
  readonly role?: RoleReference;
  readonly targetRoleArn?: StringNode;
  readonly disableSessionTags?: SyntaxNode;
  /** The session policy. */
  readonly policy?: SyntaxNode;
  /** Other fields that exclude each other, as the format has them (eksctl: `roleARN`, `permissionPolicy`, …). */
  readonly fields: readonly Property[];
  /** Belongs to an EKS add-on, which then names namespace and account itself. */
  readonly addon?: string;
}

export interface NodeTemplate {
  readonly kind: 'launch-template' | 'node-group' | 'node-class' | 'eksctl-node-group';
  readonly name?: StringNode;
  readonly node: ObjectNode;
  /** Where the tokens setting stands, and what it says. */
  readonly httpTokens?: {
    readonly node: SyntaxNode;
    readonly property?: Property;
    readonly value: 'required' | 'optional' | 'unknown';
  };
  readonly hopLimit?: { readonly node: SyntaxNode; readonly property?: Property; readonly value: number | undefined };
  /** Known to be of EKS: by node group, user data, tags or name. */
  readonly eks: boolean;
}

export interface EksctlCluster {
  readonly node: ObjectNode;
  readonly name?: StringNode;
  readonly region?: StringNode;
  readonly withOidc?: Property;
  readonly iamNode?: ObjectNode;
  readonly serviceAccountsProperty?: Property;
  readonly serviceAccountCount: number;
  readonly subjectPatterns: readonly StringNode[];
  readonly podIdentityAssociationsProperty?: Property;
  readonly associationCount: number;
  readonly addonsNode?: ArrayNode;
  readonly addons: readonly EksctlAddon[];
  readonly autoMode: boolean;
}

export interface EksctlAddon {
  readonly node: ObjectNode;
  readonly name?: StringNode;
  /** `serviceAccountRoleARN`, `attachPolicyARNs`, `attachPolicy`, `wellKnownPolicies` as present. */
  readonly irsaFields: readonly Property[];
  readonly podIdentityAssociations?: Property;
  readonly useDefaultPodIdentityAssociations?: Property;
}

import type { LiveFailure } from '../types.js';

export interface AccountName {
  readonly namespace: string;
  readonly name: string;
}

/** Kinds whose pods a changed template replaces. */
export type RestartableKind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

/** What an association can be given; absent: left as it is, or not set in a new one. */
export interface AssociationFields {
  readonly roleArn?: string;
  /** Empty: taken away. */
  readonly targetRoleArn?: string;
  readonly disableSessionTags?: boolean;
  /** The session policy as JSON. Empty: taken away. */
  readonly policy?: string;
}

/** What a person wants changed. One request makes one plan. */
export type ChangeRequest =
  | ({ readonly kind: 'annotate'; readonly key: string; readonly value: string } & AccountName)
  | ({ readonly kind: 'remove-annotation'; readonly key: string } & AccountName)
  | ({ readonly kind: 'create-association'; readonly tags?: Readonly<Record<string, string>> } & AccountName &
      AssociationFields & { readonly roleArn: string })
  | ({ readonly kind: 'update-association'; readonly associationId: string } & AssociationFields)
  | { readonly kind: 'delete-association'; readonly associationId: string }
  | { readonly kind: 'put-trust-policy'; readonly roleArn: string; readonly document: string }
  | {
      readonly kind: 'restart';
      readonly namespace: string;
      readonly workload: { readonly kind: RestartableKind; readonly name: string };
    };

/** A call as it will be sent; nothing in it is a credential. */
export interface PlannedCall {
  readonly service: 'kubernetes' | 'eks' | 'iam';
  /** `patch serviceaccounts`, `CreatePodIdentityAssociation` */
  readonly operation: string;
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  /** Of the HTTP request: the API server's, or the AWS service's. */
  readonly path: string;
  /** Kubernetes only. */
  readonly contentType?:
    | 'application/merge-patch+json'
    | 'application/json-patch+json'
    | 'application/strategic-merge-patch+json';
  /** The body for Kubernetes; the operation's input, as the SDKs name its members, for AWS. */
  readonly parameters: unknown;
  /** The id is known once the change was made: taken from the answer of that call (zero-based). */
  readonly associationFrom?: number;
  /** The permission that it needs: `eks:CreatePodIdentityAssociation`, `patch serviceaccounts in payments`. */
  readonly permission: string;
  /** One line for a person. */
  readonly summary: string;
}

export type Tool = 'awsCli' | 'kubectl' | 'eksctl' | 'terraform' | 'cloudFormation';

/** The same change in the words of a tool, or why it has none for it. */
export type ToolText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'none'; readonly why: string };

export type ToolTexts = Readonly<Record<Tool, ToolText>>;

export interface Recipe {
  readonly calls: readonly PlannedCall[];
  readonly asText: ToolTexts;
  /** What does not come back, and what else to know. */
  readonly notes: readonly string[];
}

/** What would be done, made by reading only. */
export interface ChangePlan extends Recipe {
  readonly request: ChangeRequest;
  /** `Annotate payments/api with arn:…` */
  readonly title: string;
  /** What was there when it was planned, and what will be: for a preview and a diff. */
  readonly before: string;
  readonly after: string;
  /** Who gets in or out by it, as far as the cluster was read: `payments/worker: denied → allowed`. */
  readonly effects: readonly string[];
  /** Nothing to do: it is so already. */
  readonly needless: boolean;
  readonly undo: Recipe;
}

/** What became of one call. `unknown`: sent, and no answer that could be understood came; it may have been done. */
export interface CallResult {
  readonly call: PlannedCall;
  readonly outcome: 'done' | 'failed' | 'unknown' | 'not-sent';
  readonly failure?: LiveFailure;
  /** Of a created association. */
  readonly associationId?: string;
  /** What of the answer is not as it was asked for. */
  readonly differs?: string;
}

export interface ChangeOutcome {
  readonly plan: ChangePlan;
  readonly direction: 'change' | 'undo';
  /** One for each call, in their order; after the first that was not done the rest is `not-sent`. */
  readonly results: readonly CallResult[];
  readonly done: boolean;
}

/** One element of the way to a place in a policy document, as Access Analyzer names it. */
export type PolicyStep =
  /** The member's value. */
  | { readonly kind: 'value'; readonly name: string }
  /** The member's key. */
  | { readonly kind: 'key'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  /** A part of the string that the rest leads to. */
  | { readonly kind: 'substring'; readonly start: number; readonly length: number };

/** What IAM Access Analyzer says of a policy. */
export interface AnalyzerFinding {
  readonly type: 'ERROR' | 'SECURITY_WARNING' | 'WARNING' | 'SUGGESTION';
  /** `WILDCARD_WITHOUT_LIKE_OPERATOR` */
  readonly issueCode: string;
  readonly message: string;
  readonly link?: string;
  /** To the places in the document that was sent; an empty one is the whole document. */
  readonly places: readonly (readonly PolicyStep[])[];
}

/** One call by which a pod asked for credentials; holds no credential. */
export interface CredentialCall {
  readonly id: string;
  readonly operation: 'AssumeRoleWithWebIdentity' | 'AssumeRoleForPodIdentity';
  /** ms since the epoch. */
  readonly at: number;
  readonly failed: boolean;
  /** `AccessDenied` */
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly roleArn?: string;
  readonly sessionName?: string;
  readonly region?: string;
  readonly sourceAddress?: string;
  readonly userAgent?: string;
  /** The event says whose call it was; else only that it was one of this cluster. */
  readonly certain: boolean;
}

export interface CallHistory {
  /** Failures first, then by time, newest first. */
  readonly calls: readonly CredentialCall[];
  /** ms since the epoch. */
  readonly from: number;
  readonly until: number;
  /** There were more events than are read: older ones are missing. */
  readonly cut: boolean;
  /** What could not be asked, and why. */
  readonly gaps: readonly string[];
  /** What was asked: `cloudtrail:LookupEvents in eu-west-1, Username = …`. */
  readonly asked: readonly string[];
}

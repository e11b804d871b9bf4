import type { Analysis } from '../analysis.js';
import type { FileIdentity } from '../features/identities.js';
import { display } from '../syntax/text.js';
import { placeOf, type SyntaxNode } from '../syntax/tree.js';
import { contains, strayAnnotations } from './strayAnnotations.js';

/** What is known of the service account whose pod logged the error: from files, from a cluster, or both. */
export interface Evidence {
  readonly files?: FileEvidence;
  readonly live?: LiveEvidence;
}

/** What a rule said, with where. */
export interface EvidenceFinding {
  readonly ruleId: string;
  readonly message: string;
  readonly where?: string;
}

export interface FileEvidence {
  readonly identity: FileIdentity;
  /** Of the account, its associations, its workloads and its role's trust policy; and of annotations meant for it elsewhere. */
  readonly findings: readonly EvidenceFinding[];
}

type Known<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

/** A row of a cluster as far as checks look at it; `ServiceAccountIdentity` with parts of its snapshot is one. */
export interface LiveEvidence {
  /** The kubeconfig's context. */
  readonly context?: string;
  readonly namespace: string;
  readonly name: string;
  readonly mechanism: string;
  readonly winner: string;
  readonly reason: string;
  readonly roleArn?: string;
  readonly annotation?: string;
  readonly audience: string;
  readonly associationId?: string;
  readonly association?: {
    readonly targetRoleArn?: string;
    readonly disableSessionTags?: boolean;
    readonly hasSessionPolicy?: boolean;
  };
  readonly role?: { readonly arn: string };
  readonly trust: string;
  readonly trustDetail?: { readonly nearestMiss?: string; readonly why?: string };
  readonly pods: {
    readonly known: boolean;
    readonly total: number;
    readonly stale: number;
    readonly list: readonly {
      readonly name: string;
      readonly compute: string;
      readonly stale: boolean;
      readonly note?: string;
      readonly identity?: { readonly kind: string; readonly roleArn?: string };
    }[];
  };
  readonly findings?: readonly { readonly ruleId: string; readonly message: string }[];
  readonly unknown: readonly string[];
  readonly agent: Known<{ readonly kind: string; readonly healthy: boolean; readonly status?: string }>;
  readonly oidcProvider: Known<{ readonly exists: boolean; readonly clientIds: readonly string[] }>;
}

/** Collects what the rules say of everything that the identity hangs on. */
export function fileEvidence(analysis: Analysis, identity: FileIdentity): FileEvidence {
  const workspace = analysis.workspace();
  const nodes: SyntaxNode[] = [identity.account.fact.node];
  if (identity.policy) nodes.push(identity.policy.role?.node ?? identity.policy.node, identity.policy.node);
  for (const { association } of workspace.associationsFor(identity.account)) nodes.push(association.node);
  for (const { fact, variants } of workspace.workloads()) {
    const runs = variants.some(
      ({ namespace, serviceAccountName }) =>
        serviceAccountName !== undefined &&
        display(serviceAccountName) === identity.name &&
        display(namespace) === identity.namespace,
    );
    if (runs) nodes.push(fact.node);
  }
  const places = nodes.map(placeOf);
  const files = new Set(places.map(({ file }) => file));
  const own = [...files].flatMap((file) =>
    analysis.findings(file).filter((finding) => places.some((place) => contains(place, finding))),
  );
  // What was meant for it elsewhere is no part of it, and is what explains that it has nothing.
  const stray = strayAnnotations(analysis, identity).filter((finding) => !own.includes(finding));
  const findings = [...own, ...stray].map(({ ruleId, message, file, start }) => ({
    ruleId,
    message,
    where: `${file}:${lineAt(analysis.text(file), start)}`,
  }));
  return { identity, findings };
}

function lineAt(text: string | undefined, offset: number): number {
  return (text?.slice(0, offset).match(/\r\n|\n|\r/g)?.length ?? 0) + 1;
}

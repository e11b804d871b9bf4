/**
 * Which AWS identity the pods of a service account get, by which mechanism, and why. Pure: files and clusters give the same
 * facts.
 *
 * The order is the webhook's: an association injects the container credentials and leaves the annotation aside, so Pod Identity
 * wins over IRSA for every pod created since (amazon-eks-pod-identity-webhook, pkg/handler). Static keys in a container's
 * environment stand before both in most SDKs' chains, but belong to the workload and not to the service account.
 */
export interface IdentityFacts {
  /** The value of `eks.amazonaws.com/role-arn`; the webhook takes an empty one as absent, and so must the caller. */
  readonly annotation: string | undefined;
  /** The association for cluster, namespace and service account; its role may be unknown. */
  readonly association: { readonly roleArn: string | undefined } | undefined;
  /** False where associations could not be read: one may exist. */
  readonly associationsKnown: boolean;
  /** A pod's environment shows Pod Identity: where associations are unknown, there was one when it started. */
  readonly observedPodIdentity?: boolean;
  /** Some of its pods carry static AWS keys in their environment. */
  readonly staticCredentials: boolean;
  /** What the pods can take from the node when they have nothing of their own. */
  readonly node: NodeFallback;
}

export type NodeFallback =
  /** No pod runs, or none could reach a node role (Fargate, hybrid nodes, hop limit 1). */
  | { readonly reach: 'none'; readonly why: string }
  | { readonly reach: 'role'; readonly roleArn: string | undefined; readonly nodeGroup: string | undefined };

export type Mechanism = 'irsa' | 'pod-identity' | 'both' | 'static-credentials' | 'node-role' | 'none';

export interface Resolution {
  readonly mechanism: Mechanism;
  /** What new pods really use. */
  readonly winner: Exclude<Mechanism, 'both'>;
  /** As written, also where it is no ARN. */
  readonly roleArn: string | undefined;
  /** One sentence. */
  readonly reason: string;
  /** The answer could be another one if something unknown were known. */
  readonly certain: boolean;
}

export function resolve(facts: IdentityFacts): Resolution {
  const { annotation, association, associationsKnown } = facts;
  if (association) {
    return annotation === undefined
      ? {
          mechanism: 'pod-identity',
          winner: 'pod-identity',
          roleArn: association.roleArn,
          reason: 'An association gives its pods the role by EKS Pod Identity.',
          certain: association.roleArn !== undefined,
        }
      : {
          mechanism: 'both',
          winner: 'pod-identity',
          roleArn: association.roleArn,
          reason: 'Annotation and association: the webhook injects Pod Identity only, the annotation is ignored.',
          certain: association.roleArn !== undefined,
        };
  }
  if (!associationsKnown && facts.observedPodIdentity) {
    return {
      mechanism: annotation === undefined ? 'pod-identity' : 'both',
      winner: 'pod-identity',
      roleArn: undefined,
      reason: "Its pods' environment shows Pod Identity; the association itself could not be read.",
      certain: false,
    };
  }
  if (annotation !== undefined) {
    return {
      mechanism: 'irsa',
      winner: 'irsa',
      roleArn: annotation,
      reason: associationsKnown
        ? 'Its annotation names the role, and there is no association.'
        : 'Its annotation names the role; whether an association takes precedence is unknown.',
      certain: associationsKnown,
    };
  }
  if (facts.staticCredentials) {
    return {
      mechanism: 'static-credentials',
      winner: 'static-credentials',
      roleArn: undefined,
      reason: 'It has neither annotation nor association, and its pods carry AWS keys in their environment.',
      certain: associationsKnown,
    };
  }
  const nothing = associationsKnown
    ? 'It has neither annotation nor association'
    : 'It has no annotation; whether it has an association is unknown';
  if (facts.node.reach === 'role') {
    return {
      mechanism: 'node-role',
      winner: 'node-role',
      roleArn: facts.node.roleArn,
      reason: `${nothing}, so its pods can take the node's role.`,
      certain: associationsKnown && facts.node.roleArn !== undefined,
    };
  }
  return {
    mechanism: 'none',
    winner: 'none',
    roleArn: undefined,
    reason: `${nothing}; ${facts.node.why}.`,
    certain: associationsKnown,
  };
}

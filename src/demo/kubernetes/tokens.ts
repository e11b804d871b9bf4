import { randomUUID } from 'node:crypto';
import { type SigningKey, signToken } from '../jwt.js';
import { type ClusterRecord, issuerHost } from '../scenarioTypes.js';
import type { KubernetesObject } from './objects.js';
import { notFound, StatusError } from './status.js';
import type { Store } from './store.js';

/** The body of a TokenRequest (authentication.k8s.io/v1), as far as it is used. */
export interface TokenRequestSpec {
  readonly audiences?: readonly string[];
  readonly expirationSeconds?: number;
  readonly boundObjectRef?: { readonly kind?: string; readonly name?: string; readonly uid?: string };
}

export interface IssuedToken {
  readonly token: string;
  readonly audiences: readonly string[];
  readonly expires: Date;
}

/** Issues service account tokens as the cluster's API server does. */
export class TokenIssuer {
  private readonly issuer: string;

  constructor(
    cluster: ClusterRecord,
    private readonly store: Store,
    private readonly key: SigningKey,
    private readonly now: () => Date,
  ) {
    this.issuer = `https://${issuerHost(cluster)}`;
  }

  issue(account: KubernetesObject, spec: TokenRequestSpec): IssuedToken {
    const { name, namespace = 'default', uid } = account.metadata;
    const seconds = spec.expirationSeconds ?? 3600;
    if (seconds < 600) {
      throw new StatusError(
        422,
        `TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: ${seconds}: may not specify a duration less than 10 minutes`,
        { group: 'authentication.k8s.io', kind: 'TokenRequest' },
      );
    }
    const pod = this.boundPod(account, spec.boundObjectRef);
    const nodeName = (pod?.spec as { nodeName?: string } | undefined)?.nodeName;
    const issued = Math.floor(this.now().getTime() / 1000);
    // EKS gives no token for longer than a day.
    const expires = issued + Math.min(seconds, 86_400);
    const audiences = spec.audiences?.length ? spec.audiences : [this.issuer];
    const token = signToken(this.key, {
      aud: audiences,
      exp: expires,
      iat: issued,
      iss: this.issuer,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace,
        ...(nodeName ? { node: { name: nodeName } } : {}),
        ...(pod ? { pod: { name: pod.metadata.name, uid: pod.metadata.uid } } : {}),
        serviceaccount: { name, uid },
      },
      nbf: issued,
      sub: `system:serviceaccount:${namespace}:${name}`,
    });
    return { token, audiences, expires: new Date(expires * 1000) };
  }

  private boundPod(account: KubernetesObject, bound: TokenRequestSpec['boundObjectRef']): KubernetesObject | undefined {
    if (bound?.kind !== 'Pod') {
      return undefined;
    }
    const { name, namespace = 'default' } = account.metadata;
    const pod = this.store.collection('pods').get(`${namespace}/${bound.name}`)?.object;
    if (!pod) {
      throw notFound('', 'pods', bound.name ?? '');
    }
    if (bound.uid && bound.uid !== pod.metadata.uid) {
      throw new StatusError(
        409,
        `Operation cannot be fulfilled on pods "${bound.name}": the UID in the bound object reference (${bound.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
        { name: bound.name, kind: 'pods' },
      );
    }
    if ((pod.spec as { serviceAccountName?: string }).serviceAccountName !== name) {
      throw new StatusError(
        400,
        `cannot bind token for serviceaccount "${name}" to pod running with different serviceaccount name.`,
      );
    }
    return pod;
  }
}

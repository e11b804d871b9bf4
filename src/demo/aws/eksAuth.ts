import { randomUUID } from 'node:crypto';
import { readClaims, verifyToken } from '../jwt.js';
import { clusterArn, issuerHost } from '../scenarioTypes.js';
import { AwsError } from './errors.js';
import type { Association, AwsState, Session } from './state.js';
import { podSessionName, type Sts } from './sts.js';
import { trusts } from './trust.js';

interface PodClaims {
  readonly namespace?: string;
  readonly serviceaccount?: { readonly name?: string };
  readonly pod?: { readonly name?: string; readonly uid?: string };
}

/** EKS Auth: credentials for a pod from its token (the call that the Pod Identity agent makes). */
export class EksAuth {
  constructor(
    private readonly state: AwsState,
    private readonly sts: Sts,
  ) {}

  assumeRoleForPodIdentity(clusterName: string, token: string): Record<string, unknown> {
    const { cluster } = this.state.scenario;
    if (clusterName !== cluster.name) {
      throw new AwsError('ResourceNotFoundException', 404, `No cluster found for name: ${clusterName}.`);
    }
    const claims = this.checkToken(token);
    const namespace = claims.namespace ?? '';
    const serviceAccount = claims.serviceaccount?.name ?? '';
    const association = this.state.associationOf(namespace, serviceAccount);
    if (!association) {
      throw new AwsError(
        'ResourceNotFoundException',
        404,
        `No pod identity association found for service account ${serviceAccount} in namespace ${namespace}.`,
      );
    }
    const session = this.assume(association, claims);
    return {
      subject: { namespace, serviceAccount },
      audience: 'pods.eks.amazonaws.com',
      podIdentityAssociation: { associationArn: association.arn, associationId: association.id },
      assumedRoleUser: { arn: session.arn, assumeRoleId: session.userId },
      credentials: {
        sessionToken: session.sessionToken,
        secretAccessKey: session.secretAccessKey,
        accessKeyId: session.accessKeyId,
        expiration: Math.floor(session.expiration.getTime() / 1000),
      },
    };
  }

  private checkToken(token: string): PodClaims {
    const { cluster } = this.state.scenario;
    const verified = verifyToken(token, this.state.issuerKeys.get(issuerHost(cluster)) ?? []);
    const { iss, aud } = readClaims(token) ?? {};
    if (!verified.valid || iss !== `https://${issuerHost(cluster)}`) {
      throw new AwsError('InvalidTokenException', 400, 'The token provided is not valid for this cluster.');
    }
    if (!([aud].flat() as unknown[]).includes('pods.eks.amazonaws.com')) {
      throw new AwsError('InvalidTokenException', 400, 'The token does not have the audience pods.eks.amazonaws.com.');
    }
    const claims = verified.claims['kubernetes.io'] as PodClaims | undefined;
    if (typeof verified.claims.exp !== 'number' || verified.claims.exp * 1000 <= this.state.now().getTime()) {
      throw new AwsError('ExpiredTokenException', 400, 'The token has expired.');
    }
    if (!claims?.pod?.name) {
      throw new AwsError('InvalidTokenException', 400, 'The token is not bound to a pod.');
    }
    return claims;
  }

  /** Whether the association's role lets EKS Pod Identity in for this pod, with the tags EKS sends. */
  private assume(association: Association, claims: PodClaims): Session {
    const { cluster } = this.state.scenario;
    const tags: Record<string, string> = association.disableSessionTags
      ? {}
      : {
          'eks-cluster-arn': clusterArn(cluster),
          'eks-cluster-name': cluster.name,
          'kubernetes-namespace': association.namespace,
          'kubernetes-service-account': association.serviceAccount,
          'kubernetes-pod-name': claims.pod?.name ?? '',
          'kubernetes-pod-uid': claims.pod?.uid ?? '',
        };
    const keys: Record<string, string[]> = {
      'aws:SourceArn': [clusterArn(cluster)],
      'aws:SourceAccount': [cluster.account],
      'aws:PrincipalServiceName': ['pods.eks.amazonaws.com'],
    };
    for (const [key, value] of Object.entries(tags)) {
      keys[`aws:RequestTag/${key}`] = [value];
    }
    if (!association.disableSessionTags) {
      keys['aws:TagKeys'] = Object.keys(tags);
    }
    const role = this.state.roles.get(association.roleArn);
    const trusted =
      role !== undefined &&
      ['sts:AssumeRole', 'sts:TagSession'].every((action) =>
        trusts(role.trustPolicy, {
          action,
          principal: { type: 'Service', names: ['pods.eks.amazonaws.com'] },
          keys,
        }),
      );
    if (!trusted) {
      throw new AwsError(
        'AccessDeniedException',
        400,
        `Unauthorized Exception! EKS does not have permissions to assume the associated role.`,
      );
    }
    const name = podSessionName(cluster.name, claims.pod?.name ?? 'pod', randomUUID());
    const session = this.state.createSession(association.roleArn, name, 6 * 60 * 60, tags);
    return association.targetRoleArn
      ? this.assumeTarget(association, association.targetRoleArn, session, name, tags)
      : session;
  }

  private assumeTarget(
    association: Association,
    target: string,
    session: Session,
    name: string,
    tags: Readonly<Record<string, string>>,
  ): Session {
    try {
      return this.sts.chain({ kind: 'session', session }, target, name, 3540, tags, association.externalId);
    } catch (error) {
      if (error instanceof AwsError && error.code === 'AccessDenied') {
        throw new AwsError('AccessDeniedException', 400, error.message);
      }
      throw error;
    }
  }
}

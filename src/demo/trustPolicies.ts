import type { PolicyDocument } from './scenarioTypes.js';

/** Conditions as IAM writes them: operator → key → values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export function policy(...statements: readonly PolicyDocument[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

/** A statement that lets an OIDC provider's tokens in. */
export function webIdentityStatement(providerArn: string, conditions: Conditions): PolicyDocument {
  return {
    Effect: 'Allow',
    Principal: { Federated: providerArn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    ...(Object.keys(conditions).length > 0 ? { Condition: conditions } : {}),
  };
}

/** The trust policy as the EKS user guide has it: exact subject, exact audience. */
export function irsaTrust(
  account: string,
  issuer: string,
  namespace: string,
  serviceAccount: string,
  audience = 'sts.amazonaws.com',
): PolicyDocument {
  return policy(
    webIdentityStatement(`arn:aws:iam::${account}:oidc-provider/${issuer}`, {
      StringEquals: {
        [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
        [`${issuer}:aud`]: audience,
      },
    }),
  );
}

/** A statement that lets EKS Pod Identity in. */
export function podIdentityStatement(
  conditions: Conditions = {},
  actions: string | readonly string[] = ['sts:AssumeRole', 'sts:TagSession'],
): PolicyDocument {
  return {
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: actions,
    ...(Object.keys(conditions).length > 0 ? { Condition: conditions } : {}),
  };
}

/** What a node's role trusts. */
export function ec2Trust(): PolicyDocument {
  return policy({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' });
}

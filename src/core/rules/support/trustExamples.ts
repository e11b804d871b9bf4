import type { Example } from '../rule.js';

/** The cluster of the documentation's examples. */
export const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D';
export const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;
export const SUBJECT = 'system:serviceaccount:payments:api';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export function trust(...statements: readonly Json[]): Example {
  return { 'trust.json': `${JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2)}\n` };
}

/** An IRSA statement as it should be, with other elements where they are given. */
export function irsa(changes: { readonly [element: string]: Json } = {}): Json {
  return {
    Effect: 'Allow',
    Principal: { Federated: PROVIDER },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${ISSUER}:sub`]: SUBJECT, [`${ISSUER}:aud`]: 'sts.amazonaws.com' } },
    ...changes,
  };
}

/** A Pod Identity statement as it should be. */
export function podIdentity(changes: { readonly [element: string]: Json } = {}): Json {
  return {
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: {
      StringEquals: {
        'aws:SourceAccount': '111122223333',
        'aws:RequestTag/kubernetes-namespace': 'payments',
        'aws:RequestTag/kubernetes-service-account': 'api',
      },
    },
    ...changes,
  };
}

export const LINKS = {
  irsa: 'https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html',
  podIdentity: 'https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html',
  abac: 'https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html',
  operators: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html',
  principal: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html',
  oidcKeys: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html',
  grammar: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html',
  quotas: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html',
  names: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
  arns: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html',
  confusedDeputy: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html',
} as const;

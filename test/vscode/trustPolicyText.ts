const PROVIDER = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';

/**
 * A trust policy for IRSA.
 * @param condition operators with claims (`sub`, `aud`); a subject is NAMESPACE:NAME
 */
export function trustPolicyText(condition: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const written = Object.entries(condition).map(([operator, claims]) => [
    operator,
    Object.fromEntries(
      Object.entries(claims).map(([claim, value]) => [
        `${PROVIDER}:${claim}`,
        claim === 'sub' ? `system:serviceaccount:${value}` : value,
      ]),
    ),
  ]);
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${PROVIDER}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: Object.fromEntries(written),
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2);
}

import { ISSUER, PROVIDER } from './trustExamples.js';

/** A workload's role with one statement of permissions, as a CloudFormation template. */
export function roleWith(statement: object): string {
  const role = {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Federated: PROVIDER },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: {
              StringEquals: {
                [`${ISSUER}:sub`]: 'system:serviceaccount:shop:cart',
                [`${ISSUER}:aud`]: 'sts.amazonaws.com',
              },
            },
          },
        ],
      },
      Policies: [{ PolicyName: 'cart', PolicyDocument: { Version: '2012-10-17', Statement: [statement] } }],
    },
  };
  return `${JSON.stringify({ Resources: { CartRole: role } }, null, 2)}\n`;
}

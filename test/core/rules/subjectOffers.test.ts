import { expect, test } from 'vitest';
import { Analysis } from '../../../src/core/analysis.js';

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const account = (name: string, role?: string) =>
  `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  namespace: shop\n${
    role ? `  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/${role}\n` : ''
  }`;

function offers(operator: string, ...accounts: string[]): string[] {
  const analysis = new Analysis();
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${ISSUER}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      [operator]: { [`${ISSUER}:sub`]: 'system:serviceaccount:shop:*' },
    },
  };
  const role = {
    RoleName: 'cart',
    Arn: 'arn:aws:iam::111122223333:role/cart',
    AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [statement] },
  };
  analysis.setFile('role.json', JSON.stringify({ Role: role }));
  analysis.setFile('accounts.yaml', accounts.join('---\n'));
  return analysis
    .findings('role.json')
    .filter(({ ruleId }) => ruleId === 'trust-wildcard-subject' || ruleId === 'trust-literal-wildcard')
    .flatMap((finding) => finding.fixes().map(({ title }) => title))
    .filter((title) => title.startsWith('Only'));
}

test.each(['StringLike', 'StringEquals'])(
  'only whom the role is meant for is offered, if anybody is (%s)',
  (operator) => {
    expect(offers(operator, account('cart', 'cart'), account('till'))).toEqual([
      expect.stringMatching(/^Only shop\/cart/),
    ]);
    const unlinked = offers(operator, account('cart'), account('till'));
    expect(unlinked).toContain('Only shop/cart');
    expect(unlinked).toContain('Only shop/till');
  },
);

import { describe, expect, it } from 'vitest';
import { readAwsCli } from '../../../src/core/facts/awsCli.js';
import { read, shown, typed } from './reading.js';

const trust = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC' },
      Action: 'sts:AssumeRoleWithWebIdentity',
    },
  ],
};
const json = (value: unknown) => JSON.stringify(value, null, 2);
const facts = (value: unknown) => read(readAwsCli, json(value), 'x.json');

describe('roles', () => {
  const role = { RoleName: 'cart', Path: '/eks/', Arn: 'arn:aws:iam::111122223333:role/eks/cart' };

  it.each([
    ['get-role', { Role: { ...role, AssumeRolePolicyDocument: trust } }],
    ['list-roles', { Roles: [{ ...role, AssumeRolePolicyDocument: trust }] }],
    ['the raw API', { Role: { ...role, AssumeRolePolicyDocument: encodeURIComponent(json(trust)) } }],
    ['create-role', { ...role, AssumeRolePolicyDocument: json(trust) }],
    ['update-assume-role-policy', { ...role, PolicyDocument: json(trust) }],
    ['a list of roles', [{ ...role, AssumeRolePolicyDocument: trust }]],
    ['authorization details', { RoleDetailList: [{ ...role, AssumeRolePolicyDocument: trust }], Policies: [] }],
  ])('are read from %s', (_name, value) => {
    const { roles, trustPolicies } = facts(value).facts;
    expect(roles.map(({ name, path, arn }) => [name, path, arn].map(shown))).toEqual([
      ['cart', '/eks/', 'arn:aws:iam::111122223333:role/eks/cart'],
    ]);
    expect(trustPolicies).toHaveLength(1);
    expect(trustPolicies[0]?.role).toBe(roles[0]);
    expect(roles[0]?.account).toBe('111122223333');
    const [principal] = trustPolicies[0]!.statements[0]!.principals;
    const source = typed(json(value), principal?.value).replaceAll('\\', '');
    expect(decodeURIComponent(source)).toBe(`"${trust.Statement[0]!.Principal.Federated}"`);
  });

  it('have policies of their own', () => {
    const { permissionPolicies, managedPolicyArns } = facts({
      RoleDetailList: [
        {
          ...role,
          AssumeRolePolicyDocument: trust,
          RolePolicyList: [{ PolicyName: 'a', PolicyDocument: { Statement: { Action: '*' } } }],
          AttachedManagedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
        },
      ],
    }).facts;
    expect(permissionPolicies[0]?.roles).toEqual([{ arn: [role.Arn] }]);
    expect(managedPolicyArns.map(({ arn }) => shown(arn))).toEqual(['arn:aws:iam::aws:policy/ReadOnlyAccess']);
  });

  it('get a policy by put-role-policy', () => {
    const { permissionPolicies, roles } = facts({
      RoleName: 'cart',
      PolicyName: 'a',
      PolicyDocument: '{"Statement": []}',
    }).facts;
    expect(permissionPolicies[0]?.roles).toEqual([{ name: ['cart'] }]);
    expect(roles).toEqual([]);
  });
});

describe('associations and providers', () => {
  const association = {
    clusterName: 'blue',
    namespace: 'shop',
    serviceAccount: 'cart',
    roleArn: 'arn:aws:iam::1:role/a',
  };

  it.each([
    ['create', association],
    ['describe', { association: { ...association, associationId: 'a-1' } }],
    ['list', { associations: [{ ...association, associationId: 'a-1' }] }],
  ])('are read from %s', (_name, value) => {
    const [found] = facts(value).facts.associations;
    expect([found?.clusterName, found?.namespace, found?.serviceAccount].map(shown)).toEqual(['blue', 'shop', 'cart']);
  });

  it('are read from providers', () => {
    expect(shown(facts({ Url: 'https://a', ClientIDList: ['x'] }).facts.oidcProviders[0]?.clientIds[0])).toBe('x');
    expect(facts({ OpenIDConnectProviderList: [{ Arn: 'arn:a' }] }).facts.oidcProviders).toHaveLength(1);
  });

  it('leaves everything else alone', () => {
    for (const value of [
      { Statement: [] },
      { RoleName: 'x' },
      { namespace: 'a', serviceAccount: 'b' },
      [],
      [1],
      { Url: 'x' },
    ])
      expect(facts(value).taken).toBe(0);
  });
});

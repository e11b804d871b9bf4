import { describe, expect, it } from 'vitest';
import { readTrustPolicy } from '../../../src/core/facts/iamPolicy.js';
import { treeOfValue } from '../../../src/core/iam/asDeployed.js';
import { evaluate } from '../../../src/core/iam/evaluate.js';
import { nearestMiss } from '../../../src/core/iam/nearestMiss.js';
import { type AccessRequest, irsaRequest, podIdentityRequest } from '../../../src/core/iam/request.js';

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const OTHER = 'oidc.eks.eu-west-1.amazonaws.com/id/FEDCBA9876543210FEDCBA9876543210';
const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;
const SUB = `${ISSUER}:sub`;
const web = (condition: object, provider = PROVIDER) => ({
  Effect: 'Allow',
  Principal: { Federated: provider },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: condition,
});
const pods = (condition: object, action: unknown = ['sts:AssumeRole', 'sts:TagSession']) => ({
  Effect: 'Allow',
  Principal: { Service: 'pods.eks.amazonaws.com' },
  Action: action,
  Condition: condition,
});

function miss(request: AccessRequest, ...statements: object[]): string | undefined {
  const policy = readTrustPolicy(treeOfValue({ Version: '2012-10-17', Statement: statements }))!;
  return nearestMiss(evaluate(policy, request), request);
}
const api = irsaRequest({
  issuer: [ISSUER],
  providerArn: [PROVIDER],
  namespace: ['payments'],
  serviceAccount: ['worker'],
});
const pod = podIdentityRequest({
  clusterArn: ['arn:aws:eks:eu-west-1:111122223333:cluster/prod'],
  namespace: ['payments'],
  serviceAccount: ['worker'],
});
const subject = (rest: string) => `system:serviceaccount:${rest}`;

describe('nearestMiss', () => {
  it.each<[string, object, string]>([
    ['the name', { StringEquals: { [SUB]: subject('payments:wrker') } }, "'wrker' ≠ 'worker'"],
    ['the namespace', { StringEquals: { [SUB]: subject('payment:worker') } }, "namespace 'payment' ≠ 'payments'"],
    ['both', { StringEquals: { [SUB]: subject('payment:wrker') } }, "'payment/wrker' ≠ 'payments/worker'"],
    [
      'the nearest of several',
      { StringEquals: { [SUB]: [subject('web:front'), subject('payments:workers')] } },
      "'workers' ≠ 'worker'",
    ],
    ['a pattern of names', { StringLike: { [SUB]: subject('payments:api-*') } }, "'api-*' does not match 'worker'"],
    [
      'a pattern of namespaces',
      { StringLike: { [SUB]: subject('team-*:worker') } },
      "namespace 'team-*' does not match 'payments'",
    ],
    [
      'a literal star',
      { StringEquals: { [SUB]: subject('payments:*') } },
      `'${subject('payments:*')}' is compared literally under StringEquals`,
    ],
    [
      'the audience',
      { StringEquals: { [`${ISSUER}:aud`]: 'sts.eu-west-1.amazonaws.com' } },
      "audience 'sts.eu-west-1.amazonaws.com' ≠ 'sts.amazonaws.com'",
    ],
    [
      'the issuer in the key',
      { StringEquals: { [`${OTHER}:sub`]: subject('payments:worker') } },
      'issuer …3210 ≠ …CDEF',
    ],
    [
      'a scheme in the key',
      { StringEquals: { [`https://${ISSUER}:sub`]: subject('payments:worker') } },
      `issuer 'https://${ISSUER}' is to be written '${ISSUER}'`,
    ],
    [
      'what is excluded',
      { StringNotEquals: { [SUB]: subject('payments:worker') } },
      "'payments/worker' is excluded by StringNotEquals",
    ],
    ['an unknown key', { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }, "depends on 'aws:PrincipalOrgID'"],
    ['an unknown operator', { StringIs: { [SUB]: 'x' } }, "depends on 'StringIs', which is no operator of IAM"],
  ])('names %s', (_title, condition, expected) => {
    expect(miss(api, web(condition))).toBe(expected);
  });

  it('names what is wrong with the principal', () => {
    expect(miss(api, web({}, PROVIDER.replace(ISSUER, OTHER)))).toBe('issuer …3210 ≠ …CDEF');
    expect(miss(api, web({}, PROVIDER.replace('111122223333', '444455556666')))).toBe(
      "provider's account '444455556666' ≠ '111122223333'",
    );
    expect(miss(api, pods({}))).toContain('does not trust the OIDC provider …CDEF');
    expect(miss(pod, web({}))).toContain("does not trust 'pods.eks.amazonaws.com'");
    expect(miss(api)).toBe('no statement allows anything');
  });

  it('names the missing action', () => {
    expect(miss(pod, pods({}, 'sts:AssumeRole'))).toBe('lacks sts:TagSession');
    expect(miss(api, { ...web({}), Action: 'sts:AssumeRole' })).toBe('lacks sts:AssumeRoleWithWebIdentity');
  });

  it('knows the keys of Pod Identity', () => {
    expect(miss(pod, pods({ StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'payment' } }))).toBe(
      "namespace 'payment' ≠ 'payments'",
    );
    expect(miss(pod, pods({ StringEquals: { 'aws:RequestTag/eks-cluster-name': 'prd' } }))).toBe(
      "cluster 'prd' ≠ 'prod'",
    );
    expect(miss(pod, pods({ StringEquals: { 'aws:SourceAccount': '444455556666' } }))).toBe(
      "account '444455556666' ≠ '111122223333'",
    );
  });

  it('picks the statement that comes nearest, and a Deny before all', () => {
    const near = web({ StringEquals: { [SUB]: subject('payments:wrker') } });
    const far = web({ StringEquals: { [SUB]: subject('payments:wrker') } }, PROVIDER.replace(ISSUER, OTHER));
    expect(miss(api, far, pods({}), near)).toBe("'wrker' ≠ 'worker'");
    expect(miss(api, web({}), { ...web({}), Effect: 'Deny' })).toBe('statement 2 denies it');
    expect(miss(api, web({}))).toBeUndefined();
  });
});

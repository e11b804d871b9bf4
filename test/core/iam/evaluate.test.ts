import { describe, expect, it } from 'vitest';
import { readTrustPolicy } from '../../../src/core/facts/iamPolicy.js';
import type { TrustPolicy } from '../../../src/core/facts/model.js';
import { treeOfValue } from '../../../src/core/iam/asDeployed.js';
import { evaluate } from '../../../src/core/iam/evaluate.js';
import { type Context, irsaRequest, podIdentityRequest, unknownText } from '../../../src/core/iam/request.js';
import { parseJson } from '../../../src/core/syntax/json.js';

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const OTHER = 'oidc.eks.eu-west-1.amazonaws.com/id/FEDCBA9876543210FEDCBA9876543210';
const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;
const SUB = `${ISSUER}:sub`;
const AUD = `${ISSUER}:aud`;
const CLUSTER = 'arn:aws:eks:eu-west-1:111122223333:cluster/prod';
const ME = 'system:serviceaccount:payments:api';
/** An IAM variable or a placeholder, as it stands in a document. */
const variable = (inside: string) => `\${${inside}}`;

const read = (document: unknown): TrustPolicy => readTrustPolicy(treeOfValue(document))!;
const web = (rest: object = {}) => ({
  Effect: 'Allow',
  Principal: { Federated: PROVIDER },
  Action: 'sts:AssumeRoleWithWebIdentity',
  ...rest,
});
const pods = (rest: object = {}) => ({
  Effect: 'Allow',
  Principal: { Service: 'pods.eks.amazonaws.com' },
  Action: ['sts:AssumeRole', 'sts:TagSession'],
  ...rest,
});
const policy = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements });

function irsa(document: unknown, context: Context = {}, more: Partial<Parameters<typeof irsaRequest>[0]> = {}): string {
  return evaluate(
    read(document),
    irsaRequest({
      issuer: [ISSUER],
      providerArn: [PROVIDER],
      namespace: ['payments'],
      serviceAccount: ['api'],
      context,
      ...more,
    }),
  ).decision;
}

function podIdentity(
  document: unknown,
  context: Context = {},
  more: Partial<Parameters<typeof podIdentityRequest>[0]> = {},
): string {
  return evaluate(
    read(document),
    podIdentityRequest({ clusterArn: [CLUSTER], namespace: ['payments'], serviceAccount: ['api'], context, ...more }),
  ).decision;
}

/** The decision of one Allow with this condition. */
const when = (condition: object, context: Context = {}) => irsa(policy(web({ Condition: condition })), context);

describe('conditions on a key that is present', () => {
  const K = 'aws:K';
  const cases: readonly [operator: string, values: unknown, actual: string[], decision: string][] = [
    ['StringEquals', 'a', ['a'], 'allowed'],
    ['StringEquals', 'A', ['a'], 'denied'],
    ['StringEquals', ['b', 'a'], ['a'], 'allowed'],
    ['StringEquals', 'a*', ['abc'], 'denied'],
    ['StringEquals', 'a*', ['a*'], 'allowed'],
    ['StringEquals', [], ['a'], 'denied'],
    ['StringEquals', '', [''], 'allowed'],
    ['StringNotEquals', ['a', 'b'], ['b'], 'denied'],
    ['StringNotEquals', ['a', 'b'], ['c'], 'allowed'],
    ['StringNotEquals', [], ['c'], 'allowed'],
    ['StringEqualsIgnoreCase', 'A', ['a'], 'allowed'],
    ['StringNotEqualsIgnoreCase', 'A', ['a'], 'denied'],
    ['StringLike', 'a*', ['a:b/c'], 'allowed'],
    ['StringLike', 'a*', ['a'], 'allowed'],
    ['StringLike', 'a?', ['a'], 'denied'],
    ['StringLike', 'a?c', ['abc'], 'allowed'],
    ['StringLike', 'A*', ['abc'], 'denied'],
    ['StringLike', '*b*d', ['abcd'], 'allowed'],
    ['StringNotLike', ['x*', 'a*'], ['abc'], 'denied'],
    ['NumericEquals', '5', ['5.0'], 'allowed'],
    ['NumericEquals', 5, ['5'], 'allowed'],
    ['NumericNotEquals', '5', ['6'], 'allowed'],
    ['NumericLessThan', '5', ['5'], 'denied'],
    ['NumericLessThanEquals', '5', ['5'], 'allowed'],
    ['NumericGreaterThan', '-1', ['0'], 'allowed'],
    ['NumericGreaterThanEquals', '10', ['9'], 'denied'],
    ['NumericEquals', 'five', ['five'], 'denied'],
    ['DateEquals', '2026-01-01T00:00:00Z', ['1767225600'], 'allowed'],
    ['DateEquals', '2026-01-01', ['2026-01-01T01:00:00+01:00'], 'allowed'],
    ['DateNotEquals', '2026-01-01', ['2026-01-02'], 'allowed'],
    ['DateLessThan', '2026-01-01T00:00:00Z', ['2025-12-31T23:59:59.5Z'], 'allowed'],
    ['DateLessThanEquals', '2026-01-01', ['2026-01-01'], 'allowed'],
    ['DateGreaterThan', '2026-01-01', ['2026-01-01'], 'denied'],
    ['DateGreaterThanEquals', '2026', ['2026-01-01'], 'allowed'],
    ['DateEquals', '2026-02-30', ['2026-03-02'], 'denied'],
    ['Bool', 'true', ['true'], 'allowed'],
    ['Bool', true, ['true'], 'allowed'],
    ['Bool', 'false', ['true'], 'denied'],
    ['Bool', 'True', ['true'], 'allowed'],
    ['BinaryEquals', 'QmluYXJ5', ['QmluYXJ5'], 'allowed'],
    ['BinaryEquals', 'QQ==', ['QR=='], 'allowed'],
    ['BinaryEquals', 'QQ==', ['Qg=='], 'denied'],
    ['IpAddress', '203.0.113.0/24', ['203.0.113.7'], 'allowed'],
    ['IpAddress', '203.0.113.0/24', ['203.0.114.7'], 'denied'],
    ['IpAddress', '203.0.113.7', ['203.0.113.7'], 'allowed'],
    ['IpAddress', '0.0.0.0/0', ['2001:db8::1'], 'denied'],
    ['IpAddress', '2001:db8::/32', ['2001:db8:0:1::5'], 'allowed'],
    ['IpAddress', '2001:DB8:0:0:0:0:0:1', ['2001:db8::1'], 'allowed'],
    ['NotIpAddress', ['10.0.0.0/8', '192.168.0.0/16'], ['192.168.1.1'], 'denied'],
    ['NotIpAddress', '10.0.0.0/8', ['192.168.1.1'], 'allowed'],
    ['ArnEquals', 'arn:aws:eks:*:111122223333:cluster/*', [CLUSTER], 'allowed'],
    ['ArnLike', 'arn:aws:eks:eu-west-?:*:cluster/pr?d', [CLUSTER], 'allowed'],
    ['ArnLike', 'arn:aws:*:cluster/prod', [CLUSTER], 'denied'],
    ['ArnLike', '*', [CLUSTER], 'denied'],
    ['ArnLike', 'arn:aws:sns:*:*:a*', ['arn:aws:sns:us-east-1:1:a:b'], 'allowed'],
    ['ArnLike', 'arn:aws:eks:*:*:*', ['no-arn'], 'denied'],
    ['ArnNotLike', 'arn:aws:eks:*:*:cluster/*', [CLUSTER], 'denied'],
    ['ArnNotEquals', 'arn:aws:eks:*:*:cluster/dev*', [CLUSTER], 'allowed'],
    ['Null', 'true', ['x'], 'denied'],
    ['Null', 'false', ['x'], 'allowed'],
    ['Null', false, ['x'], 'allowed'],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], 'allowed'],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], 'denied'],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['a', 'c'], 'allowed'],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c'], 'denied'],
    ['ForAnyValue:StringNotEquals', 'a', ['a', 'c'], 'allowed'],
    ['ForAllValues:StringNotEquals', 'a', ['a', 'c'], 'denied'],
    ['ForAllValues:StringLike', 'a*', ['a', 'ab'], 'allowed'],
    ['stringlike', 'a*', ['ab'], 'allowed'],
  ];
  it.each(cases)('%s %j on %j', (operator, values, actual, decision) => {
    expect(when({ [operator]: { [K]: values } }, { [K]: actual })).toBe(decision);
    expect(when({ [operator]: { [K.toUpperCase()]: values } }, { [K]: actual })).toBe(decision);
    if (operator === 'Null') return;
    expect(when({ [`${operator}IfExists`]: { [K]: values } }, { [K]: actual })).toBe(decision);
    if (operator.startsWith('For') || actual.length > 1) return;
    // On a single value the qualifiers say nothing.
    expect(when({ [`ForAllValues:${operator}`]: { [K]: values } }, { [K]: actual })).toBe(decision);
    expect(when({ [`ForAnyValue:${operator}`]: { [K]: values } }, { [K]: actual })).toBe(decision);
  });
});

describe('conditions on a key that is absent', () => {
  it.each([
    ['StringEquals', 'denied'],
    ['StringNotEquals', 'allowed'],
    ['StringLike', 'denied'],
    ['StringNotLike', 'allowed'],
    ['StringEqualsIgnoreCase', 'denied'],
    ['StringNotEqualsIgnoreCase', 'allowed'],
    ['NumericEquals', 'denied'],
    ['NumericNotEquals', 'allowed'],
    ['NumericLessThan', 'denied'],
    ['DateGreaterThan', 'denied'],
    ['DateNotEquals', 'allowed'],
    ['Bool', 'denied'],
    ['BinaryEquals', 'denied'],
    ['IpAddress', 'denied'],
    ['NotIpAddress', 'allowed'],
    ['ArnLike', 'denied'],
    ['ArnEquals', 'denied'],
    ['ArnNotLike', 'allowed'],
    ['ArnNotEquals', 'allowed'],
    ['StringEqualsIfExists', 'allowed'],
    ['StringNotEqualsIfExists', 'allowed'],
    ['BoolIfExists', 'allowed'],
    ['ArnLikeIfExists', 'allowed'],
    ['ForAllValues:StringEquals', 'allowed'],
    ['ForAllValues:StringNotEquals', 'allowed'],
    ['ForAnyValue:StringEquals', 'denied'],
    ['ForAnyValue:StringNotEquals', 'denied'],
    ['ForAnyValue:StringEqualsIfExists', 'allowed'],
  ])('%s: %s', (operator, decision) => {
    expect(when({ [operator]: { 'aws:K': '1' } }, { 'aws:K': [] })).toBe(decision);
  });

  it('is what Null asks for', () => {
    expect(when({ Null: { 'aws:K': 'true' } }, { 'aws:K': [] })).toBe('allowed');
    expect(when({ Null: { 'aws:K': 'false' } }, { 'aws:K': [] })).toBe('denied');
    expect(when({ Null: { 'aws:K': ['true', 'false'] } }, { 'aws:K': [] })).toBe('allowed');
  });

  it('holds for claims of another issuer, malformed ones included', () => {
    expect(when({ StringEquals: { [`${OTHER}:sub`]: ME } })).toBe('denied');
    expect(when({ StringNotEquals: { [`${OTHER}:sub`]: ME } })).toBe('allowed');
    expect(when({ StringEqualsIfExists: { [`https://${ISSUER}:sub`]: 'x' } })).toBe('allowed');
    expect(when({ StringEquals: { [`${PROVIDER}:sub`]: ME } })).toBe('denied');
    expect(when({ Null: { 'token.actions.githubusercontent.com:sub': 'true' } })).toBe('allowed');
    expect(podIdentity(policy(pods({ Condition: { StringEquals: { [SUB]: ME } } })))).toBe('denied');
  });
});

describe('a key of which nothing is known', () => {
  it.each([
    ['StringEquals', 'a', 'unknown'],
    ['StringNotEquals', 'a', 'unknown'],
    ['StringEqualsIfExists', 'a', 'unknown'],
    // Whatever the value, and also without one.
    ['StringLikeIfExists', '*', 'allowed'],
    ['StringLike', '*', 'unknown'],
    ['StringNotLike', '*', 'unknown'],
    ['ForAllValues:StringLike', '*', 'allowed'],
    // Nothing is one of no values.
    ['StringEquals', [], 'denied'],
    ['StringNotEquals', [], 'allowed'],
    ['NumericEquals', 'x', 'denied'],
    ['NumericNotEquals', 'x', 'allowed'],
    ['Null', 'true', 'unknown'],
    ['Null', ['true', 'false'], 'allowed'],
    ['Null', [], 'denied'],
    ['ArnLike', 'no-arn', 'denied'],
    ['ArnLike', 'arn:*:*:*:*:*', 'unknown'],
    ['StringMatches', 'a', 'unknown'],
  ])('%s %j: %s', (operator, values, decision) => {
    expect(when({ [operator]: { 'aws:K': values } })).toBe(decision);
  });

  const uncertain = web({ Effect: 'Deny', Condition: { Bool: { 'aws:K': 'true' } } });
  it('leaves an answer open only where it matters', () => {
    expect(irsa(policy(web(), uncertain))).toBe('unknown');
    expect(irsa(policy(uncertain))).toBe('denied');
    expect(irsa(policy(web({ Condition: { StringEquals: { 'aws:K': 'a' } } }), web()))).toBe('allowed');
    expect(when({ StringEquals: { 'aws:K': 'a', [SUB]: 'other' } })).toBe('denied');
    expect(irsa(policy(web({ Condition: { StringEquals: { 'aws:K': 'a' } } }), web({ Effect: 'Deny' })))).toBe(
      'denied',
    );
  });

  it('is also part of a session: the pod has a name, whatever it is', () => {
    const name = 'aws:RequestTag/kubernetes-pod-name';
    const allowed = (condition: object) => podIdentity(policy(pods({ Condition: condition })));
    expect(allowed({ Null: { [name]: 'false' } })).toBe('allowed');
    expect(allowed({ StringLike: { [name]: '*' } })).toBe('allowed');
    expect(allowed({ StringLike: { [name]: 'api-*' } })).toBe('unknown');
    expect(allowed({ StringEquals: { 'aws:RequestTag/other': 'x' } })).toBe('unknown');
  });
});

describe('claims', () => {
  it('compares subject and audience', () => {
    expect(when({ StringEquals: { [SUB]: ME, [AUD]: 'sts.amazonaws.com' } })).toBe('allowed');
    expect(when({ StringEquals: { [SUB]: ME, [AUD]: 'sts.eu-west-1.amazonaws.com' } })).toBe('denied');
    expect(when({ StringEquals: { [SUB]: ME }, StringLike: { [SUB]: 'system:serviceaccount:other:*' } })).toBe(
      'denied',
    );
    expect(when({ StringLike: { [SUB]: 'system:serviceaccount:pay*' } })).toBe('allowed');
    expect(when({ StringEquals: { [SUB.toLowerCase()]: ME } })).toBe('allowed');
  });

  it('leaves other claims of the same issuer open', () => {
    expect(when({ StringEquals: { [`${ISSUER}:amr`]: 'x' } })).toBe('unknown');
  });
});

describe('policy variables', () => {
  const context = { 'aws:N': ['payments'], 'aws:Two': ['a', 'b'], 'aws:Star': ['a*'], 'aws:Absent': [] };
  const namespace = (value: string) => when({ StringLike: { [SUB]: value } }, context);
  it.each([
    ['a variable', `system:serviceaccount:${variable('aws:N')}:api`, 'allowed'],
    ['in any case', `system:serviceaccount:${variable('AWS:n')}:*`, 'allowed'],
    ['with an unused default', `system:serviceaccount:${variable("aws:N, 'x'")}:api`, 'allowed'],
    ['a default for an absent key', `system:serviceaccount:${variable("aws:Absent, 'payments'")}:api`, 'allowed'],
    ['an absent key', `*${variable('aws:Absent')}`, 'denied'],
    ['a key with two values', `*${variable('aws:Two')}*`, 'denied'],
    ['an unknown key', `*${variable('aws:Unknown')}`, 'unknown'],
    ['an unknown key that cannot fit', `x${variable('aws:Unknown')}`, 'denied'],
    ['the star itself', `system:serviceaccount:payments:${variable('*')}`, 'denied'],
    ['the dollar itself', variable('$'), 'denied'],
  ])('%s', (_title, value, decision) => {
    expect(namespace(value)).toBe(decision);
  });

  it('bring in literal text', () => {
    expect(when({ StringLike: { 'aws:K': variable('aws:Star') } }, { ...context, 'aws:K': ['abc'] })).toBe('denied');
    expect(when({ StringLike: { 'aws:K': variable('aws:Star') } }, { ...context, 'aws:K': ['a*'] })).toBe('allowed');
    expect(when({ StringEquals: { 'aws:K': `a${variable('*')}` } }, { ...context, 'aws:K': ['a*'] })).toBe('allowed');
    expect(when({ StringLike: { 'aws:K': `a${variable('?')}` } }, { ...context, 'aws:K': ['ab'] })).toBe('denied');
  });

  it('may be a whole ARN', () => {
    const condition = { ArnEquals: { 'aws:RequestTag/eks-cluster-arn': variable('aws:SourceArn') } };
    expect(podIdentity(policy(pods({ Condition: condition })))).toBe('allowed');
  });

  it('are negated like any value: what has no value equals nothing', () => {
    expect(when({ StringNotEquals: { 'aws:K': variable('aws:Absent') } }, { ...context, 'aws:K': ['x'] })).toBe(
      'allowed',
    );
  });

  it('are text in older versions, and under operators that take none', () => {
    const condition = { StringLike: { 'aws:K': `a${variable('aws:N')}` } };
    const literal = { 'aws:K': [`a${variable('aws:N')}`], ...context };
    for (const version of [{}, { Version: '2008-10-17' }]) {
      expect(irsa({ ...version, Statement: web({ Condition: condition }) }, literal)).toBe('allowed');
    }
    expect(irsa(policy(web({ Condition: condition })), literal)).toBe('denied');
    expect(when({ NumericEquals: { 'aws:K': variable('aws:Five') } }, { 'aws:Five': ['5'], 'aws:K': ['5'] })).toBe(
      'denied',
    );
  });
});

describe('principals', () => {
  it.each([
    ['everybody', '*', 'allowed'],
    ['every AWS principal', { AWS: '*' }, 'allowed'],
    ['every AWS principal, in a list', { AWS: ['111122223333', '*'] }, 'allowed'],
    ['the provider', { Federated: PROVIDER }, 'allowed'],
    ['the provider in a list', { Federated: ['cognito-identity.amazonaws.com', PROVIDER] }, 'allowed'],
    ['every provider', { Federated: '*' }, 'allowed'],
    ['the provider in another case', { Federated: PROVIDER.toLowerCase() }, 'denied'],
    ['the provider of another account', { Federated: PROVIDER.replace('1111', '4444') }, 'denied'],
    ['a pattern', { Federated: PROVIDER.replace('111122223333', '*') }, 'denied'],
    ['an account', { AWS: 'arn:aws:iam::111122223333:root' }, 'denied'],
    ['a service', { Service: '*' }, 'denied'],
    ['nobody', { Federated: [] }, 'denied'],
    ['a bare word', PROVIDER, 'denied'],
  ])('%s', (_title, principal, decision) => {
    expect(irsa(policy(web({ Principal: principal })))).toBe(decision);
  });

  it('excludes by NotPrincipal', () => {
    const except = (principal: unknown) =>
      irsa(policy(web(), { Effect: 'Deny', NotPrincipal: principal, Action: '*' }));
    expect(except({ Federated: PROVIDER })).toBe('allowed');
    expect(except({ AWS: 'arn:aws:iam::111122223333:root' })).toBe('denied');
    expect(except('*')).toBe('allowed');
  });

  it('knows the service of Pod Identity', () => {
    expect(podIdentity(policy(pods()))).toBe('allowed');
    expect(podIdentity(policy(pods({ Principal: { Service: ['ec2.amazonaws.com', 'pods.eks.amazonaws.com'] } })))).toBe(
      'allowed',
    );
    expect(podIdentity(policy(pods({ Principal: { Service: 'eks.amazonaws.com' } })))).toBe('denied');
    expect(podIdentity(policy(pods(), { Effect: 'Deny', Principal: '*', Action: 'sts:TagSession' }))).toBe('denied');
  });

  it('takes the account that the policy names where only the issuer is given', () => {
    const given = { providerArn: undefined };
    expect(irsa(policy(web()), {}, given)).toBe('allowed');
    expect(
      irsa(policy(web({ Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${OTHER}` } })), {}, given),
    ).toBe('denied');
    expect(
      irsa(policy(web({ Principal: { Federated: PROVIDER.replace('arn:aws:', 'arn:aws-cn:') } })), {}, given),
    ).toBe('denied');
    expect(
      irsa(policy(web({ Principal: { Federated: `arn:aws:iam::1111:oidc-provider/${ISSUER}` } })), {}, given),
    ).toBe('denied');
  });

  it('takes the issuer from the provider', () => {
    expect(irsa(policy(web({ Condition: { StringEquals: { [SUB]: ME } } })), {}, { issuer: undefined })).toBe(
      'allowed',
    );
  });

  it('leaves it open where neither is given, but what cannot be stays denied', () => {
    const nothing = { issuer: undefined, providerArn: undefined };
    expect(irsa(policy(web({ Condition: { StringEquals: { [SUB]: ME } } })), {}, nothing)).toBe('unknown');
    expect(irsa(policy(web({ Condition: { StringEquals: { [SUB]: `${ME}x` } } })), {}, nothing)).toBe('denied');
    expect(irsa(policy(pods()), {}, nothing)).toBe('denied');
  });
});

describe('actions', () => {
  it.each([
    ['sts:*', 'allowed'],
    ['*', 'allowed'],
    ['STS:assumeROLEwithWEBidentity', 'allowed'],
    ['sts:AssumeRole', 'denied'],
    ['sts:AssumeRole*', 'allowed'],
    ['sts:AssumeRoleWith??????????????', 'denied'],
    [['sts:TagSession', 'sts:AssumeRoleWithWebIdentity'], 'allowed'],
    [[], 'denied'],
  ])('%j: %s', (action, decision) => {
    expect(irsa(policy(web({ Action: action })))).toBe(decision);
    const { Action: _, ...rest } = web();
    expect(irsa(policy({ ...rest, NotAction: action }))).toBe(decision === 'allowed' ? 'denied' : 'allowed');
  });

  it('needs both for Pod Identity, from one statement or two', () => {
    expect(podIdentity(policy(pods({ Action: 'sts:AssumeRole' })))).toBe('denied');
    expect(podIdentity(policy(pods({ Action: 'sts:TagSession' })))).toBe('denied');
    expect(podIdentity(policy(pods({ Action: 'sts:AssumeRole' }), pods({ Action: 'sts:TagSession' })))).toBe('allowed');
    expect(
      podIdentity(
        policy(
          pods({ Action: 'sts:AssumeRole' }),
          pods({ Action: 'sts:TagSession', Condition: { Bool: { 'aws:K': 'true' } } }),
        ),
      ),
    ).toBe('unknown');
    expect(podIdentity(policy(pods({ Action: 'sts:AssumeRole*' })))).toBe('denied');
  });
});

describe('Pod Identity', () => {
  const scoped = (condition: object, more: object = {}) =>
    podIdentity(policy(pods({ Condition: condition })), {}, more);
  it('carries the cluster, the account and the session tags', () => {
    expect(
      scoped({
        StringEquals: { 'aws:SourceAccount': '111122223333', 'aws:RequestTag/kubernetes-namespace': 'payments' },
      }),
    ).toBe('allowed');
    expect(scoped({ StringEquals: { 'aws:RequestTag/kubernetes-service-account': 'worker' } })).toBe('denied');
    expect(
      scoped({ StringEquals: { 'aws:RequestTag/eks-cluster-name': 'prod' }, ArnEquals: { 'aws:SourceArn': CLUSTER } }),
    ).toBe('allowed');
    expect(scoped({ ArnLike: { 'aws:SourceArn': 'arn:aws:eks:*:*:podidentityassociation/prod/*' } })).toBe('denied');
    expect(scoped({ StringEquals: { 'aws:SourceOrgId': variable('aws:ResourceOrgId') } })).toBe('unknown');
  });

  it('has no session tags where these are switched off', () => {
    const off = { disableSessionTags: true };
    expect(scoped({ StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'payments' } }, off)).toBe('denied');
    expect(scoped({ Null: { 'aws:RequestTag/kubernetes-namespace': 'true' } }, off)).toBe('allowed');
    expect(scoped({ StringEquals: { 'aws:SourceAccount': '111122223333' } }, off)).toBe('allowed');
  });

  it('knows that the cluster is one where it is not given', () => {
    const unknown = { clusterArn: undefined };
    expect(scoped({ ArnLike: { 'aws:SourceArn': 'arn:*:eks:*:*:cluster/*' } }, unknown)).toBe('allowed');
    expect(scoped({ ArnLike: { 'aws:SourceArn': CLUSTER } }, unknown)).toBe('unknown');
    expect(scoped({ ArnLike: { 'aws:SourceArn': `${CLUSTER}:x` } }, { clusterArn: [CLUSTER] })).toBe('denied');
    expect(scoped({ StringLike: { 'aws:SourceArn': '*podidentityassociation*' } }, { clusterArn: [CLUSTER] })).toBe(
      'denied',
    );
    expect(scoped({ Null: { 'aws:SourceAccount': 'false' } }, unknown)).toBe('allowed');
  });
});

describe('statements that AWS would not take', () => {
  it('let nobody in', () => {
    const { Principal: _principal, ...noPrincipal } = web();
    const { Action: _action, ...noAction } = web();
    const { Effect: _effect, ...noEffect } = web();
    expect(irsa(policy(noPrincipal))).toBe('denied');
    expect(irsa(policy(noAction))).toBe('denied');
    expect(irsa(policy(noEffect))).toBe('denied');
    expect(irsa(policy(web({ Effect: 'allow' })))).toBe('denied');
    expect(irsa({ Version: '2012-10-17', Statement: [] })).toBe('denied');
  });

  it('are not taken for right either', () => {
    expect(irsa(policy(web({ Conditions: { StringEquals: { [SUB]: 'other' } } })))).toBe('unknown');
    expect(when({ StringEquals: 'x' })).toBe('unknown');
    expect(irsa(policy(web({ Condition: [{ StringEquals: { [SUB]: 'other' } }] })))).toBe('unknown');
    expect(irsa({ Version: '2012-10-17' })).toBe('unknown');
    expect(irsa(policy(web({ Conditions: {} }), web({ Effect: 'Deny' })))).toBe('denied');
  });

  it('are read without their Resource and Sid', () => {
    expect(irsa(policy(web({ Resource: '*', Sid: 'One' })))).toBe('allowed');
  });

  it('count the last of a key that stands twice', () => {
    const text = `{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Principal": { "Federated": "${PROVIDER}" },
      "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {
        "StringEquals": { "${SUB}": "nobody" }, "StringEquals": { "${AUD}": "x", "${AUD}": "sts.amazonaws.com" } } } }`;
    const { root } = parseJson({ file: 'a.json', language: 'json', text });
    const request = irsaRequest({ issuer: [ISSUER], namespace: ['a'], serviceAccount: ['b'] });
    expect(evaluate(readTrustPolicy(root)!, request).decision).toBe('allowed');
  });
});

describe('values with holes', () => {
  const inFile = (document: object, more: Partial<Parameters<typeof irsaRequest>[0]> = {}) => {
    const { root } = parseJson({ file: 'a.json', language: 'json', text: JSON.stringify(document) });
    const request = irsaRequest({ issuer: [ISSUER], namespace: ['payments'], serviceAccount: ['api'], ...more });
    return evaluate(readTrustPolicy(root)!, request).decision;
  };
  const subject = (value: string) => policy(web({ Condition: { StringEquals: { [SUB]: value } } }));

  it('leave open what depends on them', () => {
    expect(inFile(subject('system:serviceaccount:<NAMESPACE>:api'))).toBe('unknown');
    expect(inFile(subject('system:serviceaccount:<NAMESPACE>:worker'))).toBe('denied');
    expect(inFile(policy(web({ Principal: { Federated: PROVIDER.replace('111122223333', '<ACCOUNT>') } })))).toBe(
      'allowed',
    );
    expect(inFile(policy(web({ Action: '<ACTION>' })))).toBe('unknown');
  });

  it('may stand in the request', () => {
    const namespace = unknownText('namespace');
    expect(inFile(subject(ME), { namespace })).toBe('unknown');
    expect(inFile(subject('system:serviceaccount:payments:worker'), { namespace })).toBe('denied');
    expect(
      inFile(policy(web({ Condition: { StringLike: { [SUB]: 'system:serviceaccount:*:api' } } })), { namespace }),
    ).toBe('allowed');
  });
});

describe('the trace', () => {
  it('says for each statement what was compared', () => {
    const { statements } = evaluate(
      read(policy(web({ Condition: { StringEquals: { [SUB]: 'x' }, StringLike: { 'aws:K': 'y' } } }))),
      irsaRequest({ issuer: [ISSUER], providerArn: [PROVIDER], namespace: ['payments'], serviceAccount: ['api'] }),
    );
    expect(statements).toHaveLength(1);
    expect(statements[0]).toMatchObject({ index: 0, effect: 'Allow', matches: 'no' });
    expect(
      statements[0]!.checks.map(({ element, key, expected, actual, matches }) => ({
        element,
        key,
        expected,
        actual,
        matches,
      })),
    ).toEqual([
      { element: 'principal', key: 'Federated', expected: [PROVIDER], actual: [PROVIDER], matches: 'yes' },
      {
        element: 'action',
        key: 'sts:AssumeRoleWithWebIdentity',
        expected: ['sts:AssumeRoleWithWebIdentity'],
        actual: ['sts:AssumeRoleWithWebIdentity'],
        matches: 'yes',
      },
      { element: 'condition', key: SUB, expected: ['x'], actual: [ME], matches: 'no' },
      { element: 'condition', key: 'aws:K', expected: ['y'], actual: [], matches: 'maybe' },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { permits, type TrustRequest, trusts } from '../../src/demo/aws/trust.js';

const issuer = 'oidc.eks.eu-west-1.amazonaws.com/id/0123';
const provider = `arn:aws:iam::111122223333:oidc-provider/${issuer}`;
const request: TrustRequest = {
  action: 'sts:AssumeRoleWithWebIdentity',
  principal: { type: 'Federated', names: [provider] },
  keys: { [`${issuer}:sub`]: ['system:serviceaccount:ns:app'], [`${issuer}:aud`]: ['sts.amazonaws.com'] },
};

function withCondition(condition: unknown, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: provider },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: condition,
      ...more,
    },
  };
}

const sub = `${issuer}:sub`;
const app = 'system:serviceaccount:ns:app';

describe("the demo's own reading of trust policies", () => {
  it.each<[string, Record<string, unknown>, boolean]>([
    ['no condition', withCondition(undefined), true],
    ['exact subject', withCondition({ StringEquals: { [sub]: app } }), true],
    ['one of several', withCondition({ StringEquals: { [sub]: ['x', app] } }), true],
    ['another subject', withCondition({ StringEquals: { [sub]: 'x' } }), false],
    ['values are case-sensitive', withCondition({ StringEquals: { [sub]: app.toUpperCase() } }), false],
    ['unless told', withCondition({ StringEqualsIgnoreCase: { [sub]: app.toUpperCase() } }), true],
    ['keys and operators are not', withCondition({ stringEQUALS: { [sub.toUpperCase()]: app } }), true],
    ['a star is literal under StringEquals', withCondition({ StringEquals: { [sub]: 'system:*' } }), false],
    ['a star crosses colons', withCondition({ StringLike: { [sub]: 'system:*' } }), true],
    [
      'a question mark is one character',
      withCondition({ StringLike: { [sub]: 'system:serviceaccount:n?:ap?' } }),
      true,
    ],
    ['all operators have to hold', withCondition({ StringEquals: { [sub]: app }, StringLike: { [sub]: 'x*' } }), false],
    ['a missing key fails', withCondition({ StringEquals: { 'other:sub': app } }), false],
    ['a missing key passes IfExists', withCondition({ StringEqualsIfExists: { 'other:sub': app } }), true],
    ['a missing key passes a negation', withCondition({ StringNotEquals: { 'other:sub': app } }), true],
    ['a negation of several', withCondition({ StringNotLike: { [sub]: ['x*', 'system:*'] } }), false],
    ['ForAllValues passes a missing key', withCondition({ 'ForAllValues:StringEquals': { other: app } }), true],
    ['ForAnyValue does not', withCondition({ 'ForAnyValue:StringNotEquals': { other: app } }), false],
    ['ForAnyValue on one value', withCondition({ 'ForAnyValue:StringLike': { [sub]: 'system:*' } }), true],
    ['Null true on a missing key', withCondition({ Null: { other: 'true' } }), true],
    ['Null true on a key that is there', withCondition({ Null: { [sub]: 'true' } }), false],
    ['Null false on a key that is there', withCondition({ Null: { [sub]: 'false' } }), true],
    ['an unknown operator', withCondition({ StringIs: { [sub]: app } }), false],
    ['another principal', withCondition(undefined, { Principal: { Federated: `${provider}/x` } }), false],
    ['every principal', withCondition(undefined, { Principal: '*' }), true],
    ['every AWS principal', withCondition(undefined, { Principal: { AWS: '*' } }), true],
    ['actions in any case, with a star', withCondition(undefined, { Action: 'STS:assumerolewith*' }), true],
    ['sts:AssumeRole is another action', withCondition(undefined, { Action: 'sts:AssumeRole' }), false],
    ['NotAction', withCondition(undefined, { Action: undefined, NotAction: 'sts:AssumeRole' }), true],
    ['a variable', withCondition({ StringEquals: { [sub]: `\${${issuer}:sub}` } }), true],
    ['a variable without a value', withCondition({ StringLike: { [sub]: `\${aws:nothing}*` } }), false],
  ])('%s', (_name, policy, expected) => {
    expect(trusts(policy, request)).toBe(expected);
  });

  it('lets a Deny win', () => {
    const deny = {
      Effect: 'Deny',
      Principal: '*',
      Action: 'sts:*',
      Condition: { StringLike: { [sub]: 'system:serviceaccount:ns:*' } },
    };
    expect(trusts({ Statement: [withCondition(undefined).Statement, deny] }, request)).toBe(false);
  });

  it.each<[string, string, boolean]>([
    ['arn:aws:eks:eu-west-1:111122223333:cluster/a', 'ArnEquals', true],
    ['arn:aws:eks:*:111122223333:cluster/*', 'ArnLike', true],
    ['arn:aws:eks:*:cluster/*', 'ArnLike', false],
    ['arn:*', 'ArnEquals', false],
  ])('compares ARNs part by part: %s', (pattern, operator, expected) => {
    const arn = 'arn:aws:eks:eu-west-1:111122223333:cluster/a';
    const policy = {
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'pods.eks.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { [operator]: { 'aws:SourceArn': pattern } },
      },
    };
    expect(
      trusts(policy, {
        action: 'sts:AssumeRole',
        principal: { type: 'Service', names: ['pods.eks.amazonaws.com'] },
        keys: { 'aws:SourceArn': [arn] },
      }),
    ).toBe(expected);
  });

  it('compares numbers, dates and addresses', () => {
    const keys = { n: ['5'], d: ['2025-01-02T00:00:00Z'], ip: ['10.1.2.3'], b: ['true'] };
    const holds = (condition: unknown): boolean => trusts(withCondition(condition), { ...request, keys });
    expect(holds({ NumericLessThan: { n: '6' }, DateGreaterThan: { d: '2025-01-01T00:00:00Z' } })).toBe(true);
    expect(holds({ NumericGreaterThanEquals: { n: '6' } })).toBe(false);
    expect(holds({ IpAddress: { ip: '10.1.0.0/16' }, Bool: { b: 'True' } })).toBe(true);
    expect(holds({ NotIpAddress: { ip: '10.1.0.0/16' } })).toBe(false);
  });

  it('reads permission policies by action and resource', () => {
    const policy = { Statement: [{ Effect: 'Allow', Action: 'sts:*', Resource: 'arn:aws:iam::*:role/target' }] };
    expect(permits([policy], 'sts:AssumeRole', 'arn:aws:iam::1:role/target')).toBe(true);
    expect(permits([policy], 'sts:AssumeRole', 'arn:aws:iam::1:role/other')).toBe(false);
    expect(permits([policy], 's3:GetObject', 'arn:aws:iam::1:role/target')).toBe(false);
  });
});

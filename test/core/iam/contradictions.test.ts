import { describe, expect, it } from 'vitest';
import { readTrustPolicy } from '../../../src/core/facts/iamPolicy.js';
import { treeOfValue } from '../../../src/core/iam/asDeployed.js';
import { type Contradiction, contradictionsIn, denyCovers } from '../../../src/core/iam/contradictions.js';
import { parseJson } from '../../../src/core/syntax/json.js';
import { Random } from './generator.js';
import { oracle } from './oracle.js';

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const OTHER = 'oidc.eks.eu-west-1.amazonaws.com/id/FEDCBA9876543210FEDCBA9876543210';
const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;
const SUB = `${ISSUER}:sub`;
type Conditions = Record<string, Record<string, unknown>>;
const web = (condition: Conditions, effect = 'Allow') => ({
  Effect: effect,
  Principal: { Federated: PROVIDER },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: condition,
});
const policy = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements });

function found(condition: Conditions): Contradiction[] {
  const read = readTrustPolicy(treeOfValue(policy(web(condition))))!;
  return contradictionsIn(read.statements[0]!, read);
}

describe('contradictionsIn', () => {
  it.each<[string, Conditions, string[]]>([
    ['nothing', {}, []],
    ['exact and pattern that meet', { StringEquals: { [SUB]: 'a:b' }, StringLike: { [SUB]: 'a:*' } }, []],
    ['exact and pattern apart', { StringEquals: { [SUB]: 'c:b' }, StringLike: { [SUB]: 'a:*' } }, ['values']],
    ['two patterns apart', { StringLike: { [SUB]: 'a*' }, StringLikeIfExists: { [SUB]: 'b*' } }, ['values']],
    [
      'wanted and excluded',
      { StringEquals: { [SUB]: ['a', 'b'] }, StringNotEquals: { [SUB]: ['b', 'a'] } },
      ['values'],
    ],
    ['a subject that must not be', { Null: { [SUB]: 'true' } }, ['values']],
    ['absent and equal', { Null: { 'aws:K': 'true' }, StringEquals: { 'aws:K': 'a' } }, ['values']],
    ['absent or else', { Null: { 'aws:K': 'true' }, StringEqualsIfExists: { 'aws:K': 'a' } }, []],
    ['case', { StringEquals: { 'aws:K': 'a' }, StringEqualsIgnoreCase: { 'aws:K': 'A' } }, []],
    [
      'case that differs anyway',
      { StringEquals: { 'aws:K': 'a' }, StringEqualsIgnoreCase: { 'aws:K': 'B' } },
      ['values'],
    ],
    ['numbers', { NumericLessThan: { 'aws:N': '5' }, NumericGreaterThan: { 'aws:N': '4' } }, []],
    ['numbers apart', { NumericLessThan: { 'aws:N': '5' }, NumericGreaterThan: { 'aws:N': '5' } }, ['values']],
    [
      'dates apart',
      { DateLessThan: { 'aws:D': '2026-01-01' }, DateGreaterThanEquals: { 'aws:D': '2026-02-01T00:00:00Z' } },
      ['values'],
    ],
    [
      'ARNs',
      { ArnLike: { 'aws:SourceArn': 'arn:aws:eks:*:1:cluster/a' }, StringLike: { 'aws:SourceArn': '*cluster/b' } },
      ['values'],
    ],
    [
      'a star that stays in its part',
      { ArnLike: { 'aws:SourceArn': 'arn:*:eks:r:1:x' }, StringEquals: { 'aws:SourceArn': 'arn:a:b:eks:r:1:x' } },
      ['values'],
    ],
    [
      'a key of several values',
      { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' }, 'ForAllValues:StringEquals': { 'aws:TagKeys': 'b' } },
      [],
    ],
    ['two issuers', { StringEquals: { [SUB]: 'a', [`${OTHER}:aud`]: 'b' } }, ['issuers']],
    ['two spellings of one issuer', { StringEquals: { [SUB]: 'a', [`https://${ISSUER}:aud`]: 'b' } }, []],
    [
      'two issuers, one optional',
      { StringEquals: { [SUB]: 'a' }, StringEqualsIfExists: { [`${OTHER}:aud`]: 'b' } },
      [],
    ],
    ['an unknown operator', { StringIs: { [SUB]: 'a' }, StringEquals: { [SUB]: 'b' } }, []],
    ['a variable', { StringEquals: { [SUB]: `\${aws:K}` }, StringLike: { [SUB]: 'b' } }, []],
  ])('%s', (_title, condition, kinds) => {
    expect(found(condition).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('takes holes to fit', () => {
    const text = JSON.stringify(
      policy(
        web({ StringEquals: { [SUB]: '<NS>:a' }, StringLike: { [SUB]: 'x:*' } }),
        web({ StringEquals: { [SUB]: '<NS>:a' }, StringLike: { [SUB]: 'x:b' } }),
      ),
    );
    const read = readTrustPolicy(parseJson({ file: 'a.json', language: 'json', text }).root)!;
    expect(read.statements.map((statement) => contradictionsIn(statement, read).length)).toEqual([0, 1]);
  });

  it('is exact on random conditions on one key, tried with every short value', () => {
    const random = new Random(21);
    const values: (string | undefined)[] = [undefined, ''];
    for (let i = 1; i < 1400 && values.length < 1400; i++)
      values.push(...['a', 'b', 'z'].map((letter) => values[i]! + letter));
    let contradictory = 0;
    for (let i = 0; i < 400; i++) {
      const condition: Conditions = {};
      for (let n = 1 + random.below(3); n > 0; n--) {
        const operator = random.pick([
          'StringEquals',
          'StringLike',
          'StringLikeIfExists',
          'StringNotLike',
          'StringNotEquals',
          'ForAnyValue:StringLike',
          'Null',
        ]);
        condition[operator] = {
          'aws:RequestTag/k': Array.from({ length: 1 + random.below(2) }, () =>
            operator === 'Null' ? random.pick(['true', 'false']) : word(random),
          ),
        };
      }
      const document = JSON.parse(JSON.stringify(policy(web(condition))));
      const typed = Object.values(condition).flatMap((block) => Object.values(block).flat() as string[]);
      const possible = [...typed, ...values].some(
        (value) =>
          oracle(document, {
            principal: { Federated: PROVIDER },
            actions: ['sts:AssumeRoleWithWebIdentity'],
            context: value === undefined ? {} : { 'aws:requesttag/k': [value] },
          }) === 'allowed',
      );
      expect(found(condition).length, JSON.stringify(condition)).toBe(possible ? 0 : 1);
      if (!possible) contradictory++;
    }
    expect(contradictory).toBeGreaterThan(50);
  });
});

function word(random: Random): string {
  return Array.from({ length: 1 + random.below(3) }, () => random.pick(['a', 'b', '*', '?'])).join('');
}

describe('denyCovers', () => {
  const covers = (deny: object, allow: object) => {
    const read = readTrustPolicy(treeOfValue(policy(deny, allow)))!;
    return denyCovers(read.statements[0]!, read.statements[1]!, read);
  };
  const allow = web({ StringEquals: { [SUB]: 'a' } });
  const pods = {
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  };

  it('needs principal, action and conditions to cover', () => {
    expect(covers(web({}, 'Deny'), allow)).toBe(true);
    expect(covers({ ...web({}, 'Deny'), Principal: '*', Action: '*' }, allow)).toBe(true);
    expect(covers({ ...web({}, 'Deny'), Action: 'sts:AssumeRole' }, allow)).toBe(false);
    expect(covers({ ...web({}, 'Deny'), Principal: { Federated: PROVIDER.replace('1', '2') } }, allow)).toBe(false);
    expect(covers(web({ StringEquals: { 'aws:K': 'x' } }, 'Deny'), allow)).toBe(false);
    expect(covers(web({ StringLike: { [SUB]: 'a*' } }, 'Deny'), allow)).toBe(true);
    expect(covers(web({ StringNotEquals: { [SUB]: 'b' } }, 'Deny'), allow)).toBe(true);
    expect(covers(web({ StringNotEquals: { [SUB]: 'a' } }, 'Deny'), allow)).toBe(false);
    expect(covers(web({ StringLike: { [SUB]: '*' } }, 'Deny'), web({}))).toBe(true);
    expect(covers({ ...pods, Effect: 'Deny', Action: 'sts:TagSession' }, pods)).toBe(true);
    expect(covers({ ...pods, Effect: 'Deny', Action: 'sts:SetSourceIdentity' }, pods)).toBe(false);
  });

  it('is true only where no sampled subject is let in', () => {
    const random = new Random(22);
    let proven = 0;
    for (let i = 0; i < 1500; i++) {
      const random1 = (effect: string) =>
        web(
          {
            [random.pick(['StringEquals', 'StringLike', 'StringNotLike', 'StringNotEquals'])]: {
              [SUB]: Array.from({ length: 1 + random.below(2) }, () => word(random)),
            },
          },
          effect,
        );
      const [deny, give] = [random1('Deny'), random1('Allow')];
      const samples = Array.from({ length: 60 }, () =>
        Array.from({ length: random.below(5) }, () => random.pick(['a', 'b', 'z'])).join(''),
      );
      const allowed = samples.filter(
        (subject) =>
          oracle(JSON.parse(JSON.stringify(policy(deny, give))), {
            principal: { Federated: PROVIDER },
            actions: ['sts:AssumeRoleWithWebIdentity'],
            context: { [SUB.toLowerCase()]: [subject] },
          }) === 'allowed',
      );
      const proof = covers(deny, give);
      if (proof) proven++;
      if (proof) expect(allowed, JSON.stringify([deny, give])).toEqual([]);
    }
    expect(proven).toBeGreaterThan(100);
  });
});

import { describe, expect, it } from 'vitest';
import {
  checkClusterArn,
  checkProviderArn,
  checkRoleArn,
  parseArn,
  partitionOfRegion,
  roleOfArn,
} from '../../../src/core/iam/arn.js';
import { claimOf, parseConditionKey } from '../../../src/core/iam/conditionKey.js';
import { editDistance, nearestWords } from '../../../src/core/iam/distance.js';
import {
  bareIssuer,
  isEksIssuer,
  parseProviderArn,
  partitionOfIssuer,
  readIssuer,
  shortIssuer,
} from '../../../src/core/iam/issuer.js';
import { isNamespaceName, isServiceAccountName, parseSubject } from '../../../src/core/iam/names.js';
import { operatorName, parseOperator } from '../../../src/core/iam/operators.js';
import { display, type Text } from '../../../src/core/syntax/text.js';

const HOLE = { expression: 'var.x' };
const ID = '0123456789ABCDEF0123456789ABCDEF';
const ISSUER = `oidc.eks.eu-west-1.amazonaws.com/id/${ID}`;

describe('ARNs', () => {
  it('have six parts, the last with its colons', () => {
    expect(parseArn(['arn:aws:sns:eu-west-1:1:a:b:c'])?.resource).toEqual(['a:b:c']);
    expect(parseArn(['arn:aws:iam::', HOLE, ':role/x'])?.account).toEqual([HOLE]);
    expect(parseArn(['arn:aws:iam'])).toBeUndefined();
    expect(parseArn([HOLE])).toBeUndefined();
  });

  it.each<[Text, string]>([
    [['arn:aws:iam::111122223333:role/a'], 'yes'],
    [['arn:aws-cn:iam::111122223333:role/path/to/a+b=c,d.e@f-g_h'], 'yes'],
    [['arn:aws:iam::', HOLE, ':role/a'], 'maybe'],
    [['arn:aws:iam::', HOLE], 'maybe'],
    [[HOLE], 'maybe'],
    [['arn:aws:iam::111122223333:role/a '], 'blanks'],
    [['my-role'], 'not-an-arn'],
    [['arn:amazon:iam::111122223333:role/a'], 'partition'],
    [['arn:aws:sts::111122223333:assumed-role/a/b'], 'service'],
    [['arn:aws:iam:eu-west-1:111122223333:role/a'], 'region'],
    [['arn:aws:iam::11112222333:role/a'], 'account'],
    [['arn:aws:iam::1111-2222-3333:role/a'], 'account'],
    [['arn:aws:iam::1111-', HOLE, ':role/a'], 'account'],
    [['arn:aws:iam::111122223333:policy/a'], 'kind'],
    [['arn:aws:iam::111122223333:instance-profile/a'], 'kind'],
    [['arn:aws:iam::111122223333:role/'], 'name'],
    [['arn:aws:iam::111122223333:role/a*'], 'name'],
    [[`arn:aws:iam::111122223333:role/${'a'.repeat(65)}`], 'name'],
  ])('role ARN %j: %s', (text, expected) => {
    const verdict = checkRoleArn(text);
    expect(verdict.ok === 'no' ? verdict.problem : verdict.ok).toBe(expected);
  });

  it('name what only blanks are wrong with', () => {
    expect(checkRoleArn([' arn:aws:iam::111122223333:role/a\n'])).toMatchObject({
      meant: 'arn:aws:iam::111122223333:role/a',
    });
    expect(checkRoleArn(['arn:aws:iam::1111 :role/a'])).not.toHaveProperty('meant');
  });

  it('of clusters and providers', () => {
    expect(checkClusterArn(['arn:aws:eks:eu-west-1:111122223333:cluster/prod']).ok).toBe('yes');
    expect(checkClusterArn(['arn:aws:eks:cn-north-1:111122223333:cluster/prod'])).toMatchObject({ problem: 'region' });
    expect(checkClusterArn(['arn:aws:eks:eu-west-1:111122223333:podidentityassociation/prod/a-1'])).toMatchObject({
      problem: 'kind',
    });
    expect(checkProviderArn([`arn:aws:iam::111122223333:oidc-provider/${ISSUER}`]).ok).toBe('yes');
    expect(checkProviderArn(['arn:aws:eks:eu-west-1:111122223333:cluster/prod'])).toMatchObject({ problem: 'service' });
    expect(checkProviderArn(['arn:aws:iam::111122223333:role/x'])).toMatchObject({ problem: 'kind' });
  });

  it('tell partitions by region, and roles by name and path', () => {
    expect(
      ['us-east-1', 'us-gov-west-1', 'cn-north-1', 'us-iso-east-1', 'us-isob-east-1', 'eusc-de-east-1', 'moon-1'].map(
        (r) => partitionOfRegion(r)?.name,
      ),
    ).toEqual(['aws', 'aws-us-gov', 'aws-cn', 'aws-iso', 'aws-iso-b', 'aws-eusc', undefined]);
    expect(roleOfArn(['arn:aws:iam::111122223333:role/a/b/c'])).toMatchObject({ path: '/a/b/', name: 'c' });
  });
});

describe('condition keys', () => {
  it.each<[Text, string | undefined]>([
    [[`${ISSUER}:sub`], 'sub'],
    [[`${ISSUER}:SUB`], 'sub'],
    [[`https://${ISSUER}:aud`], 'aud'],
    [[`arn:aws:iam::111122223333:oidc-provider/${ISSUER}:sub`], 'sub'],
    [[HOLE, ':sub'], 'sub'],
    [['oidc.eks.', HOLE, ':sub'], 'sub'],
    [['aws:RequestTag/a.b/c:sub'], undefined],
    [['aws:RequestTag/', HOLE], undefined],
    [['sts:RoleSessionName'], undefined],
    [['sub'], undefined],
    [[HOLE], undefined],
  ])('%j has the claim %s', (key, claim) => {
    expect(claimOf(key)).toBe(claim);
  });

  it('part at the last colon', () => {
    const key = parseConditionKey([`https://${ISSUER}:sub`]);
    expect(key.kind === 'claim' && display(key.issuer)).toBe(`https://${ISSUER}`);
  });
});

describe('issuers', () => {
  it.each<[string, string[], string | undefined]>([
    [ISSUER, [], ISSUER],
    [`oidc-eks.eu-west-1.api.aws/id/${ID}`, [], `oidc-eks.eu-west-1.api.aws/id/${ID}`],
    [`oidc.eks.cn-north-1.amazonaws.com.cn/id/${ID}`, [], `oidc.eks.cn-north-1.amazonaws.com.cn/id/${ID}`],
    [`https://${ISSUER}`, ['scheme'], ISSUER],
    [`${ISSUER}/`, ['trailing-slash'], ISSUER],
    [`arn:aws:iam::111122223333:oidc-provider/${ISSUER}`, ['provider-arn'], ISSUER],
    [`oidc.eu-west-1.eks.amazonaws.com/id/${ID}`, ['swapped-host'], ISSUER],
    [
      `https://oidc.eu-west-1.eks.amazonaws.com/${ID}/`,
      ['scheme', 'trailing-slash', 'swapped-host', 'missing-id'],
      ISSUER,
    ],
    [`oidc.eks.eu-west-1.amazonaws.com/${ID}`, ['missing-id'], ISSUER],
    ['oidc.eks.eu-west-1.amazonaws.com', ['missing-id'], undefined],
    ['oidc.eks.eu-west-1.amazonaws.com/id', ['missing-id'], undefined],
    [`oidc.eks.cn-north-1.amazonaws.com/id/${ID}`, ['region'], `oidc.eks.cn-north-1.amazonaws.com.cn/id/${ID}`],
    [`oidc.eks.eu-west-1.example.com/id/${ID}`, ['host'], undefined],
    ['token.actions.githubusercontent.com', [], 'token.actions.githubusercontent.com'],
  ])('%s', (text, problems, meant) => {
    const reading = readIssuer([text]);
    expect(reading.problems).toEqual(problems);
    expect(reading.meant && display(reading.meant)).toBe(meant);
  });

  it('are EKS by their host, or by what the expression says', () => {
    expect(isEksIssuer([ISSUER])).toBe('yes');
    expect(isEksIssuer([`https://oidc.eu-west-1.eks.amazonaws.com/id/${ID}`])).toBe('yes');
    expect(isEksIssuer(['oidc.', HOLE])).toBe('maybe');
    expect(isEksIssuer(['token.actions.githubusercontent.com'])).toBe('no');
    expect(isEksIssuer([{ expression: 'module.eks.oidc_provider' }])).toBe('yes');
    expect(isEksIssuer([HOLE])).toBe('maybe');
  });

  it('stand in provider ARNs', () => {
    const provider = parseProviderArn([`arn:aws:iam::111122223333:oidc-provider/${ISSUER}`]);
    expect(provider && display(provider.issuer)).toBe(ISSUER);
    expect(parseProviderArn(['arn:aws:iam::111122223333:saml-provider/x'])).toBeUndefined();
    expect(partitionOfIssuer(['oidc.eks.cn-north-1.amazonaws.com.cn/id/1'])?.name).toBe('aws-cn');
    expect(shortIssuer(ISSUER)).toBe('…CDEF');
    expect(display(bareIssuer(['https://', HOLE, '/']))).toBe(`\${${HOLE.expression}}`);
  });
});

describe('names', () => {
  it('are DNS-1123', () => {
    expect(['a', 'a-b', '0'].every(isNamespaceName)).toBe(true);
    expect(['', 'A', 'a.b', '-a', 'a-', 'a_b', 'a'.repeat(64)].some(isNamespaceName)).toBe(false);
    expect(['a', 'a.b', 'a-b.c'].every(isServiceAccountName)).toBe(true);
    expect(['a..b', '.a', 'a.', 'a*', 'a'.repeat(254)].some(isServiceAccountName)).toBe(false);
  });

  it.each<[Text, string, string | undefined]>([
    [['system:serviceaccount:a:b.c'], 'account', undefined],
    [['system:serviceaccount:', HOLE, ':b'], 'account', undefined],
    [['system:serviceaccount:', HOLE], 'unknown', undefined],
    [[HOLE], 'unknown', undefined],
    [[HOLE, ':a:b'], 'unknown', undefined],
    [['system:serviceaccount:a:b '], 'blanks', 'system:serviceaccount:a:b'],
    [['a/b'], 'slash', 'system:serviceaccount:a:b'],
    [['system:serviceaccount:a/b'], 'slash', 'system:serviceaccount:a:b'],
    [['serviceaccount:a:b'], 'prefix', 'system:serviceaccount:a:b'],
    [['system:serviceaccounts:a:b'], 'prefix', 'system:serviceaccount:a:b'],
    [['system:serviceaccounts:', HOLE, ':b'], 'prefix', undefined],
    [['system:serviceaccount:a'], 'parts', undefined],
    [['system:serviceaccount:a:b:c'], 'parts', undefined],
    [['system:serviceaccount:a:B'], 'case', 'system:serviceaccount:a:b'],
    [['system:serviceaccount:a.b:c'], 'namespace', undefined],
    [['system:serviceaccount:a:b_c'], 'name', undefined],
    [['system:serviceaccount:a:b_', HOLE], 'name', undefined],
  ])('subject %j: %s', (text, expected, meant) => {
    const subject = parseSubject(text);
    expect(subject.kind === 'malformed' ? subject.problem : subject.kind).toBe(expected);
    expect(subject.kind === 'malformed' ? subject.meant : undefined).toBe(meant);
  });

  it('may be patterns where these are meant', () => {
    expect(parseSubject(['system:serviceaccount:team-*:*'], { patterns: true }).kind).toBe('account');
    expect(parseSubject(['system:serviceaccount:team-*:*']).kind).toBe('malformed');
  });
});

describe('operators', () => {
  it('are read without regard to case, with qualifier and IfExists', () => {
    expect(parseOperator('forallvalues:stringnotlikeIFEXISTS')).toMatchObject({
      name: 'StringNotLike',
      base: 'StringLike',
      negated: true,
      wildcards: true,
      ifExists: true,
      qualifier: 'ForAllValues',
    });
    expect(parseOperator('ArnEquals')).toMatchObject({ wildcards: true, negated: false });
    expect(parseOperator('NumericEquals')).toMatchObject({ variables: false });
    expect(operatorName(parseOperator('foranyvalue:arnlikeifexists')!)).toBe('ForAnyValue:ArnLikeIfExists');
  });

  it.each(['StringMatches', 'NullIfExists', 'ForAnyValue:Null', 'ForAll:StringEquals', '', 'StringEquals '])(
    '%j is none',
    (name) => {
      expect(parseOperator(name)).toBeUndefined();
    },
  );
});

describe('edit distance', () => {
  it('counts up to its limit', () => {
    expect(editDistance('worker', 'wrker')).toBe(1);
    expect(editDistance('worker', 'owrker')).toBe(1);
    expect(editDistance('payment', 'payments')).toBe(1);
    expect(editDistance('a', 'abcd')).toBeUndefined();
    expect(editDistance('same', 'same')).toBe(0);
    expect(nearestWords('api', ['apl', 'app', 'api', 'web', 'ap'])).toEqual(['ap', 'apl', 'app']);
  });
});

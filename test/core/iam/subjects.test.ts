import { describe, expect, it } from 'vitest';
import { readTrustPolicy } from '../../../src/core/facts/iamPolicy.js';
import { treeOfValue } from '../../../src/core/iam/asDeployed.js';
import { type CoveredSubjects, subjectsCovered } from '../../../src/core/iam/subjects.js';
import { parseJson } from '../../../src/core/syntax/json.js';
import { display } from '../../../src/core/syntax/text.js';
import { Random } from './generator.js';
import { oracle } from './oracle.js';

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const OTHER = 'oidc.eks.eu-west-1.amazonaws.com/id/FEDCBA9876543210FEDCBA9876543210';
const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;
const SUB = `${ISSUER}:sub`;

type Conditions = Record<string, Record<string, unknown>>;
const statement = (condition: Conditions | undefined, effect = 'Allow') => ({
  Effect: effect,
  Principal: { Federated: PROVIDER },
  Action: 'sts:AssumeRoleWithWebIdentity',
  ...(condition ? { Condition: condition } : {}),
});
const policy = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements });
const sub = (rest: string) => `system:serviceaccount:${rest}`;

function covered(document: object, issuer: string | undefined = ISSUER): CoveredSubjects {
  return subjectsCovered(readTrustPolicy(treeOfValue(document))!, issuer === undefined ? undefined : [issuer]);
}

/** As a file says it: with holes. */
function coveredInFile(document: object): CoveredSubjects {
  const { root } = parseJson({ file: 'trust.json', language: 'json', text: JSON.stringify(document) });
  return subjectsCovered(readTrustPolicy(root)!, undefined);
}

function brief(set: CoveredSubjects): string {
  const accounts = set.accounts.map(({ namespace, name }) => `${display(namespace)}/${display(name)}`).sort();
  return [set.kind, ...accounts, ...set.patterns].join(' ');
}

describe('subjectsCovered', () => {
  const cases: readonly [string, Conditions | undefined, string][] = [
    ['no condition lets all in', undefined, 'all'],
    ['one exact subject', { StringEquals: { [SUB]: sub('a:b') } }, 'these a/b'],
    [
      'a list of exact subjects, one of them twice',
      { StringEquals: { [SUB]: [sub('a:b'), sub('a:c'), sub('a:b')] } },
      'these a/b a/c',
    ],
    ['StringLike without a pattern', { StringLike: { [SUB]: sub('a:b') } }, 'these a/b'],
    ['a name pattern', { StringLike: { [SUB]: sub('a:*') } }, `patterns ${sub('a:*')}`],
    ['a star that spans namespaces', { StringLike: { [SUB]: sub('team-*') } }, `patterns ${sub('team-*')}`],
    ['a star for everything', { StringLike: { [SUB]: '*' } }, 'all'],
    ['stars for both', { StringLike: { [SUB]: sub('*:*') } }, 'all'],
    ['stars without the prefix', { StringLike: { [SUB]: '*:*' } }, 'all'],
    ['a question mark', { StringLike: { [SUB]: sub('a:b?') } }, `patterns ${sub('a:b?')}`],
    ['a pattern that no name fits: five parts', { StringLike: { [SUB]: sub('a:*:b') } }, 'none'],
    ['a literal star', { StringEquals: { [SUB]: sub('a:*') } }, 'none'],
    ['capitals', { StringEquals: { [SUB]: sub('a:B') } }, 'none'],
    ['capitals, ignoring case', { StringEqualsIgnoreCase: { [SUB]: sub('A:B') } }, 'these a/b'],
    ['an empty list', { StringEquals: { [SUB]: [] } }, 'none'],
    [
      'exact and pattern together',
      { StringEquals: { [SUB]: [sub('a:b'), sub('c:d')] }, StringLike: { [SUB]: sub('a:*') } },
      'these a/b',
    ],
    [
      'exact and pattern that exclude each other',
      { StringEquals: { [SUB]: sub('c:d') }, StringLike: { [SUB]: sub('a:*') } },
      'none',
    ],
    [
      'two patterns that meet in one account',
      { StringLike: { [SUB]: sub('a:*') }, 'ForAnyValue:StringLike': { [SUB]: sub('*:b') } },
      'these a/b',
    ],
    [
      'the narrower of two patterns is named',
      { StringLike: { [SUB]: sub('a*:*') }, 'ForAnyValue:StringLike': { [SUB]: sub('a:b*') } },
      `patterns ${sub('a:b*')}`,
    ],
    ['everything but one', { StringNotEquals: { [SUB]: sub('a:b') } }, `patterns ${sub('*:*')} except ${sub('a:b')}`],
    [
      'a pattern but one',
      { StringLike: { [SUB]: sub('a:*') }, StringNotEquals: { [SUB]: sub('a:b') } },
      `patterns ${sub('a:*')} except ${sub('a:b')}`,
    ],
    ['a pattern taken back', { StringLike: { [SUB]: sub('a:b*') }, StringNotLike: { [SUB]: sub('a:*') } }, 'none'],
    ['Null false says nothing', { Null: { [SUB]: 'false' } }, 'all'],
    ['Null true can never be', { Null: { [SUB]: 'true' } }, 'none'],
    [
      'IfExists is the plain operator: a token has a subject',
      { StringEqualsIfExists: { [SUB]: sub('a:b') } },
      'these a/b',
    ],
    [
      'a set operator is the plain one on a single value',
      { 'ForAllValues:StringLike': { [SUB]: sub('a:*') } },
      `patterns ${sub('a:*')}`,
    ],
    ['an ARN operator fits no subject', { ArnLike: { [SUB]: '*' } }, 'none'],
    [
      'an audience does not tell accounts apart',
      { StringEquals: { [`${ISSUER}:aud`]: 'vault', [SUB]: sub('a:b') } },
      'these a/b',
    ],
    ['the subject of another issuer', { StringEquals: { [`${OTHER}:sub`]: sub('a:b') } }, 'none'],
    ['the subject of another issuer, negated', { StringNotEquals: { [`${OTHER}:sub`]: sub('a:b') } }, 'all'],
    ['the key in other case', { StringEquals: { [SUB.toUpperCase()]: sub('a:b') } }, 'these a/b'],
    ['an unknown operator', { StringMatches: { [SUB]: sub('a:b') } }, 'unknown'],
    ['a policy variable', { StringEquals: { [SUB]: `${sub('a:')}\${aws:PrincipalTag/name}` } }, 'unknown'],
  ];
  it.each(cases)('%s', (_title, condition, expected) => {
    expect(brief(covered(policy(statement(condition))))).toBe(expected);
  });

  it('takes a Deny back', () => {
    const allow = statement({ StringEquals: { [SUB]: [sub('a:b'), sub('a:c')] } });
    expect(brief(covered(policy(allow, statement({ StringEquals: { [SUB]: sub('a:b') } }, 'Deny'))))).toBe('these a/c');
    expect(brief(covered(policy(allow, statement(undefined, 'Deny'))))).toBe('none');
    expect(brief(covered(policy(statement(undefined, 'Deny'))))).toBe('none');
  });

  it('joins statements', () => {
    const set = covered(
      policy(statement({ StringEquals: { [SUB]: sub('a:b') } }), statement({ StringLike: { [SUB]: sub('c:*') } })),
    );
    expect(brief(set)).toBe(`patterns ${sub('a:b')} ${sub('c:*')}`);
    expect(set.statements.map(({ kind }) => kind)).toEqual(['these', 'patterns']);
  });

  it('leaves out what is about another provider, another action or another mechanism', () => {
    const other = {
      ...statement(undefined),
      Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${OTHER}` },
    };
    const pods = { Effect: 'Allow', Principal: { Service: 'pods.eks.amazonaws.com' }, Action: 'sts:*' };
    expect(brief(covered(policy(other, pods, { ...statement(undefined), Action: 'sts:AssumeRole' })))).toBe('none');
    expect(brief(covered(policy(other), undefined))).toBe('none');
    expect(brief(subjectsCoveredAnywhere(policy(other)))).toBe('all');
  });

  const holes: readonly [string, Conditions, string, string][] = [
    ['a hole as name', { StringEquals: { [SUB]: sub('a:<var.name>') } }, 'these a/<var.name>', 'no'],
    [
      'a hole as name beside a wildcard namespace',
      { StringLike: { [SUB]: sub('*:<var.name>') } },
      `patterns ${sub('*:<var.name>')}`,
      'yes',
    ],
    [
      'two holes that may be one account',
      { StringEquals: { [SUB]: [sub('a:<var.x>'), sub('a:<var.y>')] } },
      'these a/<var.x> a/<var.y>',
      'maybe',
    ],
    [
      'two holes in two namespaces',
      { StringEquals: { [SUB]: [sub('a:<var.x>'), sub('b:<var.x>')] } },
      'these a/<var.x> b/<var.x>',
      'yes',
    ],
    ['a hole for the whole subject', { StringEquals: { [SUB]: ['<var.subject>', sub('a:b')] } }, 'unknown', 'maybe'],
    ['a hole for namespace and name', { StringEquals: { [SUB]: sub('<var.account>') } }, 'unknown', 'maybe'],
    [
      'a hole against a literal',
      { StringEquals: { [SUB]: sub('a:b') }, StringLike: { [SUB]: sub('<var.ns>:*') } },
      'unknown',
      'no',
    ],
    [
      'a hole that can never fit',
      { StringEquals: { [SUB]: sub('a:b') }, StringLike: { [SUB]: sub('c:<var.name>') } },
      'none',
      'no',
    ],
  ];
  it.each(holes)('with %s', (_title, condition, expected, several) => {
    const set = coveredInFile(policy(statement(condition)));
    expect(brief(set)).toBe(expected);
    expect(set.several).toBe(several);
  });

  it('is what the oracle says of every sampled account', () => {
    const random = new Random(11);
    const kinds: Record<string, number> = {};
    for (let i = 0; i < 2000; i++) {
      const document = policy(...Array.from({ length: 1 + random.below(3) }, () => randomStatement(random)));
      const set = covered(document);
      kinds[set.kind] = (kinds[set.kind] ?? 0) + 1;
      const listed = new Set(set.accounts.map(({ namespace, name }) => sub(`${display(namespace)}:${display(name)}`)));
      const samples = [
        ...listed,
        ...Array.from({ length: 40 }, () => sub(`${word(random, false)}:${word(random, true)}`)),
      ];
      let allowed = 0;
      for (const subject of samples) {
        const lets =
          oracle(JSON.parse(JSON.stringify(document)), {
            principal: { Federated: PROVIDER },
            actions: ['sts:AssumeRoleWithWebIdentity'],
            context: { [SUB.toLowerCase()]: [subject], [`${ISSUER}:aud`.toLowerCase()]: ['sts.amazonaws.com'] },
          }) === 'allowed';
        if (lets) allowed++;
        const said =
          set.kind === 'all' ? true : set.kind === 'none' ? false : set.kind === 'these' ? listed.has(subject) : lets;
        if (said !== lets) expect.fail(`${subject}: ${lets}, but ${brief(set)}:\n${JSON.stringify(document, null, 1)}`);
      }
      if (set.kind === 'these') expect(set.several).toBe(listed.size > 1 ? 'yes' : 'no');
      if (allowed > 1 && set.kind !== 'these') expect(set.several).toBe('yes');
    }
    for (const kind of ['none', 'these', 'patterns', 'all']) expect(kinds[kind]).toBeGreaterThan(100);
    expect(kinds.unknown).toBeUndefined();
  });
});

function subjectsCoveredAnywhere(document: object): CoveredSubjects {
  return subjectsCovered(readTrustPolicy(treeOfValue(document))!);
}

const WORDS = ['a', 'ab', 'b', 'a-b', 'c', 'ba', 'aa'];

function word(random: Random, dotted: boolean): string {
  return dotted && random.chance(0.15) ? `${random.pick(WORDS)}.${random.pick(WORDS)}` : random.pick(WORDS);
}

function randomStatement(random: Random): object {
  const conditions: Conditions = {};
  for (let i = random.below(4); i > 0; i--) {
    const operator = random.pick([
      'StringEquals',
      'StringLike',
      'StringLike',
      'StringLikeIfExists',
      'StringNotEquals',
      'StringNotLike',
      'StringEqualsIgnoreCase',
      'ForAllValues:StringLike',
      'ForAnyValue:StringNotLike',
      'Null',
      'ArnNotLike',
    ]);
    const key = random.chance(0.07) ? `${OTHER}:sub` : SUB;
    const values = Array.from({ length: 1 + random.below(3) }, () =>
      operator === 'Null' ? random.pick(['true', 'false', 'false']) : randomPattern(random),
    );
    conditions[operator] = { ...conditions[operator], [key]: values };
  }
  return statement(Object.keys(conditions).length > 0 ? conditions : undefined, random.chance(0.8) ? 'Allow' : 'Deny');
}

function randomPattern(random: Random): string {
  const base = sub(`${word(random, false)}:${word(random, true)}`);
  switch (random.below(8)) {
    case 0:
      return sub(`${word(random, false)}:*`);
    case 1:
      return sub(`*:${word(random, true)}`);
    case 2:
      return sub(`${random.pick(WORDS)}*`);
    case 3:
      return random.pick(['*', sub('*'), sub('*:*'), '*:a', sub('?:*')]);
    case 4: {
      const at = sub('').length + random.below(base.length - sub('').length);
      return `${base.slice(0, at)}?${base.slice(at + 1)}`;
    }
    case 5:
      return random.pick([base.toUpperCase(), 'a/b', sub('a'), sub('a:b:c')]);
    default:
      return base;
  }
}

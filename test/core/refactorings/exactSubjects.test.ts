import { beforeAll, describe, expect, it } from 'vitest';
import { exactSubjects, policiesWithWildcards } from '../../../src/core/refactorings/exactSubjects.js';
import { analyze, readyForTerraform } from '../../support/ruleTester.js';
import { hosts, irsa, policy } from '../rules/trustCases.js';
import { account, ISSUER } from './formats.js';
import { applied, decision, done, refusal, serious, type Texts } from './support.js';

const wild = policy(
  irsa({
    Condition: {
      StringLike: {
        [`${ISSUER}:sub`]: ['system:serviceaccount:shop:*', 'system:serviceaccount:mail:mailer'],
        [`${ISSUER}:aud`]: 'sts.amazonaws.com',
      },
    },
  }),
  { Sid: 'People', Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'sts:AssumeRole' },
);
const accounts = {
  'k8s/cart.yaml': account('shop', 'cart'),
  'k8s/basket.yaml': account('shop', 'basket'),
  'k8s/other.yaml': account('other', 'other'),
};

function listed(texts: Texts, options = {}) {
  const workspace = analyze(texts).workspace();
  return done(exactSubjects(workspace, workspace.trustPolicies()[0]!, options));
}

describe('wildcard to exact list', () => {
  beforeAll(readyForTerraform);

  for (const [host, write] of Object.entries(hosts)) {
    it(host, () => {
      const texts = { ...write(wild), ...accounts };
      const after = applied(texts, listed(texts));
      const workspace = analyze(after).workspace();
      const [found] = workspace.trustPolicies();
      const shown = Object.values(after).join('\n');
      expect(
        ['shop cart', 'shop basket', 'mail mailer', 'shop new', 'other other'].map((each) =>
          decision(
            found!,
            each.split(' ')[0]!,
            each.split(' ')[1]!,
            found!.statements[0]!.principals[0]!.value.raw.split('oidc-provider/')[1],
          ),
        ),
        shown,
      ).toEqual(['allowed', 'allowed', 'allowed', 'denied', 'denied']);
      expect(
        serious(after).filter((each) => !each.includes('sa-missing-annotation')),
        shown,
      ).toEqual([]);
      expect(policiesWithWildcards(workspace)).toEqual([]);
      expect(refusal(exactSubjects(workspace, found!))).toMatch(/has no pattern of subjects/);
    });
  }

  it('takes the list of the connected cluster, of those that use the role where any does', () => {
    const texts = {
      'role.json': JSON.stringify(
        { Role: { RoleName: 'shop', Arn: 'arn:aws:iam::111122223333:role/shop', AssumeRolePolicyDocument: wild } },
        null,
        2,
      ),
      ...accounts,
    };
    const running = [
      { namespace: 'shop', name: 'till', roleArn: 'arn:aws:iam::111122223333:role/shop' },
      { namespace: 'shop', name: 'plain' },
    ];
    const refactoring = listed(texts, { running });
    expect(refactoring.changes.map(({ description }) => description)).toEqual([
      "Trust policy of 'shop': shop/till instead of 'system:serviceaccount:shop:*'",
    ]);
    expect(applied(texts, refactoring)['role.json']).not.toContain('plain');
    expect(applied(texts, listed(texts, { running: running.slice(1) }))['role.json']).toContain('shop:plain');
    const workspace = analyze(texts).workspace();
    expect(refusal(exactSubjects(workspace, workspace.trustPolicies()[0]!, { running: [] }))).toBe(
      "no service account of the cluster matches 'system:serviceaccount:shop:*'",
    );
  });
});

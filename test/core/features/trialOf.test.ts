import { describe, expect, it } from 'vitest';
import type { TrustPolicy } from '../../../src/core/facts/model.js';
import { readFile } from '../../../src/core/facts/readFile.js';
import { trialOf } from '../../../src/core/features/trialOf.js';
import { explain } from '../../../src/core/identity/explain.js';

const issuer = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';

function policyOf(...statements: readonly object[]): TrustPolicy {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2);
  const [policy] = readFile('trust.json', text).trustPolicies;
  if (!policy) throw new Error('no policy');
  return policy;
}

const irsa = {
  Effect: 'Allow',
  Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${issuer}` },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: { StringEquals: { [`${issuer}:sub`]: 'system:serviceaccount:payments:api' } },
};
const podIdentity = {
  Effect: 'Allow',
  Principal: { Service: 'pods.eks.amazonaws.com' },
  Action: ['sts:AssumeRole', 'sts:TagSession'],
  Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'orders' } },
};

describe('trying a service account against a trust policy', () => {
  it('says that it is let in, by which statement', () => {
    const chain = trialOf(policyOf(irsa), 'payments', 'api');
    expect(chain).toMatchObject({ subject: 'payments/api', target: 'this trust policy', verdict: 'ALLOWED' });
    expect(explain(chain)).toMatch(/trust\s+statement 1 {2}Allow {2}matches/);
  });

  it('says what differs where it is not', () => {
    const chain = trialOf(policyOf(irsa), 'payments', 'worker');
    expect(chain.verdict).toBe('DENIED');
    expect(chain.links.find(({ label }) => label === 'difference')?.text).toContain("'api' ≠ 'worker'");
  });

  it('tries each mechanism that the policy has a principal for, and tells of the better', () => {
    const both = policyOf(irsa, podIdentity);
    const mechanism = (namespace: string, name: string) =>
      trialOf(both, namespace, name).links.find(({ label }) => label === 'mechanism')?.text;
    expect(mechanism('payments', 'api')).toMatch(/^IRSA/);
    expect(mechanism('orders', 'any')).toMatch(/^Pod Identity/);
    expect(trialOf(both, 'orders', 'any').verdict).toBe('ALLOWED');
    expect(trialOf(both, 'reports', 'any').verdict).toBe('DENIED');
  });

  it('answers for a policy that names neither', () => {
    expect(trialOf(policyOf({ ...irsa, Principal: { AWS: '111122223333' } }), 'a', 'b').verdict).toBe('DENIED');
  });
});

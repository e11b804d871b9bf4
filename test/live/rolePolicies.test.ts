import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ordersProd } from '../../src/demo/scenario.js';
import type { LiveCluster, RolePolicies } from '../../src/live/types.js';
import { never, open, type RunningDemo, runDemo } from './support.js';

const arn = (name: string, account = '111122223333') => `arn:aws:iam::${account}:role/${name}`;
const own = 'arn:aws:iam::111122223333:policy/too-much';

let demo: RunningDemo;
let cluster: LiveCluster;

beforeEach(async () => {
  const statement = { Effect: 'Allow', Action: '*', Resource: '*' };
  const roles = ordersProd.roles.map((role) =>
    role.arn === arn('checkout-api')
      ? { ...role, attachedPolicyArns: [own, 'arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy', `${own}-gone`] }
      : role,
  );
  const managedPolicies = [
    ...ordersProd.managedPolicies,
    { arn: own, document: { Version: '2012-10-17', Statement: [statement] } },
  ];
  demo = await runDemo({ scenario: { ...ordersProd, roles, managedPolicies } });
  cluster = await open(demo);
  await cluster.read(never());
  demo.requests.clear();
});
afterEach(async () => {
  cluster.close();
  await demo.stop();
});

async function read(role = arn('checkout-api')): Promise<RolePolicies> {
  const answer = await cluster.rolePolicies(role, never());
  if (!answer.ok) throw new Error(answer.failure.message);
  return answer.value;
}

describe('permission policies of a role', () => {
  it('are read on request: attached and inline, with their documents and what the rules say', async () => {
    const { policies, failures } = await read();
    expect(failures).toEqual([]);
    expect(policies.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'attached AmazonEKS_CNI_Policy',
      'attached too-much',
      'attached too-much-gone',
      'inline orders',
    ]);
    const [managed, much, gone, inline] = policies;
    expect(JSON.parse(inline!.document!).Statement[0].Action).toEqual(['dynamodb:GetItem', 'dynamodb:PutItem']);
    expect(inline!.findings).toEqual([]);
    expect(much!.findings.map(({ ruleId }) => ruleId)).toContain('policy-wildcard-action');
    expect(much!.document).toContain('\n  "Statement"');
    // AWS's own are not the reader's to change.
    expect(managed).toMatchObject({ arn: 'arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy', findings: [] });
    expect(gone).toMatchObject({ why: expect.stringContaining('does not exist') });
    expect(gone!.document).toBeUndefined();
  });

  it('are not read before', () => {
    expect(demo.requests.entries.filter(({ operation }) => /Polic/.test(operation))).toEqual([]);
  });

  it('of one kind are shown where the other may not be listed', async () => {
    demo.faults.add({
      operation: 'ListAttachedRolePolicies',
      effect: { kind: 'error', status: 403, code: 'AccessDenied', message: 'no' },
    });
    const { policies, failures } = await read();
    expect(policies.map(({ name }) => name)).toEqual(['orders']);
    expect(failures).toEqual([
      expect.objectContaining({ reason: 'forbidden', permission: 'iam:ListAttachedRolePolicies' }),
    ]);
  });

  it('of another account are not asked for in ours', async () => {
    const answer = await cluster.rolePolicies(arn('checkout-api', '444455556666'), never());
    expect(answer).toMatchObject({ ok: false, failure: { reason: 'other-account' } });
    expect(demo.requests.entries).toEqual([]);
  });

  it('of a role that is not there say so', async () => {
    expect(await cluster.rolePolicies(arn('nope'), never())).toMatchObject({
      ok: false,
      failure: { reason: 'not-found' },
    });
  });
});

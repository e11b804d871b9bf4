import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Analysis } from '../../src/core/analysis.js';
import { findDrift } from '../../src/core/identity/drift.js';
import type { ChangeOutcome, ChangePlan, ChangeRequest, PlannedCall } from '../../src/live/changes/types.js';
import type { ClusterSnapshot, LiveCluster } from '../../src/live/types.js';
import { loadHclForTests } from '../core/syntax/hclFixture.js';
import { never, open, type RunningDemo, rowOf, runDemo } from './support.js';

const ROLE = 'eks.amazonaws.com/role-arn';
const account = '111122223333';
const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`;

let demo: RunningDemo;
let cluster: LiveCluster;
let snapshot: ClusterSnapshot;

beforeEach(async () => {
  demo = await runDemo();
  cluster = await open(demo);
  snapshot = await cluster.read(never());
});

afterEach(async () => {
  cluster.close();
  await demo.stop();
});

async function planned(request: ChangeRequest): Promise<ChangePlan> {
  const plan = await cluster.planChange(request, never());
  if (!plan.ok) throw new Error(plan.failure.message);
  return plan.value;
}

async function refused(request: ChangeRequest): Promise<string> {
  const plan = await cluster.planChange(request, never());
  if (plan.ok) throw new Error(`planned: ${plan.value.title}`);
  return `${plan.failure.reason}: ${plan.failure.message}`;
}

/** Calls as the demo's log has them. */
function asLogged(calls: readonly PlannedCall[]) {
  return calls.map(({ service, operation, method, path, parameters }) => {
    const { clusterName: _cluster, associationId: _id, ...body } = parameters as Record<string, unknown>;
    const input = service === 'eks' ? body : parameters;
    return { service, operation, method, path, ...(method === 'DELETE' ? {} : { input }) };
  });
}

function changesLogged() {
  return demo.requests.entries
    .filter(({ service, operation }) =>
      service === 'kubernetes' ? /^patch /.test(operation) : !/^(?:Get|List|Describe)/.test(operation),
    )
    .map(({ service, operation, method, path, input }) => ({
      service,
      operation,
      method,
      path,
      ...(input === undefined ? {} : { input }),
    }));
}

/** Applies a plan and holds what the servers received against it. */
async function applied(plan: ChangePlan): Promise<ChangeOutcome> {
  demo.requests.clear();
  const outcome = await cluster.applyChange(plan, never());
  expect(outcome.results.map(({ outcome: what, failure }) => [what, failure?.message])).toEqual(
    plan.calls.map(() => ['done', undefined]),
  );
  expect(outcome.done).toBe(true);
  expect(changesLogged()).toEqual(asLogged(plan.calls));
  return outcome;
}

async function undone(outcome: ChangeOutcome): Promise<void> {
  demo.requests.clear();
  const result = await cluster.undoChange(outcome, never());
  expect(result.results.every(({ outcome: what }) => what === 'done')).toBe(true);
  const sent = asLogged(outcome.plan.undo.calls).map((call) => ({
    ...call,
    path: call.path.replace('{associationId}', outcome.results[0]?.associationId ?? ''),
  }));
  expect(changesLogged()).toEqual(sent);
}

function serviceAccount(key: string) {
  return demo.store.collection('serviceaccounts').get(key)?.object;
}

function annotations(key: string) {
  return serviceAccount(key)?.metadata.annotations ?? {};
}

/** Everything that a change may touch, without what every write changes. */
function state() {
  const objects = (resource: string) =>
    demo.store
      .collection(resource)
      .all()
      .map(({ object }) => {
        const { resourceVersion: _, annotations: notes = {}, ...metadata } = object.metadata;
        const template = (object.spec as { template?: { metadata?: { annotations?: object } } } | undefined)?.template;
        const spec = template && {
          ...(object.spec as object),
          template: {
            ...template,
            metadata: { ...template.metadata, annotations: template.metadata?.annotations ?? {} },
          },
        };
        return { ...object, metadata: { ...metadata, annotations: notes }, ...(spec ? { spec } : {}) };
      });
  return {
    accounts: objects('serviceaccounts'),
    deployments: objects('deployments'),
    roles: [...demo.aws.roles.values()],
    associations: [...demo.aws.associations.values()]
      .map(({ modifiedAt: _m, createdAt: _c, id: _i, arn: _a, ageMinutes: _g, ...rest }) => ({
        ...rest,
        disableSessionTags: rest.disableSessionTags ?? false,
      }))
      .sort((a, b) => `${a.namespace}/${a.serviceAccount}`.localeCompare(`${b.namespace}/${b.serviceAccount}`)),
  };
}

describe('annotations', () => {
  it('sets one where there is none, and takes it away again', async () => {
    const before = state();
    const plan = await planned({
      kind: 'annotate',
      namespace: 'checkout',
      name: 'frontend',
      key: ROLE,
      value: roleArn('checkout-api'),
    });
    expect(plan).toMatchObject({
      before: `${ROLE} is not set`,
      after: `${ROLE}: ${roleArn('checkout-api')}`,
      needless: false,
    });
    expect(state()).toEqual(before);
    const outcome = await applied(plan);
    expect(annotations('checkout/frontend')).toEqual({ [ROLE]: roleArn('checkout-api') });
    await undone(outcome);
    expect(state()).toEqual(before);
  });

  it('changes one and puts back what was there', async () => {
    const before = state();
    const outcome = await applied(
      await planned({ kind: 'annotate', namespace: 'checkout', name: 'api', key: ROLE, value: roleArn('other') }),
    );
    expect(annotations('checkout/api')[ROLE]).toBe(roleArn('other'));
    await undone(outcome);
    expect(state()).toEqual(before);
  });

  it('takes one away and puts it back', async () => {
    const before = state();
    const outcome = await applied(
      await planned({
        kind: 'remove-annotation',
        namespace: 'kube-system',
        name: 'aws-load-balancer-controller',
        key: ROLE,
      }),
    );
    expect(annotations('kube-system/aws-load-balancer-controller')).toEqual({
      'eks.amazonaws.com/sts-regional-endpoints': 'true',
    });
    await undone(outcome);
    expect(state()).toEqual(before);
  });

  it('is refused where somebody changed it since, and is then not undone', async () => {
    const plan = await planned({
      kind: 'annotate',
      namespace: 'checkout',
      name: 'api',
      key: ROLE,
      value: roleArn('mine'),
    });
    await applied(
      await planned({ kind: 'annotate', namespace: 'checkout', name: 'api', key: ROLE, value: roleArn('theirs') }),
    );
    const outcome = await cluster.applyChange(plan, never());
    expect(outcome).toMatchObject({ done: false, results: [{ outcome: 'failed', failure: { status: 422 } }] });
    demo.requests.clear();
    await cluster.undoChange(outcome, never());
    expect(changesLogged()).toEqual([]);
    expect(annotations('checkout/api')[ROLE]).toBe(roleArn('theirs'));
  });

  it('is refused where a first annotation came in between', async () => {
    const request = { kind: 'annotate', namespace: 'checkout', name: 'frontend', key: ROLE } as const;
    const plan = await planned({ ...request, value: roleArn('mine') });
    await applied(await planned({ ...request, value: roleArn('theirs') }));
    const outcome = await cluster.applyChange(plan, never());
    expect(outcome.results[0]).toMatchObject({ outcome: 'failed', failure: { status: 409 } });
  });

  it('says what has no effect, and plans nothing for what is so already', async () => {
    const plan = await planned({ kind: 'annotate', namespace: 'payments', name: 'api', key: ROLE, value: 'payments' });
    expect(plan.notes.join('\n')).toMatch(/'payments' is no role ARN/);
    expect(plan.notes.join('\n')).toMatch(/association a-\S+ wins/);
    const same = await planned({
      kind: 'annotate',
      namespace: 'checkout',
      name: 'api',
      key: ROLE,
      value: roleArn('checkout-api'),
    });
    expect(same).toMatchObject({ needless: true, calls: [], undo: { calls: [] } });
    expect(await refused({ kind: 'remove-annotation', namespace: 'checkout', name: 'nobody', key: ROLE })).toMatch(
      /^not-found/,
    );
    expect(await refused({ kind: 'annotate', namespace: 'checkout', name: 'api', key: 'a b', value: 'x' })).toMatch(
      /no annotation key/,
    );
  });
});

describe('associations', () => {
  const create = {
    kind: 'create-association',
    namespace: 'checkout',
    name: 'frontend',
    roleArn: roleArn('payments-api'),
  } as const;

  it('creates one and deletes it again', async () => {
    const before = state();
    const plan = await planned({ ...create, tags: { team: 'checkout' } });
    const outcome = await applied(plan);
    expect(demo.aws.associationOf('checkout', 'frontend')).toMatchObject({
      roleArn: roleArn('payments-api'),
      tags: { team: 'checkout' },
    });
    expect(outcome.results[0]?.associationId).toBe(demo.aws.associationOf('checkout', 'frontend')?.id);
    await undone(outcome);
    expect(state()).toEqual(before);
  });

  it('creates one only, however often it is sent', async () => {
    const plan = await planned(create);
    const first = await cluster.applyChange(plan, never());
    const second = await cluster.applyChange(plan, never());
    expect(second.results[0]).toMatchObject({ outcome: 'done', associationId: first.results[0]?.associationId });
  });

  it('changes the fields that differ, and puts those back', async () => {
    const before = state();
    const plan = await planned({
      kind: 'update-association',
      associationId: 'a-warehouse000000001',
      roleArn: roleArn('reports'),
      targetRoleArn: '',
      disableSessionTags: false,
    });
    expect(plan.calls[0]?.parameters).toMatchObject({ roleArn: roleArn('reports'), targetRoleArn: '' });
    expect(plan.calls[0]?.parameters).not.toHaveProperty('disableSessionTags');
    const outcome = await applied(plan);
    expect(demo.aws.associations.get('a-warehouse000000001')?.targetRoleArn).toBeUndefined();
    await undone(outcome);
    expect(state()).toEqual(before);
  });

  it('deletes one and makes it anew with all its fields', async () => {
    const before = state();
    for (const associationId of ['a-auditor00000000001', 'a-warehouse000000001']) {
      const outcome = await applied(await planned({ kind: 'delete-association', associationId }));
      expect(demo.aws.associations.has(associationId)).toBe(false);
      await undone(outcome);
    }
    expect(state()).toEqual(before);
  });

  it('leaves those of add-ons to the add-on', async () => {
    const owned = rowOf(snapshot, 'kube-system/ebs-csi-controller-sa').associationId ?? '';
    expect(await refused({ kind: 'delete-association', associationId: owned })).toMatch(
      /^forbidden: it belongs to the add-on aws-ebs-csi-driver/,
    );
    expect(await refused({ kind: 'update-association', associationId: owned, roleArn: roleArn('x') })).toMatch(
      /^forbidden/,
    );
  });

  it('says before what EKS would refuse', async () => {
    expect(await refused({ ...create, roleArn: 'payments-api' })).toMatch(/'payments-api' is no role ARN/);
    const second = await planned({ ...create, namespace: 'payments', name: 'api' });
    expect(second.notes.join('\n')).toMatch(/already; EKS refuses a second one/);
    const outcome = await cluster.applyChange(second, never());
    expect(outcome.results[0]).toMatchObject({ outcome: 'failed', failure: { status: 409 } });
    const absent = await planned({ ...create, name: 'nobody' });
    expect(absent.notes[0]).toMatch(/checkout\/nobody does not exist yet/);
  });
});

describe('trust policies', () => {
  const worker = roleArn('checkout-worker');
  const fixed = () => cluster.trustPolicy(worker)!.replace(':wrker"', ':worker"');

  it('puts a fixed one, says who gets in by it, and puts the old one back', async () => {
    const before = state();
    const plan = await planned({ kind: 'put-trust-policy', roleArn: worker, document: fixed() });
    expect(plan.effects).toEqual(['checkout/worker: denied → allowed']);
    const outcome = await applied(plan);
    const after = await cluster.read(never());
    expect(rowOf(after, 'checkout/worker').trust).toBe('allowed');
    await undone(outcome);
    expect(state()).toEqual(before);
    expect(rowOf(await cluster.read(never()), 'checkout/worker').trust).toBe('denied');
  });

  it('says who is shut out, and what the rules say of it', async () => {
    const arn = roleArn('checkout-api');
    const document = cluster.trustPolicy(arn)!.replace(':checkout:api', ':checkout:*');
    const shut = cluster.trustPolicy(arn)!.replace(':checkout:api', ':checkout:apo');
    expect((await planned({ kind: 'put-trust-policy', roleArn: arn, document })).notes.join('\n')).toMatch(
      /trust-literal-wildcard/,
    );
    expect((await planned({ kind: 'put-trust-policy', roleArn: arn, document: shut })).effects).toEqual([
      expect.stringMatching(/^checkout\/api: allowed → denied \(.*'apo' ≠ 'api'\)$/),
    ]);
  });

  it('takes no rubbish, no other account and no other path', async () => {
    expect(await refused({ kind: 'put-trust-policy', roleArn: worker, document: '{' })).toMatch(/no JSON/);
    expect(await refused({ kind: 'put-trust-policy', roleArn: worker, document: '{}' })).toMatch(/no Statement/);
    expect(
      await refused({ kind: 'put-trust-policy', roleArn: worker.replace(account, '444455556666'), document: fixed() }),
    ).toMatch(/^other-account/);
    expect(
      await refused({ kind: 'put-trust-policy', roleArn: worker.replace('role/', 'role/path/'), document: fixed() }),
    ).toMatch(/^not-found/);
    expect(
      await planned({ kind: 'put-trust-policy', roleArn: worker, document: cluster.trustPolicy(worker)! }),
    ).toMatchObject({ needless: true, calls: [] });
  });

  it('hands IAM’s refusal on', async () => {
    const document =
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Principal":"*"}]}';
    const outcome = await cluster.applyChange(
      await planned({ kind: 'put-trust-policy', roleArn: worker, document }),
      never(),
    );
    expect(outcome.results[0]).toMatchObject({ outcome: 'failed', failure: { status: 400 } });
    expect(outcome.results[0]?.failure?.message).toMatch(/MalformedPolicyDocument/);
  });
});

describe('restarts', () => {
  it('replaces the pods, so that stale ones get what new ones get, and puts the template back', async () => {
    expect(rowOf(snapshot, 'reports/reports').pods.stale).toBe(1);
    const before = state();
    const plan = await planned({
      kind: 'restart',
      namespace: 'reports',
      workload: { kind: 'Deployment', name: 'reports' },
    });
    const outcome = await applied(plan);
    expect(rowOf(await cluster.read(never()), 'reports/reports').pods).toMatchObject({ total: 2, stale: 0 });
    await undone(outcome);
    expect(state().deployments).toEqual(before.deployments);
  });

  it('says that nothing of that name is there', async () => {
    expect(
      await refused({ kind: 'restart', namespace: 'reports', workload: { kind: 'Deployment', name: 'none' } }),
    ).toMatch(/^not-found/);
  });
});

describe('what may have been done', () => {
  it('is said to be unknown where no answer came, and can be undone', async () => {
    const plan = await planned({
      kind: 'annotate',
      namespace: 'checkout',
      name: 'api',
      key: ROLE,
      value: roleArn('other'),
    });
    const before = state();
    demo.faults.add({ operation: 'patch serviceaccounts', effect: { kind: 'truncate' }, times: 1 });
    const outcome = await cluster.applyChange(plan, never());
    expect(outcome).toMatchObject({ done: false, results: [{ outcome: 'unknown' }] });
    expect(annotations('checkout/api')[ROLE]).toBe(roleArn('other'));
    await undone(outcome);
    expect(state()).toEqual(before);
  });

  it('is said to be unknown where it was cancelled under way, and nothing is sent after a cancel', async () => {
    const plan = await planned({
      kind: 'restart',
      namespace: 'reports',
      workload: { kind: 'Deployment', name: 'reports' },
    });
    demo.faults.add({ operation: 'patch deployments', effect: { kind: 'stall' }, times: 1 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    expect((await cluster.applyChange(plan, stop.signal)).results[0]?.outcome).toBe('unknown');
    demo.requests.clear();
    expect((await cluster.applyChange(plan, stop.signal)).results[0]?.outcome).toBe('not-sent');
    expect(demo.requests.entries).toEqual([]);
  });

  it('is failed where AWS refuses', async () => {
    const plan = await planned({ kind: 'delete-association', associationId: 'a-reports00000000001' });
    demo.faults.add({
      operation: 'DeletePodIdentityAssociation',
      effect: { kind: 'error', status: 403, code: 'AccessDeniedException', message: 'no' },
    });
    expect((await cluster.applyChange(plan, never())).results[0]).toMatchObject({
      outcome: 'failed',
      failure: { reason: 'forbidden' },
    });
  });
});

describe('as text', () => {
  const textOf = ({ asText }: ChangePlan, tool: 'terraform' | 'cloudFormation') => {
    const words = asText[tool];
    if (words.kind === 'none') throw new Error(words.why);
    return words.text;
  };

  it('is Terraform and CloudFormation that say what is changed', async () => {
    await loadHclForTests();
    const create = await planned({
      kind: 'create-association',
      namespace: 'checkout',
      name: 'frontend',
      roleArn: roleArn('payments-api'),
      targetRoleArn: 'arn:aws:iam::444455556666:role/path/target',
      disableSessionTags: true,
      tags: { team: 'a "b"' },
    });
    const put = await planned({
      kind: 'put-trust-policy',
      roleArn: roleArn('checkout-worker'),
      document: cluster.trustPolicy(roleArn('checkout-worker'))!.replace('wrker', 'worker'),
    });
    for (const [tool, file] of [
      ['terraform', 'main.tf'],
      ['cloudFormation', 'template.yaml'],
    ] as const) {
      const analysis = new Analysis();
      analysis.setFile(file, textOf(create, tool));
      expect(findDrift(analysis.workspace(), cluster.view()!).drifts).toMatchObject([
        { kind: 'association-only-in-file', namespace: 'checkout', name: 'frontend' },
      ]);
      const [association] = analysis.workspace().associations();
      expect([association?.roleArn?.raw, association?.targetRoleArn?.raw]).toEqual([
        roleArn('payments-api'),
        'arn:aws:iam::444455556666:role/path/target',
      ]);
      const roles = new Analysis();
      roles.setFile(file, textOf(put, tool));
      expect(findDrift(roles.workspace(), cluster.view()!).drifts).toMatchObject([
        {
          kind: 'trust-policy',
          message: expect.stringMatching(/checkout\/worker is denied there and allowed by the file/),
        },
      ]);
    }
  });

  it('says each change in the words of the tools that have them', async () => {
    const annotate = await planned({
      kind: 'annotate',
      namespace: 'checkout',
      name: 'frontend',
      key: ROLE,
      value: roleArn('a'),
    });
    expect(annotate.asText.kubectl).toEqual({
      kind: 'text',
      text: `kubectl --context ${snapshot.context} --namespace checkout annotate serviceaccount frontend ${ROLE}=${roleArn('a')} --overwrite`,
    });
    expect(annotate.undo.asText.kubectl).toMatchObject({
      text: expect.stringMatching(/frontend eks\.amazonaws\.com\/role-arn-$/),
    });
    expect(annotate.asText.cloudFormation.kind).toBe('none');
    const put = await planned({
      kind: 'put-trust-policy',
      roleArn: roleArn('checkout-worker'),
      document: cluster.trustPolicy(roleArn('checkout-worker'))!.replace('wrker', `it's\${aws:username}`),
    });
    expect(put.asText.awsCli).toMatchObject({ text: expect.stringContaining(`it'\\''s\${aws:username}`) });
    expect(put.asText.terraform).toMatchObject({ text: expect.stringContaining(`it's$\${aws:username}`) });
  });
});

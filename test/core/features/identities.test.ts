import { describe, expect, test } from 'vitest';
import { identities, identitiesInSlices } from '../../../src/core/features/identities.js';
import { explain } from '../../../src/core/identity/explain.js';
import { account, deployment, role, workspaceOf } from './support.js';

const subject = (namespace: string, name: string) => `system:serviceaccount:${namespace}:${name}`;

function only(files: Readonly<Record<string, string>>) {
  const found = identities(workspaceOf(files).workspace);
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe('the identity of a service account in files', () => {
  test('with a role that lets it in', () => {
    const identity = only({
      'k8s/api.yaml': account('payments', 'api', 'payments-api'),
      'iam/api.json': role('payments-api', subject('payments', 'api')),
    });
    expect(identity).toMatchObject({
      namespace: 'payments',
      name: 'api',
      mechanism: 'irsa',
      trust: 'allowed',
      status: 'ok',
      statement: 0,
      summary: 'IRSA → payments-api',
    });
    expect(identity.trustPolicy?.file).toBe('iam/api.json');
  });

  test('with a role that denies it names the difference', () => {
    const identity = only({
      'k8s/worker.yaml': account('payments', 'worker', 'payments-worker'),
      'iam/worker.json': role('payments-worker', subject('payments', 'wrker')),
    });
    expect(identity).toMatchObject({ trust: 'denied', status: 'error' });
    expect(identity.nearestMiss).toContain("'wrker' ≠ 'worker'");
    expect(identity.summary).toContain("'wrker' ≠ 'worker'");
  });

  test('with a role that is not in the workspace is unknown, not fine', () => {
    expect(only({ 'sa.yaml': account('payments', 'api', 'elsewhere') })).toMatchObject({
      trust: 'not-checked',
      status: 'unknown',
      summary: 'IRSA → elsewhere · role is not in the workspace',
    });
  });

  test('without a role', () => {
    expect(only({ 'sa.yaml': account('payments', 'plain') })).toMatchObject({
      mechanism: 'none',
      trust: 'not-checked',
      status: 'ok',
      summary: 'no role of its own',
    });
  });

  test('with a role that eksctl makes', () => {
    const cluster = (withOIDC: boolean, more = '') => `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: orders, region: eu-west-1 }
iam:
  withOIDC: ${withOIDC}
  serviceAccounts:
    - metadata: { name: autoscaler, namespace: kube-system }
      wellKnownPolicies: { autoScaler: true }${more}
`;
    const found = only({ 'cluster.yaml': cluster(true) });
    expect(found).toMatchObject({
      mechanism: 'irsa',
      trust: 'allowed',
      status: 'ok',
      summary: 'IRSA → a role of its own by eksctl',
      reason: 'eksctl makes a role for it, with the annotation and the trust policy.',
    });
    expect(found.roleArn).toBeUndefined();
    expect(explain(found.chain())).toMatch(/^kube-system\/autoscaler → a role of its own by eksctl +ALLOWED\n/);
    expect(only({ 'cluster.yaml': cluster(true, '\n      roleName: scaler') }).mechanism).toBe('irsa');
    // What keeps eksctl from making it is said of it.
    const text = cluster(false);
    const at = text.indexOf('false');
    expect(only({ 'cluster.yaml': text }).parts).toContainEqual({ file: 'cluster.yaml', start: at, end: at + 5 });
  });

  test('its workloads are a part of it', () => {
    const text = deployment('payments', 'api', 'api');
    const { parts, workloads } = only({ 'sa.yaml': account('payments', 'api', 'x'), 'd.yaml': text });
    expect(workloads).toHaveLength(1);
    const whole = parts.find(({ file }) => file === 'd.yaml');
    expect(text.slice(whole?.start, whole?.end).trim()).toBe(text.trim());
  });

  test('without a namespace says so', () => {
    expect(only({ 'sa.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n' }).namespace).toBe(
      '(namespace not set)',
    );
  });

  test('explains itself from the workload to the statement', () => {
    const identity = only({
      'k8s/worker.yaml': `${account('payments', 'worker', 'payments-worker')}---\n${deployment('payments', 'worker', 'worker')}`,
      'iam/worker.json': role('payments-worker', subject('payments', 'wrker')),
    });
    const text = explain(identity.chain());
    expect(text).toContain('payments/worker → arn:aws:iam::111122223333:role/payments-worker    DENIED');
    expect(text).toMatch(/deployment +worker runs as worker +k8s\/worker\.yaml:12/);
    expect(text).toMatch(/annotation +eks\.amazonaws\.com\/role-arn = .* k8s\/worker\.yaml:7/);
    expect(text).toMatch(
      /…CDEF:sub +StringEquals {2}system:serviceaccount:payments:wrker {2}✗ {2}got system:serviceaccount:payments:worker/,
    );
    expect(text).toContain('AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity');
  });

  test('is the same in slices, with what is gone meanwhile left out', async () => {
    const { analysis } = workspaceOf({
      'b.yaml': account('payments', 'worker', 'payments-worker'),
      'a.yaml': account('payments', 'api', 'payments-api'),
      'c.yaml': account('billing', 'api', 'billing-api'),
    });
    const names = (all: readonly { namespace: string; name: string }[]) =>
      all.map(({ namespace, name }) => `${namespace}/${name}`);
    expect(names(await identitiesInSlices(analysis.workspace(), () => undefined))).toEqual(
      names(identities(analysis.workspace())),
    );
    let pauses = 0;
    const found = await identitiesInSlices(analysis.workspace(), async () => {
      if (pauses++ > 0) return;
      analysis.removeFile('b.yaml');
      analysis.refresh();
    });
    expect(pauses).toBe(2);
    expect(names(found)).toEqual(['billing/api', 'payments/api']);
  });
});

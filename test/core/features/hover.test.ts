import { describe, expect, test } from 'vitest';
import { hoverAt } from '../../../src/core/features/hover.js';
import { account, ISSUER, role, workspaceOf } from './support.js';

function hover(files: Readonly<Record<string, string>>): string | undefined {
  const { facts, workspace, file, offset } = workspaceOf(files);
  return hoverAt(facts, workspace, file, offset)?.lines.join('\n');
}

const sa = account('payments', 'worker', 'payments-worker');
const denying = role('payments-worker', 'system:serviceaccount:payments:wrker');

describe('hover', () => {
  test('on a role ARN says which identity the account gets and why not', () => {
    const text = hover({ 'k8s/sa.yaml': sa.replace('payments-worker', 'payments-w¦orker'), 'role.json': denying });
    expect(text).toContain('payments/worker');
    expect(text).toContain("Trust: **denied** — 'wrker' ≠ 'worker' \\(role.json:6\\)".replace(/\\([()])/g, '$1'));
  });
  test('on a subject that nobody defines says so', () => {
    expect(hover({ 'role.json': denying.replace('payments:wrker', 'payments:w¦rker') })).toContain(
      'No file of this workspace defines this service account.',
    );
  });
  test('on a subject shows the account it means', () => {
    const allowing = role('payments-worker', 'system:serviceaccount:payments:worker').replace(
      ':payments:worker',
      ':payments:w¦orker',
    );
    expect(hover({ 'sa.yaml': sa, 'role.json': allowing })).toContain('Trust: **allowed** — statement 1');
  });
  test('on a pattern lists whom it matches', () => {
    const text = role('r', 'system:serviceaccount:pay*:*')
      .replace('"StringEquals"', '"StringLike"')
      .replace(':pay*', ':p¦ay*');
    expect(hover({ 'sa.yaml': sa, 'role.json': text })).toContain('`payments/worker`');
  });
  test('on a provider names issuer and region', () => {
    const text = hover({ 'role.json': denying.replace('oidc-provider/', 'oidc-prov¦ider/') });
    expect(text).toContain(ISSUER);
    expect(text).toContain('eu-west-1');
  });
  test('on operator, key and annotation explains them', () => {
    expect(hover({ 'role.json': denying.replace('StringEquals', 'String¦Equals') })).toContain('letter for letter');
    expect(hover({ 'role.json': denying.replace(':aud"', ':a¦ud"') })).toContain('sts.amazonaws.com');
    expect(hover({ 'sa.yaml': sa.replace('eks.amazonaws.com/role-arn', 'eks.amazonaws.com/role¦-arn') })).toContain(
      'ServiceAccount only',
    );
  });
  test('says nothing elsewhere', () => {
    expect(hover({ 'sa.yaml': `¦${sa}` })).toBeUndefined();
  });
});

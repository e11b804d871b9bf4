import { describe, expect, test } from 'vitest';
import { definitionsAt, referencesAt, renameEdits, renameRange } from '../../../src/core/features/navigation.js';
import { account, deployment, role, textsAt, workspaceOf } from './support.js';

const files = {
  'sa.yaml': account('payments', 'api', 'payments-api'),
  'other.yaml': account('reports', 'api'),
  'deployment.yaml': deployment('payments', 'api', 'api'),
  'role.json': role('payments-api', 'system:serviceaccount:payments:api'),
};

function at(file: keyof typeof files, marked: string) {
  const text = files[file];
  const plain = marked.replace('¦', '');
  expect(text).toContain(plain);
  return workspaceOf({ ...files, [file]: text.replace(plain, marked) });
}

describe('definition', () => {
  test('of the service account in a subject', () => {
    const { facts, workspace, file, offset, analysis } = at('role.json', 'payments:a¦pi');
    expect(textsAt(analysis, definitionsAt(facts, workspace, file, offset))).toEqual(['sa.yaml: api']);
  });
  test('of the service account that a workload names', () => {
    const { facts, workspace, file, offset, analysis } = at('deployment.yaml', 'serviceAccountName: a¦pi');
    expect(textsAt(analysis, definitionsAt(facts, workspace, file, offset))).toEqual(['sa.yaml: api']);
  });
  test('of the role that an annotation names', () => {
    const { facts, workspace, file, offset, analysis } = at('sa.yaml', 'role/pay¦ments-api');
    expect(textsAt(analysis, definitionsAt(facts, workspace, file, offset))).toEqual(['role.json: "payments-api"']);
  });
  test('of nothing', () => {
    const { facts, workspace, file } = at('sa.yaml', 'k¦ind: ServiceAccount');
    expect(definitionsAt(facts, workspace, file, 0)).toEqual([]);
  });
});

describe('references', () => {
  test('of a service account are in every file, its namesake elsewhere left out', () => {
    const { facts, all, workspace, file, offset, analysis } = at('sa.yaml', 'name: a¦pi');
    expect(textsAt(analysis, referencesAt(facts, all(), workspace, file, offset)).sort()).toEqual([
      'deployment.yaml: api',
      'role.json: "system:serviceaccount:payments:api"',
      'sa.yaml: api',
    ]);
  });
  test('of a role', () => {
    const { facts, all, workspace, file, offset, analysis } = at('role.json', '"RoleName": "pay¦ments-api"');
    expect(textsAt(analysis, referencesAt(facts, all(), workspace, file, offset)).sort()).toEqual([
      'role.json: "payments-api"',
      'sa.yaml: arn:aws:iam::111122223333:role/payments-api',
    ]);
  });
});

describe('rename', () => {
  test('replaces the name alone, inside the subject too', () => {
    const { facts, all, workspace, file, offset, analysis } = at('deployment.yaml', 'serviceAccountName: a¦pi');
    expect(renameRange(facts, workspace, file, offset)).toMatchObject({ name: 'api' });
    const edits = renameEdits(facts, all(), workspace, file, offset, 'gateway')!;
    expect(textsAt(analysis, edits).sort()).toEqual(['deployment.yaml: api', 'role.json: api', 'sa.yaml: api']);
    const json = edits.find((edit) => edit.file === 'role.json')!;
    const text = analysis.text('role.json')!;
    expect(text.slice(0, json.start) + json.newText + text.slice(json.end)).toContain(
      '"system:serviceaccount:payments:gateway"',
    );
  });
  test('is refused where the namespace is not known', () => {
    const { facts, workspace, file, offset } = workspaceOf({
      'sa.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: a¦pi\n',
    });
    expect(renameRange(facts, workspace, file, offset)).toBeUndefined();
  });
});

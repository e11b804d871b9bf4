import { describe, expect, test } from 'vitest';
import { completionsAt } from '../../../src/core/features/completion.js';
import { account, deployment, ISSUER, PROVIDER, role, workspaceOf } from './support.js';

function complete(files: Readonly<Record<string, string>>) {
  const { facts, all, workspace, file, offset, analysis } = workspaceOf(files);
  return completionsAt(facts, all(), workspace, file, offset, analysis.text(file)!).map(
    ({ text, insert, replaces }) => ({
      text,
      ...(insert === undefined ? {} : { insert }),
      over: analysis.text(replaces.file)!.slice(replaces.start, replaces.end),
    }),
  );
}

const texts = (files: Readonly<Record<string, string>>) => complete(files).map(({ text }) => text);
const sa = account('payments', 'api', 'payments-api');

describe('completion', () => {
  test('of actions replaces the string’s content', () => {
    const found = complete({ 'role.json': role('r', 's').replace('sts:AssumeRoleWithWebIdentity', 'sts:A¦') });
    expect(found).toContainEqual({ text: 'sts:AssumeRoleWithWebIdentity', over: 'sts:A' });
  });
  test('of an empty action', () => {
    expect(texts({ 'role.json': role('r', 's').replace('sts:AssumeRoleWithWebIdentity', '¦') })).toContain(
      'sts:TagSession',
    );
  });
  test('of condition keys offers the claims of the statement’s provider', () => {
    expect(texts({ 'role.json': role('r', 's').replace(`${ISSUER}:sub`, '¦') }).slice(0, 2)).toEqual([
      `${ISSUER}:sub`,
      `${ISSUER}:aud`,
    ]);
  });
  test('of subjects offers the accounts of the workspace', () => {
    expect(texts({ 'sa.yaml': sa, 'role.json': role('r', 'system:¦') })).toEqual([
      'system:serviceaccount:payments:api',
    ]);
  });
  test('of providers offers those that other files name', () => {
    expect(texts({ 'a.json': role('a', 's'), 'b.json': role('b', 's').replace(PROVIDER, '¦') })).toContain(PROVIDER);
  });
  test('of a role ARN offers the roles of the workspace', () => {
    const half = sa.replace('arn:aws:iam::111122223333:role/payments-api', 'arn:aws¦');
    expect(texts({ 'sa.yaml': half, 'role.json': role('payments-api', 's') })).toContain(
      'arn:aws:iam::111122223333:role/payments-api',
    );
  });
  test('of a service account name stays in the namespace', () => {
    const found = texts({
      'sa.yaml': `${sa}---\n${account('reports', 'other')}`,
      'd.yaml': deployment('payments', 'api', 'a¦'),
    });
    expect(found).toEqual(['api']);
  });
  test('offers nothing where nothing of ours stands', () => {
    expect(texts({ 'sa.yaml': sa.replace('kind', 'k¦ind') })).toEqual([]);
  });
  test('of a role ARN where nothing stands yet', () => {
    const empty = sa.replace('arn:aws:iam::111122223333:role/payments-api', '¦');
    for (const text of [
      empty,
      `${empty}---\n${deployment('payments', 'api', 'api')}`,
      `${deployment('a', 'b', 'c')}---\n${empty}`,
    ])
      expect(complete({ 'sa.yaml': text, 'role.json': role('payments-api', 's') })).toEqual([
        { text: 'arn:aws:iam::111122223333:role/payments-api', over: '' },
      ]);
  });
  test('of a role ARN offers first those that let the account in', () => {
    const files = {
      'a.json': role('a-other', 'system:serviceaccount:payments:other'),
      'sa.yaml': sa.replace('arn:aws:iam::111122223333:role/payments-api', '¦'),
      'z.json': role('z-api', 'system:serviceaccount:payments:api'),
    };
    expect(texts(files)).toEqual(['arn:aws:iam::111122223333:role/z-api', 'arn:aws:iam::111122223333:role/a-other']);
    const typed = { ...files, 'sa.yaml': files['sa.yaml'].replace('¦', 'arn:¦') };
    expect(texts(typed)[0]).toBe('arn:aws:iam::111122223333:role/z-api');
  });
  test('of an annotation’s key while it is typed, with its colon', () => {
    for (const typed of ['', 'eks', 'eks.amazonaws.com/to']) {
      const found = complete({ 'sa.yaml': `${sa.trimEnd()}\n    ${typed}¦\n` });
      expect(found).toContainEqual({
        text: 'eks.amazonaws.com/token-expiration',
        insert: 'eks.amazonaws.com/token-expiration: ',
        over: typed,
      });
      expect(found.map(({ text }) => text)).not.toContain('eks.amazonaws.com/role-arn');
    }
  });
  test('of the first annotation', () => {
    const first = sa.replace(/(annotations:\n +).*\n/, '$1¦\n');
    expect(texts({ 'sa.yaml': first })).toContain('eks.amazonaws.com/role-arn');
  });
  test('of a namespace and of an account’s name where nothing stands yet', () => {
    const files = { 'sa.yaml': sa, 'd.yaml': deployment('¦', 'worker', 'api') };
    expect(texts(files)).toEqual(['payments']);
    expect(texts({ ...files, 'd.yaml': deployment('pay¦', 'worker', 'api') })).toContain('payments');
    expect(texts({ ...files, 'd.yaml': deployment('payments', 'worker', '¦') })).toEqual(['api']);
  });
  test('offers no keys where others stand', () => {
    expect(texts({ 'sa.yaml': `${sa.trimEnd()}\n  ¦\n` })).toEqual([]);
    expect(texts({ 'sa.yaml': `${sa.trimEnd()}\n¦\n` })).toEqual([]);
  });
});

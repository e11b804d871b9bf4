import { describe, expect, test } from 'vitest';
import { clusterRows, openContextDescription } from '../../../src/vscode/tree/clusterRows.js';
import { Filter } from '../../../src/vscode/tree/filter.js';
import { clock, isOld, OLD_MS } from '../../../src/vscode/tree/freshness.js';
import { below, cluster, NOW, snapshot } from './support.js';

describe('what AWS said', () => {
  test('is old after a while, unless asking again cannot help', () => {
    expect(isOld(snapshot({ awsReadAt: NOW - OLD_MS + 1 }), NOW)).toBe(false);
    expect(isOld(snapshot({ awsReadAt: NOW - OLD_MS }), NOW)).toBe(true);
    expect(isOld(snapshot({ awsReadAt: NOW - OLD_MS, complete: false }), NOW)).toBe(false);
    expect(isOld(undefined, NOW)).toBe(false);
    const failures = [{ what: 'sts:GetCallerIdentity', reason: 'unauthenticated', message: 'no' }] as const;
    expect(isOld(snapshot({ awsReadAt: NOW - OLD_MS, failures }), NOW)).toBe(false);
  });

  test('says when it was read, and how it comes to be read again', () => {
    const rows = clusterRows(snapshot({ awsReadAt: NOW }), cluster, new Filter(''));
    const row = [...below(rows)].find(({ label }) => label === 'AWS read');
    expect(row?.description).toBe(`at ${clock(NOW, cluster.now)}`);
    expect(row?.tooltip).toMatch(/Service accounts and pods are followed/);
  });

  test('shows in the cluster’s own line where it is old', () => {
    expect(openContextDescription(snapshot({ awsReadAt: NOW }), NOW)).not.toContain('AWS read');
    expect(openContextDescription(snapshot({ awsReadAt: NOW - OLD_MS }), NOW)).toContain(
      `AWS read at ${clock(NOW - OLD_MS, NOW)}`,
    );
  });
});

test('a time is of today, or has its day', () => {
  const noon = new Date(2026, 1, 3, 12, 0).getTime();
  expect(clock(new Date(2026, 1, 3, 9, 5).getTime(), noon)).toBe('09:05');
  expect(clock(new Date(2026, 1, 2, 23, 59).getTime(), noon)).toBe('2026-02-02 23:59');
});

import { describe, expect, test } from 'vitest';
import type { CallerIdentity, VerifyBatchPlan, VerifyBatchResult } from '../../../src/live/types.js';
import { batchConfirmation, batchReport, batchSummary } from '../../../src/vscode/commands/verifyText.js';

const item = (name: string) => ({ namespace: 'payments', name, way: 'mint', how: 'web-identity' }) as const;
const result = (name: string, identity: Partial<CallerIdentity>): VerifyBatchResult => ({
  ...item(name),
  identity: { how: 'web-identity', ...identity },
});
const plan: VerifyBatchPlan = {
  targets: ['a', 'b', 'c', 'd', 'e'].map(item),
  steps: ['5 times: request a token', 'In all 5 tokens are minted'],
  left: [{ namespace: 'payments', name: 'plain', why: 'payments/plain has no role of its own.' }],
};
const results = [
  result('a', {
    verdict: 'as-expected',
    expected: 'arn:aws:iam::111122223333:role/a',
    actual: 'arn:aws:sts::111122223333:assumed-role/a/s',
  }),
  result('b', { verdict: 'refused', expected: 'arn:aws:iam::111122223333:role/b', message: 'AccessDenied: a | b\nc' }),
  result('c', {
    verdict: 'other-role',
    expected: 'arn:aws:iam::111122223333:role/c',
    actual: 'arn:aws:sts::111122223333:assumed-role/x/s',
  }),
  result('d', {}),
];

describe('a report of many verifications', () => {
  test('says in a line how it came out', () => {
    expect(batchSummary(plan, results)).toBe(
      '4 of 5 verified: 1 as expected, 1 not found out, 1 refused, 1 another identity than expected',
    );
    expect(batchSummary(plan, [])).toBe('0 of 5 verified');
  });

  test('asks with every step, how often, and who is left out', () => {
    expect(batchConfirmation(plan)).toBe(
      '• 5 times: request a token\n• In all 5 tokens are minted\n• 1 service account cannot be verified so; the report says why',
    );
  });

  test('puts what is wrong first, says what was not done, and leaves nobody out', () => {
    const text = batchReport('Caller identities of prod', plan, results, new Date('2026-01-02T03:04:05Z'));
    expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '# Caller identities of prod',
      '## ✗ Another identity than expected (1)',
      '## ✗ Refused (1)',
      '## ? Not found out (1)',
      '## ✓ As expected (1)',
      '## Left out (1)',
    ]);
    expect(text).toContain('2026-01-02 03:04:05 UTC');
    expect(text).toContain('**Stopped**: 1 of the plan was not done.');
    expect(text).toMatch(/\| payments\/c \| web identity \| c \| assumed\\?-role\/x\/s \|/);
    // A message of AWS breaks no table.
    const line = text.split('\n').find((each) => each.startsWith('| payments/b'));
    expect(line?.replaceAll('\\|', '').split('|')).toHaveLength(7);
    expect(text).toContain('payments/plain has no role of its own.');
  });
});

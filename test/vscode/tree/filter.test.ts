import { describe, expect, test } from 'vitest';
import { Filter, type Filterable } from '../../../src/vscode/tree/filter.js';

const ledger: Filterable = {
  namespace: 'payments',
  name: 'ledger',
  roleArn: 'arn:aws:iam::111122223333:role/Ledger-Role',
  mechanism: 'pod-identity',
  status: 'error',
  stalePods: 1,
  verified: false,
};

describe('the filter', () => {
  const cases: readonly [string, boolean][] = [
    ['', true],
    ['   ', true],
    ['ledger', true],
    ['LEDGER', true],
    ['reports', false],
    ['ns:payments', true],
    ['ns:pay', true],
    ['ns:reports', false],
    ['ns:reports ns:payments', true],
    ['role:ledger-role', true],
    ['role:other', false],
    ['is:error', true],
    ['is:warning', false],
    ['is:warning is:error', true],
    ['is:problem', true],
    ['is:stale', true],
    ['is:verified', false],
    ['is:pod-identity', true],
    ['is:irsa', false],
    ['ns:payments is:warning', false],
    ['ns:payments role:ledger is:error led', true],
    ['is:', true],
    ['led ger', true],
    ['led reports', false],
    ['payments', true],
  ];
  for (const [text, matches] of cases) {
    test(`'${text}' ${matches ? 'matches' : 'does not match'}`, () =>
      expect(new Filter(text).matches(ledger)).toBe(matches));
  }
  test('knows when it is empty', () => {
    expect(new Filter(' ns: ').isEmpty).toBe(true);
    expect(new Filter('x').isEmpty).toBe(false);
  });
});

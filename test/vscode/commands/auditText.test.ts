import { describe, expect, test } from 'vitest';
import type { AnalyzerFinding, CallHistory } from '../../../src/live/auditTypes.js';
import { callsText, policyAuditText } from '../../../src/vscode/commands/auditText.js';

const theirs: AnalyzerFinding = {
  type: 'ERROR',
  issueCode: 'WILDCARD_WITHOUT_LIKE_OPERATOR',
  message: 'The value includes a *.',
  link: 'https://docs.example/x',
  places: [],
};
const ours = {
  ruleId: 'trust-literal-wildcard',
  severity: 'error',
  message: "'*' is a plain character here.",
  line: 9,
};

describe('a merged judgement', () => {
  test('says once what both say, by line', () => {
    const text = policyAuditText(
      'role.json',
      [ours, { ...ours, ruleId: 'trust-missing-audience', message: 'No audience.', line: 3 }],
      [
        { finding: theirs, line: 9, ours },
        { finding: { ...theirs, issueCode: 'MISSING_VERSION', type: 'WARNING', message: 'No version.' }, line: 1 },
      ],
    );
    expect(text.split('\n').filter((line) => line.startsWith('- '))).toEqual([
      '- line 1: **warning** No version. [MISSING_VERSION](https://docs.example/x)',
      '- line 3: **error** No audience. `trust-missing-audience`',
      "- line 9: **error** '*' is a plain character here. `trust-literal-wildcard` — Access Analyzer too: The value includes a *. [WILDCARD_WITHOUT_LIKE_OPERATOR](https://docs.example/x)",
    ]);
  });
  test('says that there is nothing', () => expect(policyAuditText('x', [], [])).toContain('Neither finds anything.'));
});

describe('calls', () => {
  const history: CallHistory = {
    calls: [],
    from: 0,
    until: 3_600_000,
    cut: false,
    gaps: [],
    asked: ['cloudtrail:LookupEvents'],
  };
  test('are rows, what is unknown is said', () => {
    const text = callsText('a/api', {
      ...history,
      cut: true,
      gaps: ['cloudtrail:LookupEvents in us-east-1: no'],
      calls: [
        {
          id: '1',
          operation: 'AssumeRoleWithWebIdentity',
          at: 60_000,
          failed: true,
          errorCode: 'AccessDenied',
          errorMessage: 'a|b',
          certain: true,
        },
      ],
    });
    expect(text).toContain('| ✗ | 1970-01-01T00:01:00Z | AssumeRoleWithWebIdentity |  | AccessDenied: a\\|b |  |');
    expect(text).toContain('older ones are missing');
    expect(text).toContain('cloudtrail:LookupEvents in us-east-1: no');
  });
  test('that are none are only said to be none where all was asked', () => {
    expect(callsText('a/api', history)).toContain('None. Its pods asked for no credentials');
    expect(callsText('a/api', { ...history, gaps: ['x'] })).toContain('None among what could be asked.');
  });
});

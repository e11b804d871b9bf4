import { describe, expect, test } from 'vitest';
import { policiesText } from '../../../src/vscode/commands/policiesText.js';

const roleArn = 'arn:aws:iam::111122223333:role/app/api';

describe('the permission policies of a role', () => {
  test('stand by kind, with findings, documents and what is unknown', () => {
    const text = policiesText({
      roleArn,
      failures: [{ what: 'iam:ListRolePolicies api', reason: 'forbidden', message: 'no' }],
      policies: [
        {
          kind: 'attached',
          name: 'much',
          arn: 'arn:aws:iam::111122223333:policy/much',
          document: '{\n  "a": "```"\n}',
          findings: [{ ruleId: 'policy-wildcard-action', severity: 'warning', message: 'allows *', short: 'allows *' }],
        },
        { kind: 'attached', name: 'Aws', arn: 'arn:aws:iam::aws:policy/Aws', why: 'AccessDenied: no', findings: [] },
        { kind: 'inline', name: 'orders', document: '{}', findings: [] },
      ],
    });
    expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '# api',
      '## Attached policies (2)',
      '### much',
      '### Aws',
      '## Inline policies (1)',
      '### orders',
    ]);
    expect(text).toContain('iam:ListRolePolicies api: no');
    expect(text).toContain('**warning** allows \\* (policy-wildcard-action)');
    expect(text).toContain('managed by AWS');
    expect(text).toContain('**unknown**: AccessDenied: no');
    // A document ends no fence.
    expect(text.match(/```/g)).toHaveLength(4);
  });

  test('that has none says so', () => {
    expect(policiesText({ roleArn, failures: [], policies: [] })).toContain('it may do nothing');
  });
});

import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/core/analysis.js';
import { applySafeFixes } from '../../../src/core/features/safeFixes.js';
import { defineRule } from '../../../src/core/rules/rule.js';
import { accountYaml } from '../../../src/core/rules/support/manifestExamples.js';
import { applyEdits } from '../../../src/core/syntax/edits.js';

/** Wants so many marks in the file of each account; its fix writes one. */
const marking = (wanted: number) =>
  defineRule({
    id: 'marks-accounts',
    severity: 'warning',
    scope: 'document',
    fix: 'safe',
    docs: { summary: '', why: '', bad: {}, good: {}, links: [] },
    check({ serviceAccounts }, report) {
      for (const { metadata, node } of serviceAccounts) {
        if ((node.document.text.match(/# mark/g) ?? []).length >= wanted) continue;
        report({
          at: metadata.name ?? node,
          message: 'No mark.',
          fixes: () => [
            {
              title: 'Mark it',
              safety: 'safe',
              edits: [{ file: node.document.file, start: 0, end: 0, newText: '# mark\n' }],
            },
          ],
        });
      }
    },
  });

const allOf = (analysis: Analysis) => () => [...analysis.allFindings().values()].flat();

describe('safe fixes', () => {
  it.each([
    ['a fix that clears its finding', 1],
    ['a fix that does not clear it is not written twice', Number.POSITIVE_INFINITY],
  ])('%s', (_, wanted) => {
    const analysis = new Analysis({ rules: [marking(wanted)] });
    const text = accountYaml('crane', 'quay');
    analysis.setFile('sa.yaml', text);
    analysis.setFile('other.txt', 'none');
    expect([...applySafeFixes(analysis, allOf(analysis)).keys()]).toEqual(['sa.yaml']);
    expect(analysis.text('sa.yaml')).toBe(`# mark\n${text}`);
  });

  it('write one operator where one fix adds an audience and another changes the operator beside it', () => {
    const analysis = new Analysis();
    const provider = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
    const statement = {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${provider}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringLike: { [`${provider}:sub`]: 'system:serviceaccount:quay:crane' } },
    };
    const text = JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2);
    analysis.setFile('trust.json', text);
    const edits = applySafeFixes(analysis, allOf(analysis)).get('trust.json')!;
    expect(applyEdits(text, edits)).toBe(analysis.text('trust.json'));
    const [{ Condition }] = JSON.parse(analysis.text('trust.json')!).Statement;
    expect(Condition).toEqual({
      StringEquals: {
        [`${provider}:sub`]: 'system:serviceaccount:quay:crane',
        [`${provider}:aud`]: 'sts.amazonaws.com',
      },
    });
    expect(allOf(analysis)()).toEqual([]);
  });

  it('leave what would change a file that is not to be changed', () => {
    const analysis = new Analysis({ rules: [marking(1)] });
    analysis.setFile('a.yaml', accountYaml('crane', 'quay'));
    analysis.setFile('b.yaml', accountYaml('winch', 'quay'));
    const changed = applySafeFixes(analysis, allOf(analysis), (file) => file === 'a.yaml');
    expect([...changed]).toEqual([['a.yaml', [{ file: 'a.yaml', start: 0, end: 0, newText: '# mark\n' }]]]);
    expect(analysis.text('b.yaml')).toBe(accountYaml('winch', 'quay'));
  });
});

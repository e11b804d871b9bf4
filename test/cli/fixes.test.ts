import { describe, expect, it } from 'vitest';
import { applySafeFixes } from '../../src/cli/fixes.js';
import { Analysis } from '../../src/core/analysis.js';
import { defineRule } from '../../src/core/rules/rule.js';
import { accountYaml } from '../../src/core/rules/support/manifestExamples.js';

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

describe('safe fixes', () => {
  it.each([
    ['a fix that clears its finding', 1],
    ['a fix that does not clear it is not written twice', Number.POSITIVE_INFINITY],
  ])('%s', (_, wanted) => {
    const analysis = new Analysis({ rules: [marking(wanted)] });
    const text = accountYaml('crane', 'quay');
    analysis.setFile('sa.yaml', text);
    analysis.setFile('other.txt', 'none');
    expect([...applySafeFixes(analysis)]).toEqual(['sa.yaml']);
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
    analysis.setFile('trust.json', JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2));
    applySafeFixes(analysis);
    const [{ Condition }] = JSON.parse(analysis.text('trust.json')!).Statement;
    expect(Condition).toEqual({
      StringEquals: {
        [`${provider}:sub`]: 'system:serviceaccount:quay:crane',
        [`${provider}:aud`]: 'sts.amazonaws.com',
      },
    });
    expect([...analysis.allFindings().values()].flat()).toEqual([]);
  });
});

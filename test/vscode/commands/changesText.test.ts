import { describe, expect, test } from 'vitest';
import type { ChangeOutcome, ChangePlan, PlannedCall, ToolTexts } from '../../../src/live/changes/types.js';
import { confirmation, outcomeText, planText } from '../../../src/vscode/commands/changesText.js';

const none = { kind: 'none', why: 'It has no word for it.' } as const;
const asText: ToolTexts = {
  awsCli: none,
  kubectl: { kind: 'text', text: 'kubectl annotate serviceaccount api k=v' },
  eksctl: none,
  terraform: none,
  cloudFormation: none,
};

const call: PlannedCall = {
  service: 'kubernetes',
  operation: 'patch serviceaccounts',
  method: 'PATCH',
  path: '/api/v1/namespaces/a/serviceaccounts/api',
  contentType: 'application/merge-patch+json',
  parameters: { metadata: { annotations: { k: 'v' } } },
  permission: 'patch serviceaccounts in a',
  summary: 'Set the annotation k of a/api to v',
};

const plan: ChangePlan = {
  request: { kind: 'annotate', namespace: 'a', name: 'api', key: 'k', value: 'v' },
  title: 'Annotate a/api with v',
  before: 'k is not set',
  after: 'k: v',
  effects: [],
  needless: false,
  calls: [call],
  asText,
  notes: ['Restart the workload.'],
  undo: { calls: [{ ...call, summary: 'Take the annotation k from a/api' }], asText, notes: [] },
};

describe('a preview', () => {
  test('holds every call with its parameters, the undo recipe and the words of other tools', () => {
    const text = planText(plan, 'orders-prod');
    expect(text).toContain('Nothing has been changed yet');
    expect(text).toContain(
      'PATCH /api/v1/namespaces/a/serviceaccounts/api\ncontent-type: application/merge-patch+json',
    );
    expect(text).toContain(JSON.stringify(call.parameters, null, 2));
    expect(text).toContain('1. Take the annotation k from a/api');
    expect(text).toContain('kubectl annotate serviceaccount api k=v');
    expect(text).toContain('**AWS CLI**: It has no word for it.');
  });
  test('keeps texts inside their fences', () => {
    const text = planText({ ...plan, after: '```\n# not a title' }, 'x');
    expect(text.match(/^```/gm)!.length % 2).toBe(0);
  });
  test('is short in the confirmation, with calls and undo', () => {
    expect(confirmation(plan)).toMatch(/1\. Set the annotation[\s\S]*PATCH \/api[\s\S]*To undo: Take the annotation/);
  });
});

describe('an outcome', () => {
  const outcome = (what: ChangeOutcome['results'][number]['outcome']): ChangeOutcome => ({
    plan,
    direction: 'change',
    done: what === 'done',
    results: [
      {
        call,
        outcome: what,
        ...(what === 'done' ? {} : { failure: { what: 'x', reason: 'timeout', message: 'no answer' } }),
      },
    ],
  });
  test('says what is done and what may be', () => {
    expect(outcomeText(outcome('done'))).toBe('Set the annotation k of a/api to v: done');
    expect(outcomeText(outcome('unknown'))).toBe('Set the annotation k of a/api to v: may have been done. no answer');
    expect(outcomeText({ ...outcome('done'), direction: 'undo', results: [] })).toBe('There was nothing to undo.');
  });
});

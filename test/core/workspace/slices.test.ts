import { beforeEach, describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/core/analysis.js';
import { rules } from '../../../src/core/rules/index.js';
import { readyForTerraform } from '../../support/ruleTester.js';

// Between two steps of a refresh hardly anything is done, so that a host can give way at any time. Counted, not timed.

const SIZE = 60;

function account(i: number): string {
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: app-${i}\n  namespace: team\n  annotations:\n    eks.amazonaws.com/role-arn: not-an-arn-${i}\n`;
}

function workload(i: number): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-${i}\n  namespace: team\nspec:\n  template:\n    spec:\n      serviceAccountName: app-${i}\n      containers: []\n`;
}

let judged: Set<unknown>;
let analysis: Analysis;
let steps: number;

beforeEach(() => {
  judged = new Set();
  steps = 0;
  analysis = new Analysis({
    patient: true,
    rules: rules.map((rule) => ({
      ...rule,
      check: (facts, report, workspace) => {
        judged.add(facts);
        rule.check(facts, report, workspace);
      },
    })),
  });
  for (let i = 0; i < SIZE; i++) analysis.setFile(`${i}.yaml`, `${account(i)}---\n${workload(i)}`);
});

/** Gives way at each step. @returns the most documents that were judged between two of them */
async function refresh(isCancelled?: () => boolean): Promise<{ most: number; touched: string[] }> {
  let most = 0;
  const touched: string[] = [];
  const last = await analysis.refreshInSlices({
    pause: () => {
      steps++;
      most = Math.max(most, judged.size);
      judged.clear();
      return Promise.resolve();
    },
    ...(isCancelled ? { isCancelled } : {}),
    onTouched: (files) => touched.push(...files),
  });
  return { most, touched: [...touched, ...last] };
}

describe('a refresh in slices', () => {
  it('judges one document a step, and tells of every file', async () => {
    const { most, touched } = await refresh();
    expect(most).toBe(1);
    expect(steps).toBeGreaterThan(SIZE * 4);
    expect(new Set(touched).size).toBe(SIZE);
    expect(analysis.isSettled).toBe(true);
    expect(analysis.findings('7.yaml').map(({ ruleId }) => ruleId)).toEqual(['sa-malformed-role-arn']);
  });

  it('does as little a step after thousands of changes at once', async () => {
    await refresh();
    for (let i = 0; i < SIZE; i++) analysis.setFile(`${i}.yaml`, `${account(i + 1)}---\n${workload(i)}`);
    analysis.setFile(
      'kustomization.yaml',
      `kind: Kustomization\nnamespace: other\nresources:\n${Array.from({ length: SIZE }, (_, i) => `  - ${i}.yaml\n`).join('')}`,
    );
    steps = 0;
    const { most } = await refresh();
    expect(most).toBe(1);
    expect(steps).toBeGreaterThan(SIZE * 4);
    expect(analysis.workspace().accountsNamed('other', 'app-5')).toHaveLength(1);
  });

  it('may be given up at any step, and goes on from there', async () => {
    for (let run = 0; !analysis.isSettled && run < 10_000; run++) {
      const before = steps;
      await refresh(() => steps >= before + 7);
      expect(steps - before).toBeLessThanOrEqual(7);
    }
    expect(analysis.isSettled).toBe(true);
    expect(analysis.allFindings().size).toBe(SIZE);
  });

  it('says how much is left', async () => {
    const left: number[] = [];
    await analysis.refreshInSlices({ pause: () => Promise.resolve(), onProgress: (count) => left.push(count) });
    expect(Math.max(...left)).toBeGreaterThanOrEqual(SIZE - 1);
    expect(left.at(-1)).toBe(0);
  });

  it('does not keep a question about one file waiting for the others', () => {
    expect(analysis.findings('7.yaml').map(({ ruleId }) => ruleId)).toEqual(['sa-malformed-role-arn']);
    expect(judged.size).toBe(2);
    analysis.setFile('7.yaml', account(7).replace('not-an-arn-7', 'arn:aws:iam::111122223333:role/app'));
    expect(analysis.findings('7.yaml')).toEqual([]);
    expect(analysis.isSettled).toBe(false);
  });

  it('asks again for a text that was not kept, when something reads it', async () => {
    await readyForTerraform();
    const wanted: string[] = [];
    analysis = new Analysis({ patient: true, onTextWanted: (file) => wanted.push(file) });
    analysis.setFile('tf/name.txt', 'till');
    expect(analysis.text('tf/name.txt')).toBeUndefined();
    analysis.setFile('tf/main.tf', 'resource "aws_iam_role" "r" {\n  name = file("name.txt")\n}\n');
    await refresh();
    expect(wanted).toEqual(['tf/name.txt']);
    analysis.setFile('tf/name.txt', 'till');
    await refresh();
    expect(analysis.workspace().rolesNamed('till')).toHaveLength(1);
    expect(wanted).toHaveLength(1);
  });
});

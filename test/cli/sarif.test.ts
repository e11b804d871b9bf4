import { expect, it } from 'vitest';
import { toSarif } from '../../src/cli/formats/sarif.js';
import { Analysis } from '../../src/core/analysis.js';
import { accountYaml } from '../../src/core/rules/support/manifestExamples.js';

it('names files so that no character of theirs means something in a URI', () => {
  const file = 'a b/50% #1?.yaml';
  const text = accountYaml('crane', 'quay', ['eks.amazonaws.com/role-arn: arn:aws:iam::1:role/crane']);
  const analysis = new Analysis();
  analysis.setFile(file, text);
  const log = JSON.parse(
    toSarif({
      findings: [...analysis.allFindings().values()].flat(),
      unreadable: [{ file: 'c:d.json', reason: 'no such file or folder' }],
      files: 1,
      text: () => text,
    }),
  );
  const [run] = log.runs;
  const uri = 'a%20b/50%25%20%231%3F.yaml';
  expect(run.results[0]).toMatchObject({
    ruleId: 'sa-malformed-role-arn',
    locations: [{ physicalLocation: { artifactLocation: { uri } } }],
    fixes: [{ artifactChanges: [{ artifactLocation: { uri } }] }],
  });
  expect(run.invocations[0].toolExecutionNotifications[0].locations[0].physicalLocation.artifactLocation.uri).toBe(
    'c%3Ad.json',
  );
});

import { expect, test } from 'vitest';
import { toText } from '../../src/cli/formats/text.js';
import { Analysis } from '../../src/core/analysis.js';

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${ISSUER}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:*:*' },
        StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
      },
    },
  ],
});

function check(width: number | undefined, text = policy): string {
  const analysis = new Analysis();
  analysis.setFile('role.json', text);
  return toText(
    { findings: analysis.findings('role.json'), unreadable: [], files: 1, text: () => text },
    { color: false, width },
  );
}

test('a finding is a line where no window limits it', () => {
  const [file, finding, empty, summary] = check(undefined).split('\n');
  expect(file).toBe('role.json');
  expect(finding).toMatch(
    /^ +1:\d+ {2}error {2}'system:.*'system:serviceaccount:NAMESPACE:NAME'\. {3}trust-wildcard-subject$/,
  );
  expect(empty).toBe('');
  expect(summary).toBe('1 error in 1 of 1 file');
});

test('in a window the message has all the width that is left, and the rule follows it', () => {
  for (const width of [60, 80, 100, 120]) {
    const lines = check(width).split('\n').slice(1, -3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    const text = lines.map((line) => line.trim()).join(' ');
    expect(text).toMatch(/trust-wildcard-subject$/);
    // As few lines as its length needs, give or take a word that did not fit.
    const room = width - (lines[1]?.search(/\S/) ?? 0);
    expect(lines.length).toBeLessThanOrEqual(Math.ceil(text.length / (room * 0.7)));
    for (const line of lines.slice(1)) expect(line.search(/\S/)).toBe(lines[0]!.indexOf("'system"));
  }
});

test('of files that could not be read there is no word of findings', () => {
  const unreadable = [{ file: 'no.json', reason: 'no such file or folder' }];
  expect(toText({ findings: [], unreadable, files: 0, text: () => '' }, { color: false, width: 80 })).toBe(
    'no.json: no such file or folder\n',
  );
});

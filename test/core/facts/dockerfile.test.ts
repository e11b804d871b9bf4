// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { describe, expect, it } from 'vitest';
import { readDockerfile } from '../../../src/core/facts/dockerfile.js';
import { noFacts } from '../../../src/core/facts/model.js';
import { display } from '../../../src/core/syntax/text.js';

function credentials(text: string): [instruction: string, name: string, value: string | undefined, typed: string][] {
  const facts = noFacts();
  readDockerfile({ file: 'Dockerfile', language: 'dockerfile', text }, facts);
  return facts.dockerCredentials.map(({ instruction, name, value, spot }) => [
    instruction,
    name,
    value && display(value),
    text.slice(spot.start, spot.end),
  ]);
}

describe('Dockerfiles', () => {
  it.each([
    ['ENV AWS_ACCESS_KEY_ID=a', [['ENV', 'AWS_ACCESS_KEY_ID', 'a', 'AWS_ACCESS_KEY_ID=a']]],
    ['env AWS_ACCESS_KEY_ID a b ', [['ENV', 'AWS_ACCESS_KEY_ID', 'a b', 'AWS_ACCESS_KEY_ID a b']]],
    ['FROM x\nARG AWS_SECRET_ACCESS_KEY\n', [['ARG', 'AWS_SECRET_ACCESS_KEY', undefined, 'AWS_SECRET_ACCESS_KEY']]],
    ['ARG aws_session_token=x', [['ARG', 'aws_session_token', 'x', 'aws_session_token=x']]],
    ['ONBUILD ENV AWS_SESSION_TOKEN="a b"', [['ENV', 'AWS_SESSION_TOKEN', 'a b', 'AWS_SESSION_TOKEN="a b"']]],
    [
      "ENV A=b \\\n  # why\n\n  AWS_ACCESS_KEY_ID=a \\\r\n  AWS_SECRET_ACCESS_KEY='$b'\n",
      [
        ['ENV', 'AWS_ACCESS_KEY_ID', 'a', 'AWS_ACCESS_KEY_ID=a'],
        ['ENV', 'AWS_SECRET_ACCESS_KEY', '$b', "AWS_SECRET_ACCESS_KEY='$b'"],
      ],
    ],
    ['ENV AWS_ACCESS_KEY_ID=${Key} X=$Y', [['ENV', 'AWS_ACCESS_KEY_ID', '${Key}', 'AWS_ACCESS_KEY_ID=${Key}']]],
    ['# escape=`\nENV A=b `\n AWS_ACCESS_KEY_ID=c', [['ENV', 'AWS_ACCESS_KEY_ID', 'c', 'AWS_ACCESS_KEY_ID=c']]],
    ['ENV KEY=AKIAIOSFODNN7EXAMPLE', [['ENV', 'KEY', 'AKIAIOSFODNN7EXAMPLE', 'KEY=AKIAIOSFODNN7EXAMPLE']]],
    ['ENV AWS_ACCESS_KEY_ID=', [['ENV', 'AWS_ACCESS_KEY_ID', '', 'AWS_ACCESS_KEY_ID=']]],
  ])('%s', (text, expected) => {
    expect(credentials(text)).toEqual(expected);
    expect(credentials(text.replaceAll(/\r?\n/g, '\r\n')).map((each) => each.slice(0, 3))).toEqual(
      expected.map((each) => each.slice(0, 3)),
    );
  });

  it.each([
    'RUN AWS_ACCESS_KEY_ID=a',
    '# ENV AWS_ACCESS_KEY_ID=a',
    'ENV AWS_REGION=eu-west-1',
    'RUN <<EOF\nENV AWS_ACCESS_KEY_ID=a\nEOF\nENV A=b',
    'COPY <<-"A" <<B /x\nENV AWS_ACCESS_KEY_ID=a\n\tA\nENV AWS_ACCESS_KEY_ID=a\nB\n',
    'RUN <<EOF\nENV AWS_ACCESS_KEY_ID=a',
    'RUN x \\\n ENV AWS_ACCESS_KEY_ID=a',
    'ENV',
    'ENV ',
    'ARG \\',
    '',
  ])('says nothing of %j', (text) => {
    expect(credentials(text)).toEqual([]);
  });
});

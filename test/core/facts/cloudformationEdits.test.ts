// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { describe, expect, it } from 'vitest';
import { readCloudFormation } from '../../../src/core/facts/cloudformation.js';
import type { Statement } from '../../../src/core/facts/model.js';
import {
  addProperty,
  appendItem,
  applyEdits,
  type Edit,
  removeItem,
  removeProperty,
  renameKey,
  replacePart,
  replaceString,
  replaceValue,
} from '../../../src/core/syntax/edits.js';
import { type ArrayNode, get, type StringNode } from '../../../src/core/syntax/tree.js';
import { read } from './reading.js';

function changed(text: string, file: string, edit: (statement: Statement) => Edit): string {
  const { facts } = read(readCloudFormation, text, file);
  const result = applyEdits(text, [edit(facts.trustPolicies[0]!.statements[0]!)]);
  // What was changed is a template still, and says as much.
  expect(read(readCloudFormation, result, file).facts.trustPolicies[0]?.statements).toHaveLength(1);
  return result;
}

const yaml = (statement: string) => `Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
${statement.replace(/^/gm, '            ')}
`;
const json = (statement: unknown) =>
  JSON.stringify(
    {
      Resources: {
        R: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [statement] } } },
      },
    },
    null,
    2,
  );
const value = (statement: Statement) => statement.conditions[0]!.values[0] as StringNode;
const actions = (statement: Statement) => get(statement.node, 'Action')!;

describe('changes of values with intrinsic functions', () => {
  it('keep !Sub round a new string', () => {
    const text = yaml('Condition: { StringLike: { "x:sub": !Sub "system:serviceaccount:${Ns}:*" } }');
    expect(changed(text, 'a.yaml', (s) => replaceString(value(s), 'system:serviceaccount:a:b'))).toContain(
      '"x:sub": !Sub "system:serviceaccount:a:b" }',
    );
    expect(
      changed(text, 'a.yaml', (s) => replacePart(value(s), value(s).raw.length - 1, value(s).raw.length, 'cart')),
    ).toContain('!Sub "system:serviceaccount:${Ns}:cart" }');
    expect(changed(text, 'a.yaml', (s) => replaceValue(value(s), ['a', 'b']))).toContain('"x:sub": [a, b] }');
    expect(changed(text, 'a.yaml', (s) => appendItem(value(s), 'b'))).toContain(
      '"x:sub": [!Sub "system:serviceaccount:${Ns}:*", b] }',
    );
  });

  it('take the whole of !Ref and !Join away', () => {
    for (const source of ['!Ref X', '!Join [":", [a, !Ref B]]', '{ Ref: X }', '{ "Fn::Join": [":", [a, b]] }']) {
      const text = yaml(`Condition: { StringLike: { "x:sub": ${source} } }`);
      expect(changed(text, 'a.yaml', (s) => replaceString(value(s), 'a'))).toContain('"x:sub": a }');
      const block = yaml(`Condition:\n  StringLike:\n    "x:sub": ${source}`);
      expect(changed(block, 'a.yaml', (s) => replaceValue(value(s), 'a'))).toContain('"x:sub": a\n');
    }
  });

  it('remove items and members with their functions', () => {
    const flow = yaml('Action: [sts:AssumeRole, !Sub "sts:${X}", !Ref Y]');
    const item = (s: Statement, index: number) => (actions(s) as ArrayNode).items[index]!;
    expect(changed(flow, 'a.yaml', (s) => removeItem(actions(s) as ArrayNode, item(s, 1)))).toContain(
      '[sts:AssumeRole, !Ref Y]',
    );
    expect(changed(flow, 'a.yaml', (s) => removeItem(actions(s) as ArrayNode, item(s, 2)))).toContain(
      '[sts:AssumeRole, !Sub "sts:${X}"]',
    );
    const block = yaml('Action:\n  - sts:AssumeRole\n  - !Sub sts:${X}\n  - Fn::Sub: sts:${Y}');
    expect(changed(block, 'a.yaml', (s) => removeItem(actions(s) as ArrayNode, item(s, 1)))).toBe(
      block.replace('              - !Sub sts:${X}\n', ''),
    );
    expect(changed(block, 'a.yaml', (s) => removeItem(actions(s) as ArrayNode, item(s, 2)))).toBe(
      block.replace('              - Fn::Sub: sts:${Y}\n', ''),
    );
    const resource = yaml('Action: sts:AssumeRole\nResource: !Sub "${X}"\nSid: a');
    expect(changed(resource, 'a.yaml', (s) => removeProperty(s.node, s.resourceElements[0]!))).toBe(
      resource.replace('            Resource: !Sub "${X}"\n', ''),
    );
    const long = json({
      Effect: 'Allow',
      Action: ['sts:AssumeRole', { 'Fn::Sub': 'sts:${X}' }],
      Resource: { 'Fn::Sub': '${X}' },
    });
    expect(JSON.parse(changed(long, 'a.json', (s) => removeProperty(s.node, s.resourceElements[0]!)))).toEqual(
      JSON.parse(json({ Effect: 'Allow', Action: ['sts:AssumeRole', { 'Fn::Sub': 'sts:${X}' }] })),
    );
    expect(JSON.parse(changed(long, 'a.json', (s) => removeItem(actions(s) as ArrayNode, item(s, 1))))).toEqual(
      JSON.parse(json({ Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: { 'Fn::Sub': '${X}' } })),
    );
    expect(JSON.parse(changed(long, 'a.json', (s) => appendItem(actions(s), 'sts:TagSession')))).toMatchObject(
      JSON.parse(json({ Action: ['sts:AssumeRole', { 'Fn::Sub': 'sts:${X}' }, 'sts:TagSession'] })),
    );
  });

  it('write into a document under Fn::Sub', () => {
    const body =
      '{\n  "Statement": [{\n    "Effect": "Allow",\n    "Condition": { "StringLike": { "${Oidc}:sub": "system:serviceaccount:${Ns}:*" } }\n  }]\n}';
    const block = `Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: !Sub |\n${body.replace(/^/gm, '        ')}\n`;
    expect(
      changed(block, 'a.yaml', (s) => replacePart(value(s), value(s).raw.length - 1, value(s).raw.length, 'cart')),
    ).toBe(block.replace(':*"', ':cart"'));
    expect(changed(block, 'a.yaml', (s) => renameKey(s.conditions[0]!.operatorProperty!, 'StringEquals'))).toBe(
      block.replace('StringLike', 'StringEquals'),
    );
    expect(changed(block, 'a.yaml', (s) => addProperty(s.node, 'Sid', '${aws:username}${X}'))).toContain(
      '} },\n            "Sid": "${!aws:username}${X}"\n          }]',
    );
    const quoted = JSON.stringify({
      Resources: { R: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { 'Fn::Sub': body } } } },
    });
    const result = JSON.parse(changed(quoted, 'a.json', (s) => replaceString(value(s), 'a"b')));
    expect(
      JSON.parse(result.Resources.R.Properties.AssumeRolePolicyDocument['Fn::Sub']).Statement[0].Condition.StringLike,
    ).toEqual({ '${Oidc}:sub': 'a"b' });
  });

  it('write into a document under Fn::Join', () => {
    const pieces = [
      '{"Statement":[{"Effect":"Allow","Resource":"',
      { Ref: 'X' },
      '","Sid":"a","Condition":{"StringLike":{"',
      { Ref: 'Oidc' },
      ':sub":"system:*"}}}]}',
    ];
    const text = JSON.stringify({
      Resources: {
        R: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { 'Fn::Join': ['', pieces] } } },
      },
    });
    const joined = (source: string) =>
      JSON.parse(source)
        .Resources.R.Properties.AssumeRolePolicyDocument['Fn::Join'][1].map((each: string | { Ref: string }) =>
          typeof each === 'string' ? each : `<${each.Ref}>`,
        )
        .join('');
    const whole = joined(text);
    expect(joined(changed(text, 'a.json', (s) => replaceString(value(s), 'a"b')))).toBe(
      whole.replace('system:*', 'a\\"b'),
    );
    expect(joined(changed(text, 'a.json', (s) => removeProperty(s.node, s.resourceElements[0]!)))).toBe(
      whole.replace('"Resource":"<X>",', ''),
    );
    expect(joined(changed(text, 'a.json', (s) => addProperty(s.node, 'Z', 1)))).toBe(
      whole.replace('}}}]', '}}, "Z": 1}]'),
    );
  });
});

import { expect, it } from 'vitest';
import type { Finding } from '../../../src/core/analysis.js';
import { applyEdits } from '../../../src/core/syntax/edits.js';
import { parseJson } from '../../../src/core/syntax/json.js';
import { analyze } from '../../support/ruleTester.js';

export const ID = '7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D';
export const ISSUER = `oidc.eks.eu-west-1.amazonaws.com/id/${ID}`;
export const OTHER = 'oidc.eks.eu-west-1.amazonaws.com/id/C04F5E1D9B8A47736251F0E9D8C7B6A5';
export const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;
export const OTHER_PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${OTHER}`;
export const SUBJECT = 'system:serviceaccount:shop:cart';
export const SUB = `${ISSUER}:sub`;
export const AUD = `${ISSUER}:aud`;
export const STS = 'sts.amazonaws.com';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Element = { readonly [key: string]: Json };

export const EXACT: Element = { StringEquals: { [SUB]: SUBJECT, [AUD]: STS } };

/** An IRSA statement without a mistake, but for the changes. `undefined` takes an element away. */
export function irsa(changes: { readonly [element: string]: Json | undefined } = {}): Element {
  return without({
    Effect: 'Allow',
    Principal: { Federated: PROVIDER },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: EXACT,
    ...changes,
  });
}

export function pods(changes: { readonly [element: string]: Json | undefined } = {}): Element {
  return without({
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
    ...changes,
  });
}

function without(element: { readonly [key: string]: Json | undefined }): Element {
  return Object.fromEntries(Object.entries(element).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

export function policy(...statements: readonly Json[]): Json {
  return { Version: '2012-10-17', Statement: statements };
}

// A string that begins with `@rule-id@`, or `@one+another@`, is where these findings stand: on it, or on the member that
// begins with it.
const MARK = /@([a-z0-9+-]+)@/g;

interface Expected {
  readonly file: string;
  readonly start: number;
  readonly rule: string;
}

function unmarked(files: Readonly<Record<string, string>>): { texts: Record<string, string>; expected: Expected[] } {
  const texts: Record<string, string> = {};
  const expected: Expected[] = [];
  for (const [file, text] of Object.entries(files)) {
    let plain = '';
    let at = 0;
    for (const mark of text.matchAll(MARK)) {
      plain += text.slice(at, mark.index);
      at = mark.index + mark[0].length;
      // The quotes, escaped or not, belong to the string.
      const quote = /(?:\\?["'])$/.exec(plain)?.[0].length ?? 0;
      for (const rule of mark[1]!.split('+')) expected.push({ file, start: plain.length - quote, rule });
    }
    texts[file] = plain + text.slice(at);
  }
  return { texts, expected };
}

const shown = (texts: Readonly<Record<string, string>>, { file, start, rule }: Expected) => {
  const text = texts[file]!;
  return `${rule} at ${file}:${text.slice(0, start).split('\n').length}: ${text.slice(start, start + 60).split('\n')[0]}`;
};

function serious(texts: Readonly<Record<string, string>>): Finding[] {
  return [...analyze(texts).allFindings().values()]
    .flat()
    .filter(({ severity }) => severity === 'error' || severity === 'warning');
}

/** What must stand where, nothing above hint besides, and at least one fix that clears each finding but for `unfixed`. */
export function check(files: Readonly<Record<string, string>>, unfixed: readonly string[] = []): void {
  const { texts, expected } = unmarked(files);
  const found = serious(texts);
  const ids = (list: readonly Expected[]) => list.map((each) => shown(texts, each)).sort();
  expect(ids(found.map(({ file, start, ruleId }) => ({ file, start, rule: ruleId })))).toEqual(ids(expected));
  for (const finding of found) {
    const fixes = finding.fixes();
    const cleared = fixes.some((fix) => {
      const fixed = { ...texts };
      for (const file of new Set(fix.edits.map((edit) => edit.file))) {
        fixed[file] = applyEdits(
          fixed[file] ?? '',
          fix.edits.filter((edit) => edit.file === file),
        );
        if (file.endsWith('.json')) {
          expect(
            parseJson({ file, language: 'json', text: fixed[file]! }).faults,
            `'${fix.title}' leaves JSON:\n${fixed[file]}`,
          ).toEqual([]);
        }
      }
      const line = texts[finding.file]!.slice(0, finding.start).split('\n').length;
      return !serious(fixed).some(
        (left) =>
          left.ruleId === finding.ruleId &&
          left.file === finding.file &&
          fixed[left.file]!.slice(0, left.start).split('\n').length === line,
      );
    });
    if (unfixed.includes(finding.ruleId)) continue;
    expect(
      cleared,
      `a fix clears ${finding.ruleId} (${finding.message}); there are: ${fixes.map(({ title }) => title).join(' | ')}`,
    ).toBe(true);
  }
}

export const hosts: Readonly<Record<string, (json: Json) => Record<string, string>>> = {
  'IAM JSON': (json) => ({ 'trust.json': JSON.stringify(json, null, 2) }),
  'IAM JSON in one line': (json) => ({ 'trust.json': JSON.stringify(json) }),
  CRLF: (json) => ({ 'trust.json': JSON.stringify(json, null, 4).replaceAll('\n', '\r\n') }),
  'CloudFormation YAML, block': (json) => ({ 'template.yaml': cloudFormation(`\n${yaml(json, 8)}`) }),
  'CloudFormation YAML, flow': (json) => ({ 'template.yaml': cloudFormation(` ${JSON.stringify(json)}\n`) }),
  'CloudFormation YAML, Sub': (json) => ({
    'template.yaml': cloudFormation(` !Sub |\n${indented(JSON.stringify(json, null, 2), 10)}\n`),
  }),
  'CloudFormation JSON': (json) => ({
    'template.json': JSON.stringify(
      { Resources: { Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: json } } } },
      null,
      2,
    ),
  }),
  ACK: (json) => ({
    'role.yaml': `apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata:\n  name: r\nspec:\n  name: r\n  assumeRolePolicyDocument: |\n${indented(JSON.stringify(json, null, 2), 4)}\n`,
  }),
  'Crossplane, one line': (json) => ({
    'role.yaml': `apiVersion: iam.aws.upbound.io/v1beta1\nkind: Role\nmetadata:\n  name: r\nspec:\n  forProvider:\n    assumeRolePolicy: '${JSON.stringify(json).replaceAll("'", "''")}'\n`,
  }),
  'Terraform jsonencode': (json) => ({
    'main.tf': `resource "aws_iam_role" "r" {\n  name = "r"\n  assume_role_policy = jsonencode(${hcl(json, 2)})\n}\n`,
  }),
  'Terraform heredoc': (json) => ({
    'main.tf': `resource "aws_iam_role" "r" {\n  name = "r"\n  assume_role_policy = <<-EOF\n${indented(JSON.stringify(json, null, 2), 4)}\n  EOF\n}\n`,
  }),
  'Terraform JSON': (json) => ({
    'main.tf.json': JSON.stringify(
      { resource: { aws_iam_role: { r: { name: 'r', assume_role_policy: JSON.stringify(json) } } } },
      null,
      2,
    ),
  }),
};

export function hostNames(): readonly string[] {
  return Object.keys(hosts);
}

/** One policy in every host format. */
export function everywhere(
  title: string,
  json: Json,
  options: { unfixed?: readonly string[]; files?: Readonly<Record<string, string>>; not?: readonly string[] } = {},
): void {
  for (const [host, write] of Object.entries(hosts)) {
    if (options.not?.includes(host)) continue;
    it(`${title} (${host})`, () => check({ ...write(json), ...options.files }, options.unfixed));
  }
}

function cloudFormation(document: string): string {
  return `Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:${document}`;
}

function indented(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => ' '.repeat(width) + line)
    .join('\n');
}

function yaml(value: Json, width: number): string {
  const pad = ' '.repeat(width);
  if (Array.isArray(value)) {
    return value
      .map((item: Json) =>
        typeof item === 'object' && item !== null
          ? `${pad}- ${yaml(item, width + 2).trimStart()}`
          : `${pad}- ${scalar(item)}\n`,
      )
      .join('');
  }
  return Object.entries(value as Element)
    .map(([key, item]) =>
      typeof item === 'object' && item !== null && Object.keys(item).length > 0
        ? `${pad}${word(key)}:\n${yaml(item, width + 2)}`
        : `${pad}${word(key)}: ${scalar(item)}\n`,
    )
    .join('');
}

function scalar(value: Json): string {
  return typeof value === 'string' ? word(value) : JSON.stringify(value);
}

function word(value: string): string {
  const plain = value.replace(MARK, '');
  return /^[A-Za-z][\w./:-]*$/.test(plain) && !/:$/.test(plain) ? value : JSON.stringify(value);
}

function hcl(value: Json, width: number): string {
  const pad = ' '.repeat(width + 2);
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object'))
      return `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    return `[\n${value.map((item: Json) => `${pad}${hcl(item, width + 2)},\n`).join('')}${' '.repeat(width)}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value as Element).map(([key, item]) => {
    const name = /^[A-Za-z]+$/.test(key.replace(MARK, '')) ? key : JSON.stringify(key);
    return `${pad}${name} = ${hcl(item, width + 2)}\n`;
  });
  return `{\n${members.join('')}${' '.repeat(width)}}`;
}

import { beforeAll, expect, it } from 'vitest';
import type { SyntaxNode } from '../../../src/core/syntax/tree.js';
import { placeOf } from '../../../src/core/syntax/tree.js';
import { loadHclForTests } from '../syntax/hclFixture.js';
import { Module } from './terraformFixture.js';

beforeAll(loadHclForTests);

const TEXT = `locals {
  apps = { cart = { ns = "shop", sa = "cart" } }
}
resource "aws_iam_role" "each" {
  for_each = local.apps
  name     = "irsa-\${each.key}"
  assume_role_policy = <<-EOT
    {"Statement": [{"Effect": "Allow", "Principal": {"Federated": "\${var.arn}"}, "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {"StringEquals": {"\${format("%s:sub", var.issuer)}": "system:serviceaccount:\${each.value.ns}:*"}}}]}
  EOT
}
data "aws_iam_policy_document" "t" {
  dynamic "statement" {
    for_each = ["a", "b"]
    content {
      actions = concat(["sts:AssumeRole"], [for x in ["TagSession"] : "sts:\${x}"])
      principals {
        type        = "Service"
        identifiers = ["pods.eks.amazonaws.com"]
      }
    }
  }
}
resource "kubernetes_service_account" "a" {
  metadata {
    name        = "cart"
    annotations = merge({ "eks.amazonaws.com/role-arn" = aws_iam_role.each["cart"].arn }, {})
  }
}
`;

/** The same numbers in every run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state % below;
  };
}

function mutated(text: string, random: (below: number) => number): string {
  const scraps = [
    '{',
    '}',
    '[',
    ']',
    '(',
    '"',
    '$' + '{',
    '%' + '{',
    '<<EOT\n',
    '\r\n',
    '\\',
    '=',
    ',',
    '\u{1F600}',
    'dynamic "x" {',
    '[for x in y :',
  ];
  let result = text;
  for (let i = random(8); i >= 0; i--) {
    const at = random(result.length + 1);
    const kept = random(3) === 0 ? at + random(40) : at + random(2);
    result = result.slice(0, at) + (random(4) === 0 ? '' : scraps[random(scraps.length)]) + result.slice(kept);
  }
  return random(10) === 0 ? result.slice(0, random(result.length)) : result;
}

it('reads whatever a text becomes while it is typed, with every place inside of it', () => {
  const random = randomNumbers(7);
  for (let i = 0; i < 400; i++) {
    const text = mutated(TEXT, random);
    const { facts } = new Module({ 'infra/main.tf': text });
    const seen = new Set<SyntaxNode>();
    const visit = (node: SyntaxNode | undefined) => {
      if (!node || seen.has(node)) return;
      seen.add(node);
      const { start, end } = placeOf(node);
      if (!(start >= 0 && start <= end && end <= text.length))
        expect.fail(`${start}–${end} in ${JSON.stringify(text)}`);
      if (node.kind === 'array') node.items.forEach(visit);
      if (node.kind === 'object')
        for (const { key, value } of node.properties) {
          visit(key);
          visit(value);
        }
    };
    for (const { node } of [...facts.roles, ...facts.trustPolicies, ...facts.serviceAccounts]) visit(node);
  }
});

it('says the same whatever the line ends are', () => {
  const says = (text: string) => {
    const { facts } = new Module({ 'infra/main.tf': text });
    return facts.trustPolicies.map(({ statements }) =>
      statements.map(({ actions, conditions }) => [
        actions.map(({ raw }) => raw),
        conditions.map(({ key }) => key.text),
      ]),
    );
  };
  expect(says(TEXT)).toHaveLength(2);
  expect(says(TEXT.replaceAll('\n', '\r\n'))).toEqual(says(TEXT));
});

import type { Statement, TrustPolicy } from '../facts/model.js';
import type { Text } from '../syntax/text.js';
import type { StringNode, SyntaxNode } from '../syntax/tree.js';
import { defineRule } from './rule.js';
import { trustReadings } from './support/reading.js';
import { ISSUER, irsa, LINKS, SUBJECT, trust } from './support/trustExamples.js';

/** What an account has without asking. */
const DEFAULT_QUOTA = 2048;
/** What nobody gets. */
const HARD_LIMIT = 8192;

export const trustOversize = defineRule({
  id: 'trust-oversize',
  severity: 'warning',
  scope: 'document',
  fix: 'none',
  docs: {
    summary: 'A trust policy has at most 2,048 characters, white space not counted, unless the quota was raised.',
    why: 'IAM refuses a larger one. Many subjects in one policy mostly mean that one role serves too many workloads; a role for each is shorter and safer.',
    awsSays: 'LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048',
    bad: trust(
      irsa({
        Condition: {
          StringEquals: {
            [`${ISSUER}:sub`]: Array.from({ length: 50 }, (_, i) => `system:serviceaccount:payments-${i}:settlement`),
            [`${ISSUER}:aud`]: 'sts.amazonaws.com',
          },
        },
      }),
    ),
    good: trust(
      irsa({ Condition: { StringEquals: { [`${ISSUER}:sub`]: SUBJECT, [`${ISSUER}:aud`]: 'sts.amazonaws.com' } } }),
    ),
    links: [LINKS.quotas],
  },
  check(facts, report) {
    for (const { policy } of trustReadings(facts)) {
      const size = sizeOf(policy);
      if (size <= DEFAULT_QUOTA) continue;
      const { document, start } = policy.node;
      const over = size > HARD_LIMIT;
      report({
        at: { document, start, end: start + 1 },
        severity: over ? 'error' : 'warning',
        message: `The trust policy has ${count(size)} characters, white space not counted; ${over ? `more than ${count(HARD_LIMIT)} are never allowed` : `without a raised quota ${count(DEFAULT_QUOTA)} are allowed`}. Give each workload a role of its own.`,
      });
    }
  },
});

function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Of the JSON that IAM gets, at the least: what stands in holes is not counted. */
function sizeOf(policy: TrustPolicy): number {
  const blocks = policy.statements.filter(({ grammar }) => grammar === 'terraform-block');
  if (blocks.length === 0) return sizeOfNode(policy.node);
  const frame = '{"Version":"2012-10-17","Statement":[]}'.length;
  return blocks.reduce((sum, statement) => sum + sizeOfStatement(statement) + 1, frame);
}

function sizeOfNode(node: SyntaxNode | undefined): number {
  switch (node?.kind) {
    case undefined:
      return 0;
    case 'string':
      return quoted(node.text);
    case 'number':
    case 'boolean':
      return node.source.length;
    case 'null':
      return 4;
    case 'array':
      return 2 + separated(node.items.map(sizeOfNode));
    case 'object':
      return 2 + separated(node.properties.map(({ key, value }) => quoted(key.text) + 1 + sizeOfNode(value)));
  }
}

function separated(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0) + Math.max(0, sizes.length - 1);
}

function quoted(text: Text): number {
  return text.reduce((sum, part) => sum + (typeof part === 'string' ? part.replace(/\s+/g, '').length : 0), 2);
}

function sizeOfStatement({ principals, actions, conditions }: Statement): number {
  const list = (nodes: readonly SyntaxNode[]) =>
    nodes.length === 1 ? sizeOfNode(nodes[0]) : 2 + separated(nodes.map(sizeOfNode));
  const operators = new Map<string, number[]>();
  for (const { operator, key, values } of conditions) {
    operators.set(operator.raw, [...(operators.get(operator.raw) ?? []), quoted(key.text) + 1 + list(values)]);
  }
  const condition = [...operators].map(([name, keys]) => name.length + 5 + separated(keys));
  const types = new Map<string, StringNode[]>();
  for (const { type, value } of principals) types.set(type, [...(types.get(type) ?? []), value]);
  const principal = [...types].map(([type, values]) => type.length + 3 + list(values));
  return (
    '{"Effect":"Allow","Principal":{},"Action":}'.length +
    separated(principal) +
    list(actions) +
    (condition.length > 0 ? ',"Condition":{}'.length + separated(condition) : 0)
  );
}

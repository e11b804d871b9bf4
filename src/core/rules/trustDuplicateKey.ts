import { addProperty, appendItem, type Edit, type Json, removeProperty, replaceValue } from '../syntax/edits.js';
import { display } from '../syntax/text.js';
import { listOf, type ObjectNode, type Property, property, type SyntaxNode } from '../syntax/tree.js';
import { defineRule, type Fix, type Reporter } from './rule.js';
import { trustReadings } from './support/reading.js';
import { joined } from './support/statementEdits.js';
import { ISSUER, irsa, LINKS, PROVIDER, SUBJECT, trust } from './support/trustExamples.js';
import { typed } from './support/typed.js';
import { fix, lineOf, quote } from './support/wording.js';

export const trustDuplicateKey = defineRule({
  id: 'trust-duplicate-key',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: 'A key stands once in an object.',
    why: "Of two keys of one name the last one wins, without a word. Two 'StringEquals' in one Condition lose the first one's subject, and the role is open to the whole cluster.",
    bad: {
      'trust.json': `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Federated": "${PROVIDER}" },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": { "${ISSUER}:sub": "${SUBJECT}" },
        "StringEquals": { "${ISSUER}:aud": "sts.amazonaws.com" }
      }
    }
  ]
}
`,
    },
    good: trust(irsa()),
    links: [LINKS.grammar],
  },
  check(facts, report) {
    const visited = new Set<SyntaxNode>();
    for (const { policy } of trustReadings(facts)) duplicates(policy.node, report, visited);
  },
});

function duplicates(node: SyntaxNode | undefined, report: Reporter, visited: Set<SyntaxNode>): void {
  if (!node || visited.has(node)) return;
  visited.add(node);
  if (node.kind === 'array') for (const item of node.items) duplicates(item, report, visited);
  if (node.kind !== 'object') return;
  // Blocks of Terraform are repeated on purpose.
  if (!(node.style === 'block' && node.document.language === 'hcl')) inObject(node, report);
  for (const { value } of node.properties) duplicates(value, report, visited);
}

function inObject(object: ObjectNode, report: Reporter): void {
  const earlier = new Map<string, Property>();
  for (const member of object.properties) {
    const name = display(member.key.text);
    if (name === '<<' || name === '') continue;
    const first = earlier.get(name);
    earlier.set(name, member);
    if (!first) continue;
    report({
      at: member.key,
      message: `${quote(name)} stands twice in one object, first at ${lineOf(first.key)}; only this one holds. Put both into one.`,
      related: [{ at: first.key, message: 'The earlier one, which is lost.' }],
      fixes: () => fixes(object, first, member, name),
    });
  }
}

function fixes(object: ObjectNode, first: Property, later: Property, name: string): readonly Fix[] {
  const merge = merged(first, later);
  return [
    ...(merge ? fix(`Merge both ${quote(name)}`, 'suggested', [removeProperty(object, first), ...merge]) : []),
    ...fix(`Remove the earlier ${quote(name)}`, 'suggested', [removeProperty(object, first)]),
  ];
}

const SINGLE = new Set(['Effect', 'Sid', 'Version', 'Id']);

/** What the later one becomes; undefined where that can't be written. */
function merged(first: Property, later: Property): readonly Edit[] | undefined {
  if (SINGLE.has(later.key.raw) || !first.value || !later.value) return undefined;
  if (first.value.kind === 'object' && later.value.kind === 'object') return mergedObjects(first.value, later.value);
  if (first.value.kind === 'object' || later.value.kind === 'object') {
    return later.key.raw === 'Statement' ? appended(listOf(first.value), later.value) : undefined;
  }
  const items = [...listOf(first.value), ...listOf(later.value)];
  if (items.some(({ kind }) => kind === 'object')) return appended(listOf(first.value), later.value);
  const values = items.map(jsonOf);
  if (values.some((value) => value === undefined)) return undefined;
  const distinct = [...new Set(values as Json[])];
  return [replaceValue(later.value, distinct.length === 1 ? distinct[0]! : distinct)];
}

function appended(items: readonly SyntaxNode[], list: SyntaxNode): readonly Edit[] | undefined {
  const values = items.map(jsonOf);
  if (list.kind !== 'array' || values.some((value) => value === undefined)) return undefined;
  return joined(values.map((value) => appendItem(list, value!)));
}

function mergedObjects(first: ObjectNode, later: ObjectNode): readonly Edit[] | undefined {
  const added: Edit[] = [];
  const changed: Edit[] = [];
  for (const member of first.properties) {
    const same = property(later, member.key.raw);
    if (same) {
      const inner = merged(member, same);
      if (!inner) return undefined;
      changed.push(...inner);
      continue;
    }
    const value = jsonOf(member.value);
    if (value === undefined) return undefined;
    added.push(addProperty(later, typed(member.key), value));
  }
  return [...changed, ...joined(added)];
}

/** As data; undefined where something is no plain value (an intrinsic, a reference). */
function jsonOf(node: SyntaxNode | undefined): Json | undefined {
  switch (node?.kind) {
    case undefined:
      return undefined;
    case 'string':
      return (node.tag || node.style === 'expression') && node.document.language !== 'hcl' ? undefined : typed(node);
    case 'number':
    case 'boolean':
      return node.value;
    case 'null':
      return null;
    case 'array': {
      const items = node.items.map(jsonOf);
      return items.some((item) => item === undefined) ? undefined : (items as Json[]);
    }
    case 'object': {
      const members = node.properties.map(({ key, value }) => [typed(key), jsonOf(value)] as const);
      return node.tag || members.some(([, value]) => value === undefined)
        ? undefined
        : (Object.fromEntries(members) as Json);
    }
  }
}

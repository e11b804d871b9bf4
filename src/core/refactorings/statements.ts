import type { Statement, TrustPolicy } from '../facts/model.js';
import { blocksOf } from '../facts/terraform/fields.js';
import { SUBJECT_PREFIX } from '../iam/names.js';
import { POD_IDENTITY, POD_IDENTITY_ACTIONS, WEB_IDENTITY_ACTION } from '../iam/principals.js';
import { DEFAULT_AUDIENCE } from '../iam/request.js';
import { joined } from '../rules/support/statementEdits.js';
import { addProperty, appendItem, type Edit, inFile, type Json, replaceValue } from '../syntax/edits.js';
import { spanOf } from '../syntax/hclNodes.js';
import { render } from '../syntax/jsonEdits.js';
import { documentEol, indentOfLine, indentUnit } from '../syntax/layout.js';
import { type ObjectNode, type Property, property, type SyntaxNode } from '../syntax/tree.js';
import { type HclBlock, renderBlock } from './hclWriter.js';
import { CannotWrite } from './refactoring.js';
import { withLines } from './sourceItem.js';

/** A statement of IAM's grammar. */
export type StatementJson = { readonly [element: string]: Json };

/** Names of service accounts of one namespace. */
export interface NamedAccounts {
  readonly namespace: string;
  readonly names: readonly string[];
}

export interface PodIdentityScope {
  /** Twelve digits. */
  readonly account?: string | undefined;
  readonly clusterArn?: string | undefined;
}

/** Conditions that a statement has besides: by operator, by key. */
export type MoreConditions = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html */
export function podIdentityStatement(
  { namespace, names }: NamedAccounts,
  { account, clusterArn }: PodIdentityScope,
  sid?: string,
  more: MoreConditions = {},
): StatementJson {
  const equals: Record<string, Json> = {
    ...(account === undefined ? {} : { 'aws:SourceAccount': account }),
    ...(clusterArn === undefined ? {} : { 'aws:RequestTag/eks-cluster-arn': clusterArn }),
    'aws:RequestTag/kubernetes-namespace': namespace,
    'aws:RequestTag/kubernetes-service-account': oneOrMany(names),
  };
  return {
    ...(sid === undefined ? {} : { Sid: sid }),
    Effect: 'Allow',
    Principal: { Service: POD_IDENTITY },
    Action: [...POD_IDENTITY_ACTIONS],
    Condition: merged(equals, more),
  };
}

export interface IrsaTrust {
  readonly providerArn: string;
  /** As it stands in condition keys. */
  readonly issuer: string;
  readonly audience?: string | undefined;
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html */
export function irsaStatement(
  accounts: readonly NamedAccounts[],
  { providerArn, issuer, audience = DEFAULT_AUDIENCE }: IrsaTrust,
  sid?: string,
  more: MoreConditions = {},
): StatementJson {
  const subjects = accounts.flatMap(({ namespace, names }) =>
    names.map((name) => `${SUBJECT_PREFIX}${namespace}:${name}`),
  );
  return {
    ...(sid === undefined ? {} : { Sid: sid }),
    Effect: 'Allow',
    Principal: { Federated: providerArn },
    Action: WEB_IDENTITY_ACTION,
    Condition: merged({ [`${issuer}:sub`]: oneOrMany(subjects), [`${issuer}:aud`]: audience }, more),
  };
}

function merged(equals: Readonly<Record<string, Json>>, { StringEquals, ...others }: MoreConditions): Json {
  return { StringEquals: { ...equals, ...StringEquals }, ...others };
}

function oneOrMany(values: readonly string[]): Json {
  return values.length === 1 ? values[0]! : [...values];
}

// ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** @throws CannotWrite where the statement is not typed in the policy itself (another document's, a module's, a `dynamic` block) */
export function replaceStatement(statement: Statement, by: StatementJson): readonly Edit[] {
  if (statement.grammar === 'iam') return [setValue(statement.node, by)];
  if (statement.node.document.language === 'json') return [replaceValue(statement.node, terraformJson(by))];
  const { member } = typedBlock(statement);
  const { document } = statement.policyNode;
  const span = spanOf(member);
  return [inFile(document, { ...span, newText: blockAt(statement.policyNode, span.start, by) })];
}

/** In YAML's brackets as JSON is written there, over several lines. */
function setValue(node: SyntaxNode, value: Json): Edit {
  const flow = (node.kind === 'object' || node.kind === 'array') && node.style === 'flow';
  if (!flow || node.document.language !== 'yaml') return replaceValue(node, value);
  return inFile(node.document, { start: node.start, end: node.end, newText: render(node, value) });
}

/** Behind the last one. */
export function appendStatements(policy: TrustPolicy, statements: readonly StatementJson[]): readonly Edit[] {
  if (statements.length === 0) return [];
  if (isTerraform(policy)) return appendBlocks(policy, statements);
  const list = property(policy.node, 'Statement')?.value;
  const block = list?.kind === 'object' && list.style === 'block';
  if (!list || block || (list.kind === 'object' && statements.length > 1))
    throw new CannotWrite('the trust policy has no list of statements to add to');
  return joined(statements.map((statement) => appendItem(list, statement)));
}

/** Takes several out at once: neighbours share their separators, so each run of them is one edit. */
export function removeStatements(statements: readonly Statement[]): readonly Edit[] {
  const [first] = statements;
  if (!first) return [];
  if (first.grammar === 'terraform-block' && first.node.document.language !== 'json') {
    return statements.map((statement) => {
      const { start, end } = spanOf(typedBlock(statement).member);
      const { document } = statement.node;
      return inFile(document, { ...withLines(document.text, start, end), newText: '' });
    });
  }
  const list = property(first.policyNode, first.grammar === 'iam' ? 'Statement' : 'statement')?.value;
  const nodes = new Set<SyntaxNode>(statements.map(({ node }) => node));
  if (
    list?.kind !== 'array' ||
    list.document !== first.node.document ||
    [...nodes].some((node) => !list.items.includes(node))
  )
    throw new CannotWrite('the statement stands in no list of the trust policy itself');
  if (list.items.every((item) => nodes.has(item))) throw new CannotWrite('nothing would be left of the trust policy');
  const { text } = list.document;
  const endOf = ({ start, end }: SyntaxNode) => start + text.slice(start, end).trimEnd().length;
  const edits: Edit[] = [];
  for (let from = 0; from < list.items.length; from++) {
    if (!nodes.has(list.items[from]!)) continue;
    let to = from;
    while (to + 1 < list.items.length && nodes.has(list.items[to + 1]!)) to++;
    const span =
      from > 0
        ? { start: endOf(list.items[from - 1]!), end: endOf(list.items[to]!) }
        : { start: list.items[0]!.start, end: list.items[to + 1]!.start };
    edits.push(inFile(list.document, { ...span, newText: '' }));
    from = to;
  }
  return edits;
}

/** All statements give way to these; what stands between them goes too. */
export function setStatements(policy: TrustPolicy, statements: readonly StatementJson[]): readonly Edit[] {
  if (!isTerraform(policy)) {
    const list = property(policy.node, 'Statement')?.value;
    if (!list) throw new CannotWrite('the trust policy has no statements');
    return [setValue(list, statements)];
  }
  if (policy.node.document.language === 'json') {
    const list = property(policy.node, 'statement')?.value;
    if (!list) throw new CannotWrite('the trust policy has no statements');
    return [replaceValue(list, statements.map(terraformJson))];
  }
  const { document } = policy.node;
  const spans = policy.statements.map((statement) => spanOf(typedBlock(statement).member));
  const [first] = spans;
  if (!first) throw new CannotWrite('the policy document has no statement of its own');
  const eol = documentEol(document.text);
  const indent = indentOfLine(document.text, first.start);
  const newText = statements.map((each) => blockAt(policy.node, first.start, each)).join(eol + eol + indent);
  return [inFile(document, { start: first.start, end: Math.max(...spans.map(({ end }) => end)), newText })];
}

function isTerraform({ node, statements }: TrustPolicy): boolean {
  return node.tag === 'aws_iam_policy_document' || statements[0]?.grammar === 'terraform-block';
}

function typedBlock({ node, policyNode }: Statement): { member: Property } {
  const found = blocksOf(policyNode, 'statement').find(({ content }) => content === node);
  const typedHere = found && node.document === policyNode.document && found.member.value === node;
  if (!typedHere)
    throw new CannotWrite(
      "the statement stands elsewhere than in the role's own policy document (in a module, a 'dynamic' block or another document)",
    );
  return { member: found.member };
}

function appendBlocks({ node }: TrustPolicy, statements: readonly StatementJson[]): readonly Edit[] {
  if (node.document.language === 'json') {
    const list = property(node, 'statement')?.value;
    if (!list) return [addProperty(node, 'statement', statements.map(terraformJson))];
    return joined(statements.map((statement) => appendItem(list, terraformJson(statement))));
  }
  const { document } = node;
  const last = blocksOf(node, 'statement').at(-1);
  if (!last || last.content.document !== document)
    throw new CannotWrite('the policy document has no statement of its own');
  const span = spanOf(last.member);
  const eol = documentEol(document.text);
  const indent = indentOfLine(document.text, span.start);
  const newText = statements.map((each) => `${eol}${eol}${indent}${blockAt(node, span.start, each)}`).join('');
  return [inFile(document, { start: span.end, end: span.end, newText })];
}

function blockAt({ document }: ObjectNode, at: number, statement: StatementJson): string {
  const { text } = document;
  return renderBlock(statementBlock(statement), {
    indent: indentOfLine(text, at),
    unit: indentUnit(text),
    eol: documentEol(text),
  });
}

/** In Terraform's `statement {}` form; `Allow` is the default there and left out. */
export function statementBlock(statement: StatementJson): HclBlock {
  const { Sid, Effect, Principal, Action, Condition } = statement;
  const principals = Object.entries((Principal ?? {}) as Readonly<Record<string, Json>>);
  return {
    type: 'statement',
    attributes: {
      ...(Sid === undefined ? {} : { sid: Sid }),
      ...(Effect === 'Allow' ? {} : { effect: Effect ?? 'Allow' }),
      actions: listed(Action),
    },
    blocks: [
      ...principals.map(([type, value]) => ({
        type: 'principals',
        attributes: { type, identifiers: listed(value) },
        blocks: [],
      })),
      ...conditionsOf(Condition).map((attributes) => ({ type: 'condition', attributes, blocks: [] })),
    ],
  };
}

function terraformJson(statement: StatementJson): Json {
  const { attributes, blocks } = statementBlock(statement);
  const of = (type: string) =>
    (blocks ?? []).filter((block) => block.type === type).map((block) => block.attributes as Json);
  return {
    ...(attributes as { readonly [name: string]: Json }),
    principals: of('principals'),
    condition: of('condition'),
  };
}

function conditionsOf(condition: Json | undefined): { test: string; variable: string; values: Json }[] {
  return Object.entries((condition ?? {}) as Readonly<Record<string, Readonly<Record<string, Json>>>>).flatMap(
    ([test, keys]) => Object.entries(keys).map(([variable, value]) => ({ test, variable, values: listed(value) })),
  );
}

function listed(value: Json | undefined): Json {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

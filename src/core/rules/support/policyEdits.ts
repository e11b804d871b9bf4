import type { Condition, TrustPolicy } from '../../facts/model.js';
import { isEksIssuer, parseProviderArn } from '../../iam/issuer.js';
import { DEFAULT_AUDIENCE } from '../../iam/request.js';
import { appendItem, type Edit, inFile, type Json } from '../../syntax/edits.js';
import { syntheticOf } from '../../syntax/hclNodes.js';
import { documentEol, indentOfLine, indentUnit, lineStartOf } from '../../syntax/layout.js';
import { display, literalOf } from '../../syntax/text.js';
import { type ObjectNode, property } from '../../syntax/tree.js';
import { parseRoleArn } from '../../workspace/roleArn.js';
import type { Workspace } from '../../workspace/workspace.js';
import type { Fix } from '../rule.js';

/** One more value of a condition; undefined where the file has no place for it. */
export function appendValue({ values, keyProperty, block }: Condition, value: string): Edit | undefined {
  const [first] = values;
  if (first?.kind !== 'string' || syntheticOf(first)) return undefined;
  const holder =
    first.parent?.kind === 'array' ? first.parent : (keyProperty?.value ?? property(block, 'values')?.value);
  if (!holder || holder.document !== first.document) return undefined;
  const { elided } = first;
  // A module's list holds `namespace:name`, and takes nothing else.
  if (elided !== undefined && !value.startsWith(elided)) return undefined;
  return appendItem(holder, elided === undefined ? value : value.slice(elided.length));
}

/** One more statement for a service account, with each provider that the workspace knows. */
export function trustByIrsa(policy: TrustPolicy, subject: string, workspace: Workspace): Fix[] {
  return knownProviders(policy, workspace).flatMap(({ arn, issuer }) => {
    const edit = addStatement(policy, {
      Effect: 'Allow',
      Principal: { Federated: arn },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${issuer}:sub`]: subject, [`${issuer}:aud`]: DEFAULT_AUDIENCE } },
    });
    return edit
      ? [{ title: `In the trust policy: let '${subject}' in by '${arn}'`, safety: 'suggested', edits: [edit] }]
      : [];
  });
}

/**
 * One more statement for the pods of a service account under EKS Pod Identity.
 * @param namespace absent where an add-on knows it
 */
export function trustByPodIdentity(policy: TrustPolicy, namespace: string | undefined, name: string): Fix[] {
  const tags = {
    ...(namespace === undefined ? {} : { 'aws:RequestTag/kubernetes-namespace': namespace }),
    'aws:RequestTag/kubernetes-service-account': name,
  };
  const edit = addStatement(policy, {
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: { StringEquals: tags },
  });
  const label = namespace === undefined ? name : `${namespace}/${name}`;
  return edit
    ? [{ title: `In the trust policy: let '${label}' in by Pod Identity`, safety: 'suggested', edits: [edit] }]
    : [];
}

interface NewStatement {
  readonly [element: string]: Json;
  readonly Principal: { readonly [type: string]: string };
  readonly Action: string | readonly string[];
  readonly Condition: { readonly StringEquals: { readonly [key: string]: string } };
}

function addStatement(policy: TrustPolicy, statement: NewStatement): Edit | undefined {
  const { node, statements } = policy;
  // A module writes its statements itself and takes no block of that name.
  if (property(node, 'source') !== undefined) return undefined;
  if (statements[0]?.grammar === 'terraform-block' && node.document.language === 'hcl')
    return addStatementBlock(node, statement);
  const list = property(node, 'Statement')?.value;
  return list?.kind === 'array' && list.items.length > 0 && list.document === node.document
    ? appendItem(list, statement)
    : undefined;
}

/** The same in the words of `aws_iam_policy_document`, before its closing brace. */
function addStatementBlock(
  { document, end }: ObjectNode,
  { Principal, Action, Condition }: NewStatement,
): Edit | undefined {
  const { text } = document;
  const close = end - 1;
  const lineStart = lineStartOf(text, close);
  if (text[close] !== '}' || text.slice(lineStart, close).trim() !== '') return undefined;
  const list = (values: string | readonly string[]) =>
    `[${[values]
      .flat()
      .map((value) => JSON.stringify(value))
      .join(', ')}]`;
  const [[type, identifier] = ['', '']] = Object.entries(Principal);
  const lines = [
    '',
    'statement {',
    `  actions = ${list(Action)}`,
    '  principals {',
    `    type        = ${JSON.stringify(type)}`,
    `    identifiers = ${list(identifier)}`,
    '  }',
    ...Object.entries(Condition.StringEquals).flatMap(([variable, value]) => [
      '  condition {',
      '    test     = "StringEquals"',
      `    variable = ${JSON.stringify(variable)}`,
      `    values   = ${list(value)}`,
      '  }',
    ]),
    '}',
  ];
  const indent = indentOfLine(text, close) + indentUnit(text);
  const eol = documentEol(text);
  const newText = lines.map((line) => (line === '' ? eol : `${indent}${line}${eol}`)).join('');
  return inFile(document, { start: lineStart, end: lineStart, newText });
}

function knownProviders({ role }: TrustPolicy, workspace: Workspace): { arn: string; issuer: string }[] {
  const account = role?.account ?? (role?.arn ? parseRoleArn(role.arn.text)?.account : undefined);
  const found = new Map<string, { arn: string; issuer: string }>();
  const values = [
    ...workspace.trustedPrincipals(),
    ...workspace.oidcProviders().flatMap(({ arn }) => (arn ? [arn.text] : [])),
  ];
  for (const text of values) {
    const arn = literalOf(text);
    const provider = parseProviderArn(text);
    if (arn === undefined || !provider || isEksIssuer(provider.issuer) !== 'yes') continue;
    // A role trusts providers of its own account only.
    if (account !== undefined && literalOf(provider.account) !== account) continue;
    found.set(arn, { arn, issuer: display(provider.issuer) });
  }
  return [...found.values()];
}

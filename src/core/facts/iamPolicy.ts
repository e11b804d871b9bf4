import { embedDocument, embedJson } from '../syntax/embed.js';
import { parseJson } from '../syntax/json.js';
import { literalOf, type Text } from '../syntax/text.js';
import {
  get,
  listOf,
  literal,
  type ObjectNode,
  type Property,
  property,
  type StringNode,
  type SyntaxNode,
  sourceOffset,
  stringsOf,
} from '../syntax/tree.js';
import type {
  Condition,
  PermissionPolicy,
  PermissionStatement,
  Principal,
  RoleReference,
  Statement,
  TrustPolicy,
} from './model.js';

/** IAM's element names are case-sensitive; a wrong case is an unknown element, found by its near spelling. */
const STATEMENT_ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Condition',
  'Resource',
  'NotResource',
]);
const POLICY_ELEMENTS = new Set(['Version', 'Id', 'Statement']);

/**
 * Reads a document that is known to be a trust policy.
 * @param node the document as an object, or a string that holds it as JSON, also URL-encoded as IAM's API returns it
 */
export function readTrustPolicy(node: SyntaxNode | undefined): TrustPolicy | undefined {
  const root = policyObject(node);
  if (!root) return undefined;
  const statements: Statement[] = [];
  const element = property(root, 'Statement');
  for (const item of listOf(element?.value)) {
    if (item.kind === 'object') statements.push(readStatement(item, root, statements.length));
  }
  const open =
    root.open ||
    element === undefined ||
    listOf(element.value).some((item) => item.kind !== 'object') ||
    (element.value?.kind === 'array' && element.value.open) ||
    element.value?.kind === 'string';
  return {
    node: root,
    statements,
    unknownElements: root.properties.filter(({ key }) => isKnownName(key) && !POLICY_ELEMENTS.has(key.raw)),
    ...(open ? { open: true as const } : {}),
  };
}

/** The policy document itself, wherever it is written. */
export function policyObject(node: SyntaxNode | undefined): ObjectNode | undefined {
  if (node?.kind === 'object') return node;
  if (node?.kind !== 'string') return undefined;
  const embedded = /^\s*%7[Bb]/.test(node.raw) ? embedUrlEncoded(node) : embedJson(node);
  return embedded?.kind === 'object' ? embedded : undefined;
}

/**
 * Is an object of unknown provenance a trust policy? Permission policies name no principal, resource policies allow other
 * things than assuming a role.
 */
export function looksLikeTrustPolicy(root: ObjectNode): boolean {
  const element = get(root, 'Statement');
  if (!element) return false;
  return listOf(element).some((item) => {
    if (item.kind !== 'object') return false;
    const principal = get(item, 'Principal') ?? get(item, 'NotPrincipal');
    const actions = [...stringsOf(get(item, 'Action')), ...stringsOf(get(item, 'NotAction'))].map((action) =>
      action.raw.toLowerCase(),
    );
    const assumes = actions.some((action) => /^sts:(?:assume|tagsession|\*|set|a\*)/.test(action));
    if (!principal) {
      const resource = property(item, 'Resource') ?? property(item, 'NotResource');
      return (
        !resource && (actions.some((action) => action.startsWith('sts:assumerole')) || speaksOfServiceAccounts(item))
      );
    }
    const federated = get(principal, 'Federated');
    if (assumes || federated !== undefined) return true;
    return (
      stringsOf(get(principal, 'Service')).some((service) => /^(?:eks-)?pods?\.eks\./.test(service.raw)) &&
      // The agent's own permission is mistaken for the trust; other services' actions make it another policy.
      !actions.some((action) => /^[a-z0-9-]+:/.test(action) && !/^(?:sts|eks-auth):/.test(action))
    );
  });
}

function speaksOfServiceAccounts(statement: ObjectNode): boolean {
  const condition = get(statement, 'Condition');
  if (condition?.kind !== 'object') return false;
  return condition.properties.some(
    ({ value }) =>
      value?.kind === 'object' &&
      value.properties.some((pair) =>
        stringsOf(pair.value).some((text) => text.raw.startsWith('system:serviceaccount:')),
      ),
  );
}

function readStatement(node: ObjectNode, policyNode: ObjectNode, index: number): Statement {
  const element = (name: string) => property(node, name);
  const effect = element('Effect');
  const effectNode = effect?.value?.kind === 'string' ? effect.value : undefined;
  const action = element('Action');
  const notAction = element('NotAction');
  const condition = element('Condition');
  const principal = element('Principal');
  const notPrincipal = element('NotPrincipal');
  const conditionsOpen = condition !== undefined && isOpen(condition.value, 'object');
  const open =
    node.open ||
    isOpen(action?.value, 'list') ||
    isOpenPrincipal(principal?.value) ||
    conditionsOpen ||
    (condition?.value?.kind === 'object' && condition.value.properties.some(({ value }) => isOpen(value, 'object')));
  return {
    policyNode,
    node,
    index,
    grammar: 'iam',
    ...(effectNode ? { effect: effectNode } : {}),
    effectValue: readEffect(effect, effectNode),
    principals: readPrincipals(principal?.value),
    notPrincipals: readPrincipals(notPrincipal?.value),
    ...((principal ?? notPrincipal) ? { principalElement: (principal ?? notPrincipal)! } : {}),
    actions: stringsOf(action?.value),
    ...(action ? { actionElement: action } : {}),
    notActions: stringsOf(notAction?.value),
    ...(notAction ? { notActionElement: notAction } : {}),
    conditions: readConditions(condition?.value),
    ...(condition ? { conditionElement: condition } : {}),
    resourceElements: node.properties.filter(({ key }) => key.raw === 'Resource' || key.raw === 'NotResource'),
    unknownElements: node.properties.filter(({ key }) => isKnownName(key) && !STATEMENT_ELEMENTS.has(key.raw)),
    ...(open ? { open: true as const } : {}),
  };
}

function isKnownName(key: StringNode): boolean {
  return literalOf(key.text) !== undefined && key.raw !== '' && key.raw !== '<<';
}

function readEffect(effect: Property | undefined, node: StringNode | undefined): Statement['effectValue'] {
  if (!effect) return 'missing';
  const word = literal(node);
  return word === 'Allow' || word === 'Deny' ? word : 'unknown';
}

/** A hole in the place of a collection may hold anything. */
function isOpen(node: SyntaxNode | undefined, wanted: 'object' | 'list'): boolean {
  if (!node) return false;
  if (node.kind === 'object') return node.open === true;
  if (node.kind === 'array') return node.open === true || (wanted === 'list' && node.items.some(isLoneHole));
  return node.kind === 'string' && isLoneHole(node);
}

function isLoneHole(node: SyntaxNode): boolean {
  return node.kind === 'string' && node.text.length === 1 && typeof node.text[0] === 'object';
}

function isOpenPrincipal(node: SyntaxNode | undefined): boolean {
  if (!node) return false;
  if (node.kind === 'object')
    return node.open === true || node.properties.some(({ value }) => value?.kind === 'array' && value.open === true);
  return node.kind === 'string' && node.raw !== '*' && isLoneHole(node);
}

function readPrincipals(node: SyntaxNode | undefined): Principal[] {
  if (node?.kind === 'string') return [{ type: literal(node) === '*' ? '*' : (literal(node) ?? '?'), value: node }];
  if (node?.kind !== 'object') return [];
  return node.properties.flatMap(({ key, value }) =>
    stringValues(value).map((item) => ({ type: literal(key) ?? key.raw, typeNode: key, value: item })),
  );
}

/** Account ids are written as numbers in YAML. */
function stringValues(node: SyntaxNode | undefined): StringNode[] {
  return listOf(node).flatMap((item) =>
    item.kind === 'string' ? [item] : item.kind === 'number' ? [numberAsString(item)] : [],
  );
}

function numberAsString(node: Extract<SyntaxNode, { kind: 'number' }>): StringNode {
  const text: Text = [node.source];
  return {
    kind: 'string',
    document: node.document,
    start: node.start,
    end: node.end,
    parent: node.parent,
    text,
    raw: node.source,
    style: 'plain',
    contentStart: node.start,
  };
}

function readConditions(node: SyntaxNode | undefined): Condition[] {
  if (node?.kind !== 'object') return [];
  return node.properties.flatMap((operatorProperty) => {
    const block = operatorProperty.value;
    if (block?.kind !== 'object') return [];
    return block.properties.map((keyProperty) => ({
      operator: operatorProperty.key,
      key: keyProperty.key,
      values: listOf(keyProperty.value),
      ...(isOpen(keyProperty.value, 'list') && keyProperty.value?.kind === 'array' && keyProperty.value.open
        ? { open: true as const }
        : {}),
      keyProperty,
      operatorProperty,
    }));
  });
}

// ── permission policies ────────────────────────────────────────────────────────────────────────────────────────────────

export function readPermissionPolicy(
  node: SyntaxNode | undefined,
  roles: readonly RoleReference[],
): PermissionPolicy | undefined {
  const root = policyObject(node);
  if (!root) return undefined;
  const statements = listOf(get(root, 'Statement')).flatMap((item) =>
    item.kind === 'object' ? [readPermissionStatement(item)] : [],
  );
  return { node: root, statements, roles };
}

export function looksLikePermissionPolicy(root: ObjectNode): boolean {
  return listOf(get(root, 'Statement')).some(
    (item) =>
      item.kind === 'object' &&
      !property(item, 'Principal') &&
      !property(item, 'NotPrincipal') &&
      (property(item, 'Resource') ?? property(item, 'NotResource')) !== undefined,
  );
}

function readPermissionStatement(node: ObjectNode): PermissionStatement {
  const effect = literal(get(node, 'Effect'));
  return {
    node,
    effect: effect === 'Allow' || effect === 'Deny' ? effect : 'unknown',
    actions: stringsOf(get(node, 'Action')),
    resources: stringsOf(get(node, 'Resource')),
    hasCondition: property(node, 'Condition') !== undefined,
  };
}

// ── URL encoding ───────────────────────────────────────────────────────────────────────────────────────────────────────

const decodedTrees = new WeakMap<StringNode, SyntaxNode | undefined>();

function embedUrlEncoded(node: StringNode): SyntaxNode | undefined {
  if (decodedTrees.has(node)) return decodedTrees.get(node);
  const decoded = decodeUrl(node.raw);
  let root: SyntaxNode | undefined;
  if (decoded) {
    const plain = embedDocument(node, 'json');
    root = parseJson({
      ...plain,
      text: decoded.text,
      host: {
        document: node.document,
        toHost: (offset) => sourceOffset(node, decoded.offsets[Math.min(offset, decoded.offsets.length - 1)]!),
        encode: (text) => encodeURIComponent(text),
        holeAt: () => undefined,
      },
    }).root;
  }
  decodedTrees.set(node, root);
  return root;
}

function decodeUrl(raw: string): { text: string; offsets: number[] } | undefined {
  let text = '';
  const offsets: number[] = [];
  for (let at = 0; at < raw.length; ) {
    const run = /^(?:%[0-9a-fA-F]{2})+/.exec(raw.slice(at, at + 12))?.[0];
    if (!run) {
      text += raw[at] === '+' ? ' ' : raw[at];
      offsets.push(at++);
      continue;
    }
    // One character at a time, so that each knows its place; several bytes may make one.
    const lead = Number.parseInt(run.slice(1, 3), 16);
    const bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    try {
      const char = decodeURIComponent(run.slice(0, bytes * 3));
      for (let i = 0; i < char.length; i++) offsets.push(at);
      text += char;
    } catch (error) {
      if (error instanceof URIError) return undefined;
      throw error;
    }
    at += bytes * 3;
  }
  offsets.push(raw.length);
  return { text, offsets };
}

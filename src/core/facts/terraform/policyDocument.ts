import { isUnknown } from '../../syntax/hclNodes.js';
import {
  get,
  listOf,
  literal,
  type ObjectNode,
  type Property,
  property,
  type StringNode,
  type SyntaxNode,
  stringAt,
  stringsOf,
} from '../../syntax/tree.js';
import { readPermissionPolicy, readTrustPolicy } from '../iamPolicy.js';
import type {
  Condition,
  PermissionPolicy,
  PermissionStatement,
  Principal,
  RoleReference,
  Statement,
  TrustPolicy,
} from '../model.js';
import type { Evaluator } from './evaluate.js';
import { blocksOf } from './fields.js';
import type { Instance } from './scope.js';
import { jsonIn } from './templates.js';

export const POLICY_DOCUMENT = 'aws_iam_policy_document';

const KNOWN = new Set([
  'sid',
  'effect',
  'actions',
  'not_actions',
  'resources',
  'not_resources',
  'principals',
  'not_principals',
  'condition',
]);

/** The policy documents of a module, each read once however many roles use it. */
export class PolicyDocuments {
  private readonly bodies = new Map<Instance, ObjectNode>();
  private readonly running = new Set<Instance>();
  private readonly trusts: Map<ObjectNode, TrustPolicy>;
  private readonly used: Set<ObjectNode>;
  private readonly merging = new Set<ObjectNode>();

  /** @param caller those of the module that calls this one: documents are handed in and out */
  constructor(
    private readonly evaluator: () => Evaluator,
    caller?: PolicyDocuments,
  ) {
    this.trusts = caller?.trusts ?? new Map();
    this.used = caller?.used ?? new Set();
  }

  /** `data.aws_iam_policy_document.x.json`: the data source's body, marked as such. */
  body(instance: Instance): ObjectNode | undefined {
    const known = this.bodies.get(instance);
    if (known) return known;
    if (this.running.has(instance)) return undefined;
    this.running.add(instance);
    const body: ObjectNode = { ...this.evaluator().body(instance), tag: POLICY_DOCUMENT };
    this.running.delete(instance);
    this.bodies.set(instance, body);
    return body;
  }

  /** A trust policy in whatever form it is given; undefined where nobody knows it. */
  trustPolicy(value: SyntaxNode | undefined): TrustPolicy | undefined {
    const node = this.documentIn(value);
    if (!node) return undefined;
    this.used.add(node);
    let policy = this.trusts.get(node);
    if (!policy) {
      policy = node.tag === POLICY_DOCUMENT ? this.readBlocks(node) : readTrustPolicy(node);
      if (policy) this.trusts.set(node, policy);
    }
    return policy;
  }

  permissionPolicy(value: SyntaxNode | undefined, roles: readonly RoleReference[]): PermissionPolicy | undefined {
    const node = this.documentIn(value);
    if (!node) return undefined;
    this.used.add(node);
    if (node.tag !== POLICY_DOCUMENT) return readPermissionPolicy(node, roles);
    return { node, roles, statements: blocksOf(node, 'statement').map(({ content }) => permissionStatement(content)) };
  }

  /** A document that no role of the module uses may still be one that trusts. */
  unusedTrustPolicy(instance: Instance): TrustPolicy | undefined {
    const body = this.body(instance);
    if (!body || this.used.has(body)) return undefined;
    const trusts = blocksOf(body, 'statement').some(
      ({ content }) =>
        (property(content, 'principals') ?? property(content, 'not_principals')) !== undefined &&
        stringsOf(get(content, 'actions')).some((action) => /^sts:(?:assume|tagsession|\*)/i.test(action.raw)),
    );
    return trusts ? this.trustPolicy(body) : undefined;
  }

  private documentIn(value: SyntaxNode | undefined): ObjectNode | undefined {
    if (value?.kind === 'object') return value;
    if (value?.kind !== 'string' || isUnknown(value)) return undefined;
    const inner = jsonIn(value);
    return inner?.kind === 'object' ? inner : undefined;
  }

  private readBlocks(node: ObjectNode): TrustPolicy {
    let open = node.open === true;
    let statements: Statement[] = [];
    const merge = (names: readonly string[], override: boolean) => {
      for (const name of names) {
        for (const source of sourcesIn(get(node, name))) {
          const more = this.sourceStatements(source);
          if (!more) open = true;
          else if (override) statements = overridden(statements, more);
          else statements.push(...more);
        }
        const value = get(node, name);
        if (value?.kind === 'array' && value.open) open = true;
      }
    };
    merge(['source_policy_documents', 'source_json'], false);
    statements.push(...blocksOf(node, 'statement').map(({ content }) => readStatement(content, node)));
    merge(['override_policy_documents', 'override_json'], true);
    return {
      node,
      statements: statements.map((statement, index) => ({ ...statement, index })),
      unknownElements: [],
      ...(open ? { open: true as const } : {}),
    };
  }

  private sourceStatements(source: SyntaxNode): readonly Statement[] | undefined {
    const node = this.documentIn(source);
    if (!node || this.merging.has(node)) return undefined;
    this.merging.add(node);
    const policy = this.trustPolicy(node);
    this.merging.delete(node);
    return policy && !policy.open ? policy.statements : undefined;
  }
}

/** Documents are given as a list, or as one string by an argument of old. */
function sourcesIn(value: SyntaxNode | undefined): readonly SyntaxNode[] {
  return value?.kind === 'null' ? [] : listOf(value);
}

/** A statement takes the place of the one with its Sid; one without is added. */
function overridden(statements: readonly Statement[], by: readonly Statement[]): Statement[] {
  const sid = ({ node, grammar }: Statement) => literal(get(node, grammar === 'iam' ? 'Sid' : 'sid'));
  const result = [...statements];
  for (const statement of by) {
    const name = sid(statement);
    const at = name === undefined || name === '' ? -1 : result.findIndex((each) => sid(each) === name);
    if (at < 0) result.push(statement);
    else result[at] = statement;
  }
  return result;
}

export function readStatement(node: ObjectNode, policyNode: ObjectNode): Statement {
  const effect = stringAt(node, 'effect');
  const effectGiven = property(node, 'effect') !== undefined;
  const word = literal(effect);
  const principals = blocksOf(node, 'principals');
  const notPrincipals = blocksOf(node, 'not_principals');
  const action = property(node, 'actions');
  const notAction = property(node, 'not_actions');
  const conditions = blocksOf(node, 'condition');
  const element = principals[0] ?? notPrincipals[0];
  const read = conditions.map(({ content }) => readCondition(content));
  const open =
    node.open ||
    isOpenElement(action) ||
    isOpenElement(notAction) ||
    read.includes(undefined) ||
    [...principals, ...notPrincipals].some(({ content }) => hasMore(get(content, 'identifiers')));
  return {
    policyNode,
    node,
    index: 0,
    grammar: 'terraform-block',
    ...(effect ? { effect } : {}),
    effectValue: !effectGiven ? 'Allow' : word === 'Allow' || word === 'Deny' ? word : 'unknown',
    principals: principals.flatMap(({ content }) => readPrincipals(content)),
    notPrincipals: notPrincipals.flatMap(({ content }) => readPrincipals(content)),
    ...(element ? { principalElement: element.member } : {}),
    actions: stringsOf(action?.value),
    ...(action ? { actionElement: action } : {}),
    notActions: stringsOf(notAction?.value),
    ...(notAction ? { notActionElement: notAction } : {}),
    conditions: read.filter((condition) => condition !== undefined),
    ...(conditions[0] ? { conditionElement: conditions[0].member } : {}),
    resourceElements: node.properties.filter(({ key }) => key.raw === 'resources' || key.raw === 'not_resources'),
    unknownElements: node.properties.filter(isUnknownElement),
    ...(open ? { open: true as const } : {}),
  };
}

function isUnknownElement({ key, value }: Property): boolean {
  // Half a word on a line of its own is being typed.
  return value !== undefined && !KNOWN.has(key.raw);
}

function readPrincipals(block: ObjectNode): Principal[] {
  const typeNode = stringAt(block, 'type');
  const type = literal(typeNode) ?? typeNode?.raw ?? '?';
  return stringsOf(get(block, 'identifiers')).map((value) => ({ type, ...(typeNode ? { typeNode } : {}), value }));
}

function readCondition(block: ObjectNode): Condition | undefined {
  const operator = stringAt(block, 'test');
  const key = stringAt(block, 'variable');
  if (!operator || !key) return undefined;
  const values = get(block, 'values');
  const known = listOf(values).filter((value): value is StringNode | SyntaxNode => value.kind !== 'null');
  return {
    operator,
    key,
    values: known,
    block,
    ...(hasMore(values) || values === undefined ? { open: true as const } : {}),
  };
}

/** There may be other values than those that stand there. */
function hasMore(value: SyntaxNode | undefined): boolean {
  return value?.kind === 'array' && value.open === true;
}

/** A hole among the actions may be any of them, and what is still to be typed too, so that a missing one proves nothing. */
function isOpenElement(element: Property | undefined): boolean {
  if (!element) return false;
  return element.value === undefined || hasMore(element.value) || listOf(element.value).some(isUnknown);
}

function permissionStatement(node: ObjectNode): PermissionStatement {
  const effect = property(node, 'effect') ? literal(get(node, 'effect')) : 'Allow';
  return {
    node,
    effect: effect === 'Allow' || effect === 'Deny' ? effect : 'unknown',
    actions: stringsOf(get(node, 'actions')),
    resources: stringsOf(get(node, 'resources')),
    hasCondition: blocksOf(node, 'condition').length > 0,
  };
}

import type { HclBlock, HclBody, HclExpression } from '../../syntax/hclAst.js';
import { unknownHole } from '../../syntax/hclNodes.js';
import type { Hole } from '../../syntax/text.js';
import { get, literal, type ObjectNode, property, type SourceDocument, type SyntaxNode } from '../../syntax/tree.js';
import type { Evaluator } from './evaluate.js';
import { attributeOf, type TerraformItem } from './module.js';
import type { Instance, Scope } from './scope.js';
import { scalar } from './values.js';

export type Step = { readonly name: string } | { readonly key: HclExpression } | { readonly splat: true };

/** `a.b["c"][0].d` as a name and steps; undefined where it begins with something else. */
export function traversal(expression: HclExpression): { root: string; steps: Step[] } | undefined {
  const steps: Step[] = [];
  let at = expression;
  for (;;) {
    switch (at.kind) {
      case 'get':
        steps.push({ name: at.name });
        at = at.of;
        break;
      case 'index':
        steps.push({ key: at.key });
        at = at.of;
        break;
      case 'splat':
        steps.push({ splat: true });
        at = at.of;
        break;
      case 'variable':
        return { root: at.name, steps: steps.reverse() };
      default:
        return undefined;
    }
  }
}

export function attributePath(steps: readonly Step[]): string {
  return steps.flatMap((step) => ('name' in step ? [step.name] : [])).join('.');
}

/** The well-known modules name one thing in several ways. */
function moduleOutput(name: string): string {
  if (/^(?:iam_role_arn|role_arn|arn|service_account_role_arn)$/.test(name)) return 'arn';
  if (/^(?:iam_role_name|role_name|name|service_account_role_name)$/.test(name)) return 'name';
  return name;
}

/** A resource that another file of the module may declare, or that is still to be written: it has an address all the same. */
function undeclared(names: readonly string[], key: string, document: SourceDocument): TerraformItem {
  const kind = names[0] === 'data' ? 'data' : names[0] === 'module' ? 'module' : 'resource';
  const type = kind === 'resource' ? names[0]! : kind === 'data' ? names[1]! : '';
  const content: ObjectNode = {
    kind: 'object',
    document,
    start: 0,
    end: 0,
    properties: [],
    style: 'block',
    open: true,
  };
  return { kind, type, name: names[names.length - 1]!, key, document, content };
}

export interface FoundItem {
  readonly item: TerraformItem;
  readonly instance: Instance | undefined;
  readonly rest: readonly Step[];
  readonly address: string;
}

export function reference(evaluator: Evaluator, expression: HclExpression, scope: Scope): SyntaxNode {
  const path = traversal(expression);
  if (!path) {
    // `f(x).y`, `{…}["k"]`
    if (expression.kind === 'get' || expression.kind === 'index') {
      const of = evaluator.evaluate(expression.of, scope);
      const step: Step = expression.kind === 'get' ? { name: expression.name } : { key: expression.key };
      const value = walk(evaluator, of, [step], scope);
      if (value) return value;
    }
    return evaluator.hole(expression, scope);
  }
  const { root, steps } = path;
  if (scope.bindings.has(root)) {
    const bound = scope.bindings.get(root);
    return (bound && walk(evaluator, bound, steps, scope)) ?? evaluator.hole(expression, scope);
  }
  const [first, ...rest] = steps;
  const name = first && 'name' in first ? first.name : undefined;
  if (root === 'local' && name !== undefined) {
    const source = evaluator.module.locals.get(name);
    const value =
      source && walk(evaluator, evaluator.evaluateSource(source, evaluator.scopeOf(source.document)), rest, scope);
    return (
      value ??
      evaluator.hole(expression, scope, {
        address: `${evaluator.module.prefix}local.${name}`,
        attribute: attributePath(rest),
      })
    );
  }
  if (root === 'var' && name !== undefined) {
    const given = evaluator.variables.valueOf(name);
    const value = given && walk(evaluator, given, rest, scope);
    return (
      value ??
      evaluator.hole(expression, scope, {
        address: `${evaluator.module.prefix}var.${name}`,
        attribute: attributePath(rest),
      })
    );
  }
  if (root === 'path') return evaluator.computed(expression, scope, '.', []);
  const found = itemAt(evaluator, root, steps, scope);
  return found ? outputOf(evaluator, found, expression, scope) : evaluator.hole(expression, scope);
}

function outputOf(evaluator: Evaluator, found: FoundItem, expression: HclExpression, scope: Scope): SyntaxNode {
  const { item, instance, address, rest } = found;
  const attribute = attributePath(rest);
  const made = evaluator.output({ item, address, attribute }, instance);
  if (made) return made;
  const given = item.kind === 'module' && instance ? outputOfCall(evaluator, instance, rest) : undefined;
  if (given) {
    const unknown = unknownHole(given);
    if (!unknown) return given;
    // Nobody knows the value, so that it stands where it is asked for.
    const { expression: _typed, ...known } = unknown;
    if (known.address !== undefined) return evaluator.hole(expression, scope, known);
  }
  const hole = { address, attribute: item.kind === 'module' ? moduleOutput(attribute) : attribute };
  const [first] = rest;
  if (item.kind === 'module' || !first || !('name' in first) || first.name === 'arn' || first.name === 'id')
    return splatted(evaluator, rest, expression, scope, hole);
  const within = instance ?? evaluator.unknownInstance(item);
  const value = configured(evaluator, within, rest);
  // IAM gives a provider's URL back without its scheme, whatever it was made with.
  if (item.type === 'aws_iam_openid_connect_provider' && first.name === 'url') {
    const url = literal(value)?.replace(/^https:\/\//, '');
    return url === undefined ? evaluator.hole(expression, scope, hole) : evaluator.computed(expression, scope, url, []);
  }
  return value ?? splatted(evaluator, rest, expression, scope, hole);
}

/** What a module of the workspace says of its output. */
function outputOfCall(evaluator: Evaluator, call: Instance, steps: readonly Step[]): SyntaxNode | undefined {
  const [first, ...rest] = steps;
  const child = first && 'name' in first ? evaluator.childOf(call) : undefined;
  const source = child && first && 'name' in first ? child.module.outputs.get(first.name) : undefined;
  if (!child || !source) return undefined;
  const scope = child.scopeOf(source.document);
  return walk(child, child.evaluateSource(source, scope), rest, scope);
}

function splatted(
  evaluator: Evaluator,
  rest: readonly Step[],
  expression: HclExpression,
  scope: Scope,
  hole: Omit<Hole, 'expression'>,
): SyntaxNode {
  const one = evaluator.hole(expression, scope, hole);
  return rest.some((step) => 'splat' in step) ? evaluator.array(expression, scope, [one], [undefined], true) : one;
}

/** What the configuration itself says of an attribute: `kubernetes_namespace.x.metadata[0].name`. */
function configured(evaluator: Evaluator, { item, scope }: Instance, steps: readonly Step[]): SyntaxNode | undefined {
  const [first, ...rest] = steps;
  if (!first || !('name' in first)) return undefined;
  if (item.content.kind !== 'block') {
    const value = get(item.content, first.name);
    return value && walk(evaluator, evaluator.evaluateJson(value, scope), rest, scope);
  }
  return configuredIn(evaluator, item.content.body, first.name, rest, scope);
}

function configuredIn(
  evaluator: Evaluator,
  body: HclBody,
  name: string,
  rest: readonly Step[],
  scope: Scope,
): SyntaxNode | undefined {
  const given = attributeOf(body, name)?.value;
  if (given) return walk(evaluator, evaluator.evaluate(given, scope), rest, scope);
  const blocks = body.items.filter((each): each is HclBlock => each.kind === 'block' && each.type === name);
  const [index, next, ...further] = rest;
  if (blocks.length !== 1 || !index || !next || !('name' in next) || 'name' in index) return undefined;
  return configuredIn(evaluator, blocks[0]!.body, next.name, further, scope);
}

export function itemAt(
  evaluator: Evaluator,
  root: string,
  steps: readonly Step[],
  scope: Scope,
): FoundItem | undefined {
  const names: string[] = [root];
  let used = 0;
  const wanted = root === 'data' ? 3 : 2;
  for (const step of steps) {
    if (names.length === wanted || !('name' in step)) break;
    names.push(step.name);
    used++;
  }
  if (names.length !== wanted) return undefined;
  const key = names.join('.');
  const item = evaluator.module.byName.get(key) ?? undeclared(names, key, scope.document);
  let rest = steps.slice(used);
  const [index] = rest;
  let suffix = '';
  let instance: Instance | undefined;
  const declared = evaluator.module.byName.has(key);
  const instances = declared ? evaluator.instances(item) : [];
  if (index && 'key' in index) {
    const at = scalar(evaluator.evaluate(index.key, scope));
    const wanted = at === undefined ? '' : `[${JSON.stringify(at)}]`;
    instance =
      instances.find((each) => each.suffix === wanted) ??
      (typeof at === 'number' ? instances.find((each) => each.suffix === '') : undefined);
    if (instance) suffix = instance.suffix;
    rest = rest.slice(1);
  } else if (instances.length === 1 && instances[0]!.suffix === '') instance = instances[0];
  return { item, instance, rest, address: evaluator.address(item, suffix) };
}

/** Undefined where the value has no such part that we know of. */
function walk(evaluator: Evaluator, from: SyntaxNode, steps: readonly Step[], scope: Scope): SyntaxNode | undefined {
  let at: SyntaxNode = from;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    if ('splat' in step) {
      const rest = steps.slice(i + 1);
      if (at.kind !== 'array') return undefined;
      const items = at.items.map((item) => walk(evaluator, item, rest, scope));
      if (items.some((item) => item === undefined)) return undefined;
      return evaluator.array(
        at,
        { ...scope, document: at.document },
        items as SyntaxNode[],
        items.map(() => undefined),
        at.open === true,
        'for',
      );
    }
    const key = 'name' in step ? step.name : scalar(evaluator.evaluate(step.key, scope));
    if (key === undefined) return undefined;
    let next: SyntaxNode | undefined;
    if (at.kind === 'object') next = key === 0 && !property(at, '0') ? at : property(at, String(key))?.value;
    else if (at.kind === 'array' && /^\d+$/.test(String(key))) next = at.items[Number(key)];
    if (!next) return undefined;
    at = next;
  }
  return at;
}

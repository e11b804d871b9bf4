import { embedDocument, embedJson } from '../../syntax/embed.js';
import { parseHclExpression } from '../../syntax/hcl.js';
import type {
  HclBlock,
  HclBody,
  HclExpression,
  HclFor,
  HclTemplate,
  HclTemplatePart,
  Span,
} from '../../syntax/hclAst.js';
import {
  type HclArray,
  type HclProperty,
  isUnknown,
  makeHole,
  makeKey,
  makeString,
  unknownHole,
} from '../../syntax/hclNodes.js';
import { decode, decodeTemplate, type Filled, templateParts } from '../../syntax/hclTemplate.js';
import { parseJson } from '../../syntax/json.js';
import { type Hole, literalOf } from '../../syntax/text.js';
import {
  type ArrayNode,
  get,
  listOf,
  literal,
  type ObjectNode,
  type Property,
  property,
  type SourceDocument,
  type StringNode,
  type SyntaxNode,
  sourceOffset,
} from '../../syntax/tree.js';
import { joinPath } from '../../workspace/paths.js';
import { callFunction } from './functions.js';
import { attributeOf, type Source, type TerraformItem, type TerraformModule } from './module.js';

/** How many values are looked at in one module before the rest is left unknown: references can multiply without end. */
const MOST_STEPS = 60_000;
const MOST_INSTANCES = 60;
const DEEPEST = 120;

export interface EvaluationContext {
  /** The module's folder, as files are named by the host; empty for the top one. */
  readonly directory: string;
  /** A text of the workspace by path; undefined where there is none. */
  readonly readFile?: ((path: string) => string | undefined) | undefined;
}

/** Where an expression stands: what its names mean. */
export interface Scope {
  readonly document: SourceDocument;
  /** Of `for`, `dynamic`, `each`, `count`, a template's arguments; undefined: known by name, of unknown value. */
  readonly bindings: ReadonlyMap<string, SyntaxNode | undefined>;
  /** `&{…}` is `${…}`: only in policy documents. */
  readonly policyVariables: boolean;
}

/** One of what `count` and `for_each` make of an item. */
export interface Instance {
  readonly item: TerraformItem;
  readonly scope: Scope;
  /** `["cart"]` where `for_each` is known, else empty. */
  readonly suffix: string;
}

/** What a reference points at, if that is an item of the module. */
export interface Target {
  readonly item: TerraformItem;
  readonly address: string;
  /** The names behind it: `arn`, `identity.oidc.issuer`. */
  readonly attribute: string;
}

type Step = { readonly name: string } | { readonly key: HclExpression } | { readonly splat: true };

/**
 * Gives expressions their values, as far as the module's own files say them. A value that comes from a reference is the
 * node of the place where it was typed; everything unknown is a hole that keeps its source.
 */
export class Evaluator {
  private readonly memo = new WeakMap<Scope, Map<HclExpression, SyntaxNode>>();
  private readonly jsonMemo = new WeakMap<Scope, Map<SyntaxNode, SyntaxNode>>();
  private readonly running = new Set<HclExpression | SyntaxNode>();
  private readonly scopes = new Map<SourceDocument, Scope>();
  private readonly unknownInstances = new Map<TerraformItem, Instance>();
  private readonly instanceMemo = new Map<TerraformItem, readonly Instance[]>();
  private readonly files = new Map<string, StringNode | undefined>();
  private steps = 0;
  private depth = 0;

  constructor(
    readonly module: TerraformModule,
    readonly context: EvaluationContext,
    /** Turns a data source's output into a value: `data.aws_iam_policy_document.x.json` is the document itself. */
    private readonly output: (target: Target, instance: Instance | undefined) => SyntaxNode | undefined,
  ) {}

  // ── items ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

  address(item: TerraformItem, suffix = ''): string {
    return `tf:${this.module.directory}#${item.key}${suffix}`;
  }

  scopeOf(document: SourceDocument): Scope {
    let scope = this.scopes.get(document);
    if (!scope) {
      scope = { document, bindings: new Map(), policyVariables: false };
      this.scopes.set(document, scope);
    }
    return scope;
  }

  /** None where `count` is 0; one of unknown key where `for_each` is unknown. */
  instances(item: TerraformItem): readonly Instance[] {
    const known = this.instanceMemo.get(item);
    if (known) return known;
    const scope = this.scopeOf(item.document);
    const policyVariables = item.key.startsWith('data.aws_iam_policy_document.');
    const with_ = (bindings: [string, SyntaxNode | undefined][], suffix: string): Instance => ({
      item,
      suffix,
      scope: { document: item.document, bindings: new Map(bindings), policyVariables },
    });
    const one = [
      with_(
        [
          ['each', undefined],
          ['count', undefined],
          ['self', undefined],
        ],
        '',
      ),
    ];
    this.instanceMemo.set(item, one);
    const count = this.sourceIn(item, 'count');
    const forEach = this.sourceIn(item, 'for_each');
    let made: readonly Instance[] = one;
    if (count) {
      const value = this.evaluateSource(count, scope);
      if (value.kind === 'number' && value.value === 0) made = [];
    } else if (forEach) {
      const pairs = this.pairsOf(this.evaluateSource(forEach, scope));
      if (pairs && pairs.length <= MOST_INSTANCES && pairs.every(({ key }) => literal(key) !== undefined)) {
        made = pairs.map(({ key, value }) =>
          with_([['each', eachOf(key, value)]], `[${JSON.stringify(literal(key))}]`),
        );
      }
    }
    this.instanceMemo.set(item, made);
    return made;
  }

  /** The item's arguments and blocks as an object, all values evaluated. */
  body(instance: Instance): ObjectNode {
    const { item, scope } = instance;
    if (item.content.kind === 'block') return this.blockObject(item.content.body, item.content, scope);
    const value = this.evaluateJson(item.content, scope);
    return value.kind === 'object' ? this.expandDynamic(value, scope) : item.content;
  }

  /** One argument's value, without looking at the others. */
  argument(instance: Instance, name: string): SyntaxNode | undefined {
    const source = this.sourceIn(instance.item, name);
    return source && this.evaluateSource(source, instance.scope);
  }

  sourceIn(item: TerraformItem, name: string): Source | undefined {
    if (item.content.kind === 'block') {
      const expression = attributeOf(item.content.body, name)?.value;
      return expression && { form: 'hcl', expression, document: item.document };
    }
    const node = get(item.content, name);
    return node && { form: 'json', node, document: item.document };
  }

  evaluateSource(source: Source, scope: Scope): SyntaxNode {
    return source.form === 'hcl' ? this.evaluate(source.expression, scope) : this.evaluateJson(source.node, scope);
  }

  /** The item that a value refers to, where it is nothing but a reference, through locals too. */
  targetOf(source: Source | undefined, scope: Scope): Target | undefined {
    if (!source) return undefined;
    if (source.form === 'hcl') return this.targetOfExpression(source.expression, scope);
    const inner = source.node.kind === 'string' ? this.soleInterpolation(source.node) : undefined;
    return inner && this.targetOfExpression(inner.expression, { ...scope, document: inner.document });
  }

  private targetOfExpression(expression: HclExpression, scope: Scope, hops = 0): Target | undefined {
    const path = traversal(this.unwrapped(expression));
    if (!path || hops > 10) return undefined;
    if (path.root === 'local' && path.steps.length === 1 && 'name' in path.steps[0]!) {
      const source = this.module.locals.get(path.steps[0].name);
      return source?.form === 'hcl'
        ? this.targetOfExpression(source.expression, this.scopeOf(source.document), hops + 1)
        : undefined;
    }
    const found = this.itemAt(path.root, path.steps, scope);
    return found && { item: found.item, address: found.address, attribute: attributePath(found.rest) };
  }

  /** `"${x}"` is x itself. */
  private unwrapped(expression: HclExpression): HclExpression {
    if (expression.kind !== 'template' || expression.parts.length !== 1) return expression;
    const part = expression.parts[0]!;
    const whole = part.start === expression.content.start && part.end === expression.content.end;
    return whole && part.kind === 'interpolation' && part.expression ? part.expression : expression;
  }

  // ── expressions ────────────────────────────────────────────────────────────────────────────────────────────────────────

  evaluate(expression: HclExpression, scope: Scope): SyntaxNode {
    const known = mapIn(this.memo, scope);
    const before = known.get(expression);
    if (before) return before;
    // Whoever asks for an expression while it is being evaluated asks in a circle.
    if (this.running.has(expression) || ++this.steps > MOST_STEPS || this.depth > DEEPEST)
      return this.hole(expression, scope);
    this.running.add(expression);
    this.depth++;
    const value = this.compute(expression, scope);
    this.depth--;
    this.running.delete(expression);
    known.set(expression, value);
    return value;
  }

  private compute(expression: HclExpression, scope: Scope): SyntaxNode {
    const { document } = scope;
    switch (expression.kind) {
      case 'number': {
        const source = document.text.slice(expression.start, expression.end);
        return {
          kind: 'number',
          document,
          start: expression.start,
          end: expression.end,
          value: Number(source),
          source,
        };
      }
      case 'boolean': {
        const source = document.text.slice(expression.start, expression.end);
        return {
          kind: 'boolean',
          document,
          start: expression.start,
          end: expression.end,
          value: source === 'true',
          source,
        };
      }
      case 'null':
        return { kind: 'null', document, start: expression.start, end: expression.end };
      case 'template':
        return this.template(expression, scope);
      case 'tuple':
        return this.tuple(expression, scope);
      case 'object':
        return this.object(expression, scope);
      case 'variable':
      case 'get':
      case 'index':
      case 'splat':
        return this.reference(expression, scope);
      case 'call':
        return (
          callFunction(this, expression, scope) ?? this.hole(expression, scope, this.holeBehind(expression, scope))
        );
      case 'for':
        return this.forExpression(expression, scope);
      case 'conditional':
        return this.conditional(expression, scope);
      default:
        return this.hole(expression, scope);
    }
  }

  /** Something unknown, with its source. */
  hole(expression: Span, { document }: Scope, known: Omit<Hole, 'expression'> = {}): StringNode {
    const source = document.text.slice(expression.start, expression.end);
    return makeHole(document, expression, { expression: source, ...known });
  }

  /** `replace(x.url, "https://", "")` still comes from x. */
  private holeBehind(expression: HclExpression, scope: Scope): Omit<Hole, 'expression'> {
    if (
      expression.kind !== 'call' ||
      !/^(?:replace|trimprefix|trimsuffix|try|one|coalesce|tostring)$/.test(expression.name)
    )
      return {};
    const target = expression.args[0] && this.targetOfExpression(expression.args[0], scope);
    return target ? { address: target.address, attribute: target.attribute } : {};
  }

  private template(expression: HclTemplate, scope: Scope): SyntaxNode {
    const inner = this.unwrapped(expression);
    if (inner !== expression) {
      const value = this.evaluate(inner, scope);
      // A number in quotes is a string.
      return value.kind === 'number' || value.kind === 'boolean'
        ? this.computed(expression, scope, value.source, [])
        : value;
    }
    const { document } = scope;
    const fill = (part: HclTemplatePart) =>
      this.fill(part, part.expression && this.evaluate(part.expression, scope), document.text);
    const decoded = decodeTemplate(document.text, expression, fill, scope.policyVariables);
    return makeString(document, expression, {
      style: expression.style,
      contentStart: expression.content.start,
      ...decoded,
    });
  }

  private fill(part: Span & { kind: string }, value: SyntaxNode | undefined, source: string): Filled {
    const inner = source
      .slice(part.start + 2, part.end - 1)
      .replace(/^~|~$/g, '')
      .trim();
    if (part.kind === 'directive' || !value) return { hole: { expression: inner } };
    if (value.kind === 'string') {
      const only = unknownHole(value);
      return only ? { hole: only } : { raw: value.raw, masked: value.masked ?? [] };
    }
    if (value.kind === 'number' || value.kind === 'boolean') return { raw: value.source, masked: [] };
    // A list or an object, even a known one: a change inside of it would have no place to be written.
    return { hole: { expression: inner } };
  }

  /** A string that a function made: it stands where the function is called. */
  computed(
    expression: Span,
    { document }: Scope,
    raw: string,
    masked: readonly Hole[],
    offsets?: readonly number[],
  ): StringNode {
    return makeString(document, expression, {
      style: 'expression',
      contentStart: expression.start,
      raw,
      masked,
      offsets: offsets ?? [...Array.from({ length: raw.length }, () => expression.start), expression.end],
    });
  }

  private tuple(expression: Extract<HclExpression, { kind: 'tuple' }>, scope: Scope): SyntaxNode {
    const items = expression.items.map((item) => this.evaluate(item, scope));
    return this.array(expression, scope, items, expression.items, expression.broken === true);
  }

  array(
    span: Span,
    { document }: Scope,
    items: readonly SyntaxNode[],
    spans: readonly (Span | undefined)[],
    open: boolean,
    tag?: string,
  ): ArrayNode {
    const node: HclArray = {
      kind: 'array',
      document,
      start: span.start,
      end: span.end,
      items,
      spans,
      style: 'flow',
      ...(tag ? { tag } : {}),
      ...(open ? { open: true as const } : {}),
    };
    for (const item of items) adopt(node, item);
    return node;
  }

  private object(expression: Extract<HclExpression, { kind: 'object' }>, scope: Scope): ObjectNode {
    let open = expression.broken === true;
    const properties: HclProperty[] = [];
    for (const entry of expression.entries) {
      const key = this.key(entry.key, scope);
      if (isUnknown(key)) open = true;
      properties.push({
        key,
        value: entry.value && this.evaluate(entry.value, scope),
        span: { start: entry.start, end: entry.end },
      });
    }
    return this.objectNode(expression, scope, properties, open);
  }

  objectNode(
    span: Span,
    { document }: Scope,
    properties: readonly Property[],
    open: boolean,
    tag?: string,
  ): ObjectNode {
    const node: ObjectNode = {
      kind: 'object',
      document,
      start: span.start,
      end: span.end,
      properties,
      style: 'flow',
      ...(tag ? { tag } : {}),
      ...(open ? { open: true as const } : {}),
    };
    for (const { key, value } of properties) {
      adopt(node, key);
      if (value) adopt(node, value);
    }
    return node;
  }

  private key(expression: HclExpression, scope: Scope): StringNode {
    const { document } = scope;
    const parenthesised = document.text[expression.start] === '(';
    if (expression.kind === 'variable' && !parenthesised) return makeKey(document, expression, expression.name);
    const value = this.evaluate(expression, scope);
    if (value.kind === 'string') {
      if (!parenthesised && value.document === document && value.start === expression.start) return value;
      // The key stands where it is used, whatever it is made of.
      return this.computed(expression, scope, value.raw, value.masked ?? []);
    }
    if (value.kind === 'number' || value.kind === 'boolean') return this.computed(expression, scope, value.source, []);
    return this.hole(expression, scope);
  }

  private conditional(expression: Extract<HclExpression, { kind: 'conditional' }>, scope: Scope): SyntaxNode {
    const yes = this.evaluate(expression.yes, scope);
    const no = this.evaluate(expression.no, scope);
    const left = scalar(yes);
    return left !== undefined && left === scalar(no) ? yes : this.hole(expression, scope);
  }

  private forExpression(expression: HclFor, scope: Scope): SyntaxNode {
    const collection = this.evaluate(expression.collection, scope);
    const pairs = this.pairsOf(collection);
    let open = pairs === undefined;
    const items: SyntaxNode[] = [];
    const properties: Property[] = [];
    // Of an unknown collection one element is looked at: what is literal in it is in all of them.
    const elements: { key: SyntaxNode | undefined; value: SyntaxNode | undefined }[] = pairs
      ? pairs.slice(0, MOST_INSTANCES)
      : [{ key: undefined, value: undefined }];
    for (const element of elements) {
      const bindings = new Map(scope.bindings);
      if (expression.keyName !== undefined) bindings.set(expression.keyName, element.key);
      bindings.set(expression.valueName, element.value);
      const inner: Scope = { ...scope, bindings };
      if (expression.condition) {
        const kept = this.truth(expression.condition, inner);
        if (kept === false) continue;
        if (kept === undefined) open = true;
      }
      const value = this.evaluate(expression.value, inner);
      if (expression.result === 'tuple') items.push(value);
      else if (expression.key) {
        const key = this.evaluate(expression.key, inner);
        if (key.kind === 'string' && !isUnknown(key)) properties.push({ key, value });
        else open = true;
      }
    }
    if (pairs && pairs.length > MOST_INSTANCES) open = true;
    return expression.result === 'tuple'
      ? this.array(
          expression,
          scope,
          items,
          items.map(() => undefined),
          open,
          'for',
        )
      : this.objectNode(expression, scope, properties, open, 'for');
  }

  private truth(expression: HclExpression, scope: Scope): boolean | undefined {
    if (expression.kind === 'operation' && expression.operands.length === 2) {
      const [left, right] = expression.operands.map((operand) => scalar(this.evaluate(operand, scope)));
      if (left === undefined || right === undefined) return undefined;
      return expression.operator === '==' ? left === right : expression.operator === '!=' ? left !== right : undefined;
    }
    const value = this.evaluate(expression, scope);
    return value.kind === 'boolean' ? value.value : undefined;
  }

  /** The elements of a collection that is known to its last one. */
  pairsOf(collection: SyntaxNode): { key: SyntaxNode; value: SyntaxNode }[] | undefined {
    if (collection.kind === 'object') {
      if (collection.open || collection.style === 'block') return undefined;
      return collection.properties.flatMap(({ key, value }) => (value ? [{ key, value }] : []));
    }
    if (collection.kind !== 'array' || collection.open) return undefined;
    const set = collection.tag === 'toset';
    return collection.items.map((value, index) => ({ key: set ? value : numberAt(value, index), value }));
  }

  // ── references ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  private reference(expression: HclExpression, scope: Scope): SyntaxNode {
    const path = traversal(expression);
    if (!path) {
      // `f(x).y`, `{…}["k"]`
      if (expression.kind === 'get' || expression.kind === 'index') {
        const of = this.evaluate(expression.of, scope);
        const step: Step = expression.kind === 'get' ? { name: expression.name } : { key: expression.key };
        const value = this.walk(of, [step], scope);
        if (value) return value;
      }
      return this.hole(expression, scope);
    }
    const { root, steps } = path;
    if (scope.bindings.has(root)) {
      const bound = scope.bindings.get(root);
      return (bound && this.walk(bound, steps, scope)) ?? this.hole(expression, scope);
    }
    const [first, ...rest] = steps;
    const name = first && 'name' in first ? first.name : undefined;
    if (root === 'local' && name !== undefined) {
      const source = this.module.locals.get(name);
      const value = source && this.walk(this.evaluateSource(source, this.scopeOf(source.document)), rest, scope);
      return (
        value ??
        this.hole(expression, scope, {
          address: `tf:${this.module.directory}#local.${name}`,
          attribute: attributePath(rest),
        })
      );
    }
    if (root === 'var' && name !== undefined) {
      const source = this.module.variables.get(name);
      const given = source && this.evaluateSource(source, this.scopeOf(source.document));
      const value = given && !isPlaceholderDefault(given) ? this.walk(given, rest, scope) : undefined;
      return (
        value ??
        this.hole(expression, scope, {
          address: `tf:${this.module.directory}#var.${name}`,
          attribute: attributePath(rest),
        })
      );
    }
    if (root === 'path') return this.computed(expression, scope, '.', []);
    const found = this.itemAt(root, steps, scope);
    return found ? this.outputOf(found, expression, scope) : this.hole(expression, scope);
  }

  private outputOf(found: FoundItem, expression: HclExpression, scope: Scope): SyntaxNode {
    const { item, instance, address, rest } = found;
    const attribute = attributePath(rest);
    const made = this.output({ item, address, attribute }, instance);
    if (made) return made;
    const hole = { address, attribute: item.kind === 'module' ? moduleOutput(attribute) : attribute };
    const [first] = rest;
    if (item.kind === 'module' || !first || !('name' in first) || first.name === 'arn' || first.name === 'id')
      return this.splatted(rest, expression, scope, hole);
    const within = instance ?? this.unknownInstance(item);
    const value = this.configured(within, rest);
    return value ?? this.splatted(rest, expression, scope, hole);
  }

  private splatted(
    rest: readonly Step[],
    expression: HclExpression,
    scope: Scope,
    hole: Omit<Hole, 'expression'>,
  ): SyntaxNode {
    const one = this.hole(expression, scope, hole);
    return rest.some((step) => 'splat' in step) ? this.array(expression, scope, [one], [undefined], true) : one;
  }

  private unknownInstance(item: TerraformItem): Instance {
    let made = this.unknownInstances.get(item);
    if (!made) {
      const bindings = new Map([
        ['each', undefined],
        ['count', undefined],
        ['self', undefined],
      ]);
      made = { item, suffix: '', scope: { document: item.document, bindings, policyVariables: false } };
      this.unknownInstances.set(item, made);
    }
    return made;
  }

  /** What the configuration itself says of an attribute: `kubernetes_namespace.x.metadata[0].name`. */
  private configured({ item, scope }: Instance, steps: readonly Step[]): SyntaxNode | undefined {
    const [first, ...rest] = steps;
    if (!first || !('name' in first)) return undefined;
    if (item.content.kind !== 'block') {
      const value = get(item.content, first.name);
      return value && this.walk(this.evaluateJson(value, scope), rest, scope);
    }
    return this.configuredIn(item.content.body, first.name, rest, scope);
  }

  private configuredIn(body: HclBody, name: string, rest: readonly Step[], scope: Scope): SyntaxNode | undefined {
    const given = attributeOf(body, name)?.value;
    if (given) return this.walk(this.evaluate(given, scope), rest, scope);
    const blocks = body.items.filter((each): each is HclBlock => each.kind === 'block' && each.type === name);
    const [index, next, ...further] = rest;
    if (blocks.length !== 1 || !index || !next || !('name' in next) || 'name' in index) return undefined;
    return this.configuredIn(blocks[0]!.body, next.name, further, scope);
  }

  private itemAt(root: string, steps: readonly Step[], scope: Scope): FoundItem | undefined {
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
    const item = this.module.byName.get(key) ?? undeclared(names, key, scope.document);
    let rest = steps.slice(used);
    const [index] = rest;
    let suffix = '';
    let instance: Instance | undefined;
    const declared = this.module.byName.has(key);
    const instances = declared ? this.instances(item) : [];
    if (index && 'key' in index) {
      const at = scalar(this.evaluate(index.key, scope));
      const wantedSuffix = typeof at === 'string' ? `[${JSON.stringify(at)}]` : '';
      instance = instances.find((each) => each.suffix === wantedSuffix);
      if (instance) suffix = instance.suffix;
      rest = rest.slice(1);
    } else if (instances.length === 1 && instances[0]!.suffix === '') instance = instances[0];
    return { item, instance, rest, address: this.address(item, suffix) };
  }

  /** Undefined where the value has no such part that we know of. */
  private walk(from: SyntaxNode, steps: readonly Step[], scope: Scope): SyntaxNode | undefined {
    let at: SyntaxNode = from;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      if ('splat' in step) {
        const rest = steps.slice(i + 1);
        if (at.kind !== 'array') return undefined;
        const items = at.items.map((item) => this.walk(item, rest, scope));
        if (items.some((item) => item === undefined)) return undefined;
        return this.array(
          at,
          { ...scope, document: at.document },
          items as SyntaxNode[],
          items.map(() => undefined),
          at.open === true,
          'for',
        );
      }
      const key = 'name' in step ? step.name : scalar(this.evaluate(step.key, scope));
      if (key === undefined) return undefined;
      let next: SyntaxNode | undefined;
      if (at.kind === 'object') next = key === 0 && !property(at, '0') ? at : property(at, String(key))?.value;
      else if (at.kind === 'array' && /^\d+$/.test(String(key))) next = at.items[Number(key)];
      if (!next) return undefined;
      at = next;
    }
    return at;
  }

  // ── bodies ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

  private blockObject(body: HclBody, span: Span, scope: Scope): ObjectNode {
    const { document } = scope;
    const properties: HclProperty[] = [];
    let open = body.broken === true;
    for (const item of body.items) {
      if (item.kind === 'attribute') {
        const value = item.value && this.evaluate(item.value, scope);
        properties.push({
          key: makeKey(document, item.nameSpan, item.name),
          value,
          span: { start: item.start, end: item.end },
        });
      } else if (item.type === 'dynamic' && item.labels[0]) {
        if (this.dynamicBlocks(item, scope, properties)) open = true;
      } else {
        const value = this.blockObject(item.body, item, scope);
        properties.push({
          key: makeKey(document, item.typeSpan, item.type),
          value,
          span: { start: item.start, end: item.end },
        });
      }
    }
    const node: ObjectNode = {
      kind: 'object',
      document,
      start: span.start,
      end: span.end,
      properties,
      style: 'block',
      ...(open ? { open: true as const } : {}),
    };
    for (const { key, value } of properties) {
      adopt(node, key);
      if (value) adopt(node, value);
    }
    return node;
  }

  /** @returns whether there may be more or fewer blocks than those added */
  private dynamicBlocks(block: HclBlock, scope: Scope, properties: HclProperty[]): boolean {
    const content = block.body.items.find((item): item is HclBlock => item.kind === 'block' && item.type === 'content');
    const forEach = attributeOf(block.body, 'for_each')?.value;
    const label = block.labels[0]!;
    const type = label.value;
    if (!content || !forEach) return true;
    const named = attributeOf(block.body, 'iterator')?.value;
    const iterator = named?.kind === 'variable' ? named.name : type;
    const pairs = this.pairsOf(this.evaluate(forEach, scope));
    const elements = pairs?.slice(0, MOST_INSTANCES).map(({ key, value }) => eachOf(key, value)) ?? [undefined];
    for (const element of elements) {
      const inner: Scope = { ...scope, bindings: new Map([...scope.bindings, [iterator, element]]) };
      properties.push({
        key: makeKey(scope.document, label, type),
        value: this.blockObject(content.body, content, inner),
        span: { start: block.start, end: block.end },
      });
    }
    return pairs === undefined || pairs.length > MOST_INSTANCES;
  }

  // ── the JSON syntax ────────────────────────────────────────────────────────────────────────────────────────────────────

  evaluateJson(node: SyntaxNode, scope: Scope): SyntaxNode {
    const known = mapIn(this.jsonMemo, scope);
    const before = known.get(node);
    if (before) return before;
    if (this.running.has(node) || ++this.steps > MOST_STEPS || this.depth > DEEPEST * 2) return node;
    this.running.add(node);
    this.depth++;
    const value = this.computeJson(node, scope);
    this.depth--;
    this.running.delete(node);
    known.set(node, value);
    return value;
  }

  private computeJson(node: SyntaxNode, scope: Scope): SyntaxNode {
    if (node.kind === 'string') return this.renderTemplate(node, scope);
    if (node.kind === 'array') {
      const items = node.items.map((item) => this.evaluateJson(item, scope));
      if (items.every((item, i) => item === node.items[i])) return node;
      const array: HclArray = { ...node, items, spans: node.items };
      return array;
    }
    if (node.kind !== 'object') return node;
    const properties = node.properties.map((member): Property => {
      const key = this.renderTemplate(member.key, scope);
      const value = member.value && this.evaluateJson(member.value, scope);
      if (key === member.key && value === member.value) return member;
      const end = Math.max(member.key.end, member.value?.end ?? 0);
      const made: HclProperty = {
        key: key.kind === 'string' && key.document === node.document ? key : member.key,
        value,
        span: { start: member.key.start, end },
      };
      return made;
    });
    return properties.every((member, i) => member === node.properties[i]) ? node : { ...node, properties };
  }

  /** `"dynamic": {"condition": {"for_each": …, "content": {…}}}` */
  private expandDynamic(node: ObjectNode, scope: Scope): ObjectNode {
    const dynamic = property(node, 'dynamic');
    const properties = node.properties.map((member): Property => {
      if (!member.value || member === dynamic || (member.value.kind !== 'object' && member.value.kind !== 'array'))
        return member;
      const value = this.expandNested(member.value, scope);
      return value === member.value ? member : { ...member, value };
    });
    if (!dynamic)
      return properties.every((member, i) => member === node.properties[i]) ? node : { ...node, properties };
    const kept = properties.filter((member) => member.key.raw !== 'dynamic');
    // Its contents were evaluated without an element, so what depends on one is unknown; what does not is there.
    for (const holder of listOf(dynamic.value))
      if (holder.kind === 'object')
        for (const { key, value } of holder.properties)
          for (const each of listOf(value)) {
            const content = get(each, 'content');
            for (const one of listOf(content)) kept.push({ key, value: one });
          }
    return { ...node, properties: kept, open: true };
  }

  private expandNested(value: ObjectNode | ArrayNode, scope: Scope): SyntaxNode {
    if (value.kind === 'object') return this.expandDynamic(value, scope);
    const items = value.items.map((item) => (item.kind === 'object' ? this.expandDynamic(item, scope) : item));
    return items.every((item, i) => item === value.items[i]) ? value : { ...value, items };
  }

  /** A string whose decoded text is a template: of the JSON syntax, or a file's content. */
  renderTemplate(node: StringNode, scope: Scope): SyntaxNode {
    if (!/[$%]\{/.test(node.raw)) return node;
    const sole = this.soleInterpolation(node);
    if (sole) {
      const value = this.evaluate(sole.expression, { ...scope, document: sole.document });
      const hole = unknownHole(value);
      return hole ? makeHole(node.document, node, hole) : value;
    }
    const fill = (part: Span & { kind: 'interpolation' | 'directive' }): Filled => {
      const inner = part.kind === 'interpolation' ? this.expressionIn(node, part) : undefined;
      return this.fill(
        part,
        inner && this.evaluate(inner.expression, { ...scope, document: inner.document }),
        node.raw,
      );
    };
    const options = { escapes: false, flush: false, policyVariables: scope.policyVariables };
    const decoded = decode(node.raw, { start: 0, end: node.raw.length }, templateParts(node.raw), fill, options);
    const offsets = Array.from({ length: decoded.raw.length + 1 }, (_, i) =>
      sourceOffset(node, decoded.offsets?.[i] ?? i),
    );
    return makeString(node.document, node, {
      style: node.style,
      contentStart: node.contentStart,
      raw: decoded.raw,
      masked: decoded.masked,
      offsets,
    });
  }

  private soleInterpolation(node: StringNode): { expression: HclExpression; document: SourceDocument } | undefined {
    if (!node.raw.startsWith('${')) return undefined;
    const [part, second] = templateParts(node.raw);
    return part && !second && part.end === node.raw.length ? this.expressionIn(node, part) : undefined;
  }

  private readonly parsed = new WeakMap<
    StringNode,
    Map<number, { expression: HclExpression; document: SourceDocument } | undefined>
  >();

  private expressionIn(
    node: StringNode,
    part: Span,
  ): { expression: HclExpression; document: SourceDocument } | undefined {
    const known = mapIn(this.parsed, node);
    if (!known.has(part.start)) {
      const whole = embedDocument(node, 'hcl');
      const from = part.start + 2;
      const text = node.raw.slice(from, part.end - 1);
      const host = whole.host!;
      const document: SourceDocument = {
        ...whole,
        text,
        host: {
          ...host,
          toHost: (offset) => host.toHost(from + offset),
          encode: (added, at) => host.encode(added, from + at),
          holeAt: (offset) => host.holeAt(from + offset),
        },
      };
      const expression = parseHclExpression(document);
      known.set(part.start, expression && { expression, document });
    }
    return known.get(part.start);
  }

  // ── other files ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The content of `file("…")` as one string that is the whole of that file's document. */
  fileContent(path: string): StringNode | undefined {
    const file = joinPath(this.module.directory, path);
    if (!this.files.has(file)) {
      const text = this.context.readFile?.(file);
      this.files.set(file, text === undefined ? undefined : wholeFile(file, text));
    }
    return this.files.get(file);
  }

  /** The JSON inside a string, or the JSON file itself where the string is one. */
  jsonIn(node: StringNode): SyntaxNode | undefined {
    const whole =
      !node.document.host &&
      node.start === 0 &&
      node.end === node.document.text.length &&
      node.raw === node.document.text;
    return whole && node.raw !== '' ? parseJson({ ...node.document, language: 'json' }).root : embedJson(node);
  }
}

interface FoundItem {
  readonly item: TerraformItem;
  readonly instance: Instance | undefined;
  readonly rest: readonly Step[];
  readonly address: string;
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

/** `a.b["c"][0].d` as a name and steps; undefined where it begins with something else. */
function traversal(expression: HclExpression): { root: string; steps: Step[] } | undefined {
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

function attributePath(steps: readonly Step[]): string {
  return steps.flatMap((step) => ('name' in step ? [step.name] : [])).join('.');
}

/** The well-known modules name one thing in several ways. */
function moduleOutput(name: string): string {
  if (/^(?:iam_role_arn|role_arn|arn|service_account_role_arn)$/.test(name)) return 'arn';
  if (/^(?:iam_role_name|role_name|name|service_account_role_name)$/.test(name)) return 'name';
  return name;
}

/** A default that only says that a value is to be given. */
function isPlaceholderDefault(node: SyntaxNode): boolean {
  if (node.kind === 'null') return true;
  if (node.kind === 'string') return literalOf(node.text) === '';
  return (node.kind === 'object' && node.properties.length === 0) || (node.kind === 'array' && node.items.length === 0);
}

/** A value that can be compared: known text, number or boolean. */
export function scalar(node: SyntaxNode): string | number | boolean | undefined {
  if (node.kind === 'string') return literal(node);
  return node.kind === 'number' || node.kind === 'boolean' ? node.value : undefined;
}

function numberAt(near: SyntaxNode, index: number): SyntaxNode {
  return {
    kind: 'number',
    document: near.document,
    start: near.start,
    end: near.start,
    value: index,
    source: String(index),
  };
}

function mapIn<O extends object, K, V>(maps: WeakMap<O, Map<K, V>>, owner: O): Map<K, V> {
  let map = maps.get(owner);
  if (!map) {
    map = new Map();
    maps.set(owner, map);
  }
  return map;
}

/** `each`, or a dynamic block's iterator. */
function eachOf(key: SyntaxNode, value: SyntaxNode): ObjectNode {
  const { document, start, end } = value;
  const at = { start, end: start };
  return {
    kind: 'object',
    document,
    start,
    end,
    style: 'flow',
    properties: [
      { key: makeKey(document, at, 'key'), value: key },
      { key: makeKey(document, at, 'value'), value },
    ],
  };
}

/** A value belongs to what holds it in the text; one that comes from a reference belongs where it was typed. */
function adopt(holder: ObjectNode | ArrayNode, child: SyntaxNode): void {
  if (
    child.parent === undefined &&
    child.document === holder.document &&
    child.start >= holder.start &&
    child.end <= holder.end
  )
    child.parent = holder;
}

function wholeFile(file: string, text: string): StringNode {
  const document: SourceDocument = { file, language: 'json', text };
  // `heredoc`: new lines that are put in keep the indentation of the line before, nothing is escaped.
  return makeString(document, { start: 0, end: text.length }, { style: 'heredoc', contentStart: 0, raw: text });
}

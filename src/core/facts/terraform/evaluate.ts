import type { HclExpression, HclFor, HclTemplate, HclTemplatePart, Span } from '../../syntax/hclAst.js';
import { type HclArray, type HclProperty, isUnknown, makeHole, makeKey, makeString } from '../../syntax/hclNodes.js';
import { decodeTemplate } from '../../syntax/hclTemplate.js';
import type { Hole } from '../../syntax/text.js';
import {
  type ArrayNode,
  get,
  literal,
  type ModuleUse,
  type NumberNode,
  type ObjectNode,
  type Property,
  type SourceDocument,
  type StringNode,
  type SyntaxNode,
} from '../../syntax/tree.js';
import { joinPath } from '../../workspace/paths.js';
import { blockObject } from './bodies.js';
import { callFunction } from './functions.js';
import { computeJson, expandDynamic } from './jsonSyntax.js';
import { attributeOf, type Source, type TerraformItem, type TerraformModule } from './module.js';
import { attributePath, itemAt, reference, traversal } from './references.js';
import { type EvaluationContext, type Instance, MOST_INSTANCES, type Scope, type Target } from './scope.js';
import { fillWith, soleInterpolation, wholeFile } from './templates.js';
import { adopt, compared, counterOf, eachOf, mapIn, not, numberAt, scalar } from './values.js';
import { type Inputs, Variables } from './variables.js';

/** How many values are looked at in one module before the rest is left unknown: references can multiply without end. */
const MOST_STEPS = 60_000;
const DEEPEST = 120;

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
  readonly variables: Variables;
  private steps = 0;
  private depth = 0;

  constructor(
    readonly module: TerraformModule,
    readonly context: EvaluationContext,
    /** Turns a data source's output into a value: `data.aws_iam_policy_document.x.json` is the document itself. */
    readonly output: (target: Target, instance: Instance | undefined) => SyntaxNode | undefined,
    /** A module of the workspace as a call makes it; undefined where the call means another. */
    readonly childOf: (call: Instance) => Evaluator | undefined = () => undefined,
    /** What the call gives, where this is a module as a call makes it. */
    inputs?: Inputs,
    private readonly use?: ModuleUse,
  ) {
    this.variables = new Variables(this, inputs);
  }

  /** Is it certain which variables are given? Then a condition on them is decided. */
  get isCalled(): boolean {
    return this.use !== undefined;
  }

  // ── items ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

  address(item: TerraformItem, suffix = ''): string {
    return `${this.module.prefix}${item.key}${suffix}`;
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
      if (value.kind === 'number') made = this.counted(value, one, with_);
    } else if (forEach) {
      // A list is not allowed here: what looks like one was made a set by its variable's type.
      const pairs = this.pairsOf(this.evaluateSource(forEach, scope))?.map(({ key, value }) => ({
        key: key.kind === 'number' ? value : key,
        value,
      }));
      if (pairs && pairs.length <= MOST_INSTANCES && pairs.every(({ key }) => literal(key) !== undefined)) {
        made = pairs.map(({ key, value }) =>
          with_([['each', eachOf(key, value)]], `[${JSON.stringify(literal(key))}]`),
        );
      }
    }
    this.instanceMemo.set(item, made);
    return made;
  }

  /** Of one alone it does not matter which it is. */
  private counted(
    count: NumberNode,
    one: readonly Instance[],
    with_: (bindings: [string, SyntaxNode][], suffix: string) => Instance,
  ): readonly Instance[] {
    if (count.value <= 0) return [];
    if (count.value === 1 || count.value > MOST_INSTANCES) return one;
    return Array.from({ length: count.value }, (_, index) =>
      with_([['count', counterOf(numberAt(count, index))]], `[${index}]`),
    );
  }

  /** The item's arguments and blocks as an object, all values evaluated. */
  body(instance: Instance): ObjectNode {
    const { item, scope } = instance;
    if (item.content.kind === 'block') return blockObject(this, item.content.body, item.content, scope);
    const value = this.evaluateJson(item.content, scope);
    return value.kind === 'object' ? expandDynamic(this, value, scope) : item.content;
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
    if (source.form === 'value') return source.node;
    return source.form === 'hcl' ? this.evaluate(source.expression, scope) : this.evaluateJson(source.node, scope);
  }

  /** The item that a value refers to, where it is nothing but a reference, through locals too. */
  targetOf(source: Source | undefined, scope: Scope): Target | undefined {
    if (!source) return undefined;
    if (source.form === 'hcl') return this.targetOfExpression(source.expression, scope);
    const inner = source.node.kind === 'string' ? soleInterpolation(source.node) : undefined;
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
    const found = itemAt(this, path.root, path.steps, scope);
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
        return reference(this, expression, scope);
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
      fillWith(part, part.expression && this.evaluate(part.expression, scope), document.text);
    const decoded = decodeTemplate(document.text, expression, fill, scope.policyVariables);
    return makeString(document, expression, {
      style: expression.style,
      contentStart: expression.content.start,
      ...decoded,
    });
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
    if (left !== undefined && left === scalar(no)) return yes;
    // A default may be overridden from outside; what a call gives and leaves out is all there is.
    const holds = this.isCalled ? this.truth(expression.condition, scope) : undefined;
    return holds === undefined ? this.hole(expression, scope) : holds ? yes : no;
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
    if (expression.kind === 'operation') {
      const { operator, operands } = expression;
      const [first, second] = operands;
      if (first && !second) return operator === '!' ? not(this.truth(first, scope)) : undefined;
      if (!first || !second) return undefined;
      if (operator === '&&' || operator === '||') {
        const sides = [this.truth(first, scope), this.truth(second, scope)];
        const decides = operator === '||';
        return sides.includes(decides) ? decides : sides.includes(undefined) ? undefined : !decides;
      }
      return compared(operator, this.evaluate(first, scope), this.evaluate(second, scope));
    }
    const value = this.evaluate(expression, scope);
    return value.kind === 'boolean' ? value.value : undefined;
  }

  /** The elements of a collection that is known to its last one. */
  pairsOf(collection: SyntaxNode): { key: SyntaxNode; value: SyntaxNode }[] | undefined {
    if (collection.kind === 'object') {
      // A block of the language; a mapping of YAML that is decoded is a map.
      if (collection.open || (collection.style === 'block' && collection.document.language === 'hcl')) return undefined;
      return collection.properties.flatMap(({ key, value }) => (value ? [{ key, value }] : []));
    }
    if (collection.kind !== 'array' || collection.open) return undefined;
    const set = collection.tag === 'toset';
    return collection.items.map((value, index) => ({ key: set ? value : numberAt(value, index), value }));
  }

  // ── references ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  unknownInstance(item: TerraformItem): Instance {
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

  // ── bodies ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

  // ── the JSON syntax ────────────────────────────────────────────────────────────────────────────────────────────────────

  evaluateJson(node: SyntaxNode, scope: Scope): SyntaxNode {
    const known = mapIn(this.jsonMemo, scope);
    const before = known.get(node);
    if (before) return before;
    if (this.running.has(node) || ++this.steps > MOST_STEPS || this.depth > DEEPEST * 2) return node;
    this.running.add(node);
    this.depth++;
    const value = computeJson(this, node, scope);
    this.depth--;
    this.running.delete(node);
    known.set(node, value);
    return value;
  }

  // ── other files ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The content of `file("…")` as one string that is the whole of that file's document. */
  fileContent(path: string): StringNode | undefined {
    const file = joinPath(this.module.directory, path);
    if (!this.files.has(file)) {
      const text = this.context.readFile?.(file);
      this.files.set(file, text === undefined ? undefined : wholeFile(file, text, this.use));
    }
    return this.files.get(file);
  }
}

import type { HclCall, HclExpression, Span } from '../../syntax/hclAst.js';
import { type HclArray, type HclProperty, isUnknown, makeSynthetic, unknownHole } from '../../syntax/hclNodes.js';
import { type Hole, MASK_FIRST, mask } from '../../syntax/text.js';
import {
  type ArrayNode,
  literal,
  type ObjectNode,
  type Property,
  property,
  type StringNode,
  type SyntaxNode,
  sourceOffset,
} from '../../syntax/tree.js';
import type { Evaluator } from './evaluate.js';
import type { Scope } from './scope.js';
import { jsonIn, renderTemplate, yamlIn } from './templates.js';
import { numberAt, scalar } from './values.js';

/** The value of a call, as far as its arguments are known; undefined: nobody knows. */
export function callFunction(evaluator: Evaluator, call: HclCall, scope: Scope): SyntaxNode | undefined {
  const made = FUNCTIONS[call.name];
  return made?.(new Arguments(evaluator, call, scope));
}

class Arguments {
  constructor(
    readonly evaluator: Evaluator,
    readonly call: HclCall,
    readonly scope: Scope,
  ) {}

  expression(index: number): HclExpression | undefined {
    return this.call.args[index];
  }

  value(index: number): SyntaxNode | undefined {
    const expression = this.call.args[index];
    // The last one may be a list that is spread over the rest.
    if (!expression || (this.call.spread && index === this.call.args.length - 1)) return undefined;
    return this.evaluator.evaluate(expression, this.scope);
  }

  string(index: number): StringNode | undefined {
    const value = this.value(index);
    return value?.kind === 'string' ? value : undefined;
  }

  known(index: number): string | undefined {
    return literal(this.value(index));
  }

  /** All arguments, the spread list's items among them; undefined where some are unknown. */
  all(): { value: SyntaxNode; expression: HclExpression }[] | undefined {
    const values: { value: SyntaxNode; expression: HclExpression }[] = [];
    for (const [index, expression] of this.call.args.entries()) {
      const value = this.evaluator.evaluate(expression, this.scope);
      if (!this.call.spread || index < this.call.args.length - 1) values.push({ value, expression });
      else if (value.kind === 'array' && !value.open)
        for (const item of value.items) values.push({ value: item, expression });
      else return undefined;
    }
    return values;
  }
}

type Implementation = (args: Arguments) => SyntaxNode | undefined;

const same: Implementation = (args) => args.value(0);

const FUNCTIONS: Readonly<Record<string, Implementation>> = {
  jsonencode: (args) => tagged(args, 'jsonencode'),
  yamlencode: (args) => tagged(args, 'yamlencode'),
  jsondecode: (args) => {
    const text = args.string(0);
    return text && jsonIn(text);
  },
  yamldecode: (args) => {
    const text = args.string(0);
    return text && !isUnknown(text) ? yamlIn(text) : undefined;
  },
  file: (args) => {
    const path = args.known(0);
    return path === undefined ? undefined : args.evaluator.fileContent(path);
  },
  templatefile: (args) => {
    const path = args.known(0);
    const content = path === undefined ? undefined : args.evaluator.fileContent(path);
    const variables = args.value(1);
    if (!content) return undefined;
    const bindings = new Map<string, SyntaxNode | undefined>();
    if (variables?.kind === 'object') for (const { key, value } of variables.properties) bindings.set(key.raw, value);
    return renderTemplate(args.evaluator, content, { document: content.document, bindings, policyVariables: false });
  },
  tolist: same,
  tomap: same,
  tostring: same,
  tonumber: same,
  tobool: same,
  nonsensitive: same,
  sensitive: same,
  abspath: same,
  pathexpand: same,
  toset: (args) => {
    const list = args.value(0);
    return list?.kind === 'array' ? { ...list, tag: 'toset' } : list;
  },
  sort: same,
  reverse: same,
  distinct: same,
  compact: same,
  concat: (args) => concat(args, 'concat'),
  setunion: (args) => concat(args, 'setunion'),
  flatten: (args) => {
    const list = args.value(0);
    if (list?.kind !== 'array') return undefined;
    return joined(
      args,
      list.items.map((value) => ({ value })),
      'flatten',
      list.open === true,
    );
  },
  merge,
  format,
  formatlist: (args) => {
    const pattern = args.string(0);
    const lists = args.call.args.slice(1).map((_, i) => args.value(i + 1));
    const list = lists.find((value) => value?.kind === 'array');
    if (!pattern || list?.kind !== 'array') return undefined;
    // One of a list of results cannot be written alone: where the call stands, a list is wanted.
    const items = list.items.map((_, row) => {
      const values = lists.map((value) => (value?.kind === 'array' ? value.items[row] : value));
      const item = formatted(args, pattern, values);
      return item && makeSynthetic(item, item.raw, undefined, item.masked);
    });
    if (items.some((item) => item === undefined)) return undefined;
    return madeList(args, items as StringNode[], 'formatlist', list.open === true);
  },
  join,
  split: (args) => {
    const [separator, text] = [args.known(0), args.known(1)];
    if (!separator || text === undefined) return undefined;
    const at = { document: args.scope.document, start: args.call.start, end: args.call.end };
    const items = text.split(separator).map((part) => makeSynthetic(at, part));
    return madeList(args, items, 'split');
  },
  element: (args) => {
    const [list, index] = [args.value(0), args.value(1)];
    if (list?.kind !== 'array' || list.open || index?.kind !== 'number' || list.items.length === 0) return undefined;
    return list.items[index.value % list.items.length];
  },
  one: (args) => {
    const list = args.value(0);
    return list?.kind === 'array' && !list.open && list.items.length === 1 ? list.items[0] : undefined;
  },
  lookup: (args) => {
    const [map, key] = [args.value(0), args.known(1)];
    if (map?.kind !== 'object' || key === undefined) return undefined;
    return property(map, key)?.value ?? (map.open ? undefined : args.value(2));
  },
  keys: (args) => {
    const map = args.value(0);
    if (map?.kind !== 'object') return undefined;
    const keys = map.properties.map(({ key }) => key);
    return madeList(args, keys, 'keys', map.open === true);
  },
  values: (args) => {
    const map = args.value(0);
    if (map?.kind !== 'object') return undefined;
    const values = map.properties.flatMap(({ value }) => value ?? []);
    return madeList(args, values, 'values', map.open === true);
  },
  // The first that is there: a literal is.
  coalesce: (args) => firstSure(args),
  coalescelist: (args) => {
    const list = args.value(0);
    return list?.kind === 'array' && !list.open && list.items.length > 0 ? list : undefined;
  },
  try: (args) => firstSure(args),
  zipmap: (args) => {
    const [keys, values] = [args.value(0), args.value(1)];
    if (keys?.kind !== 'array' || values?.kind !== 'array' || keys.open || values.open) return undefined;
    const members = keys.items.flatMap((key, i) =>
      key.kind === 'string' && values.items[i] ? [{ key, value: values.items[i] }] : [],
    );
    return members.length === values.items.length
      ? args.evaluator.objectNode(args.call, args.scope, members, false, 'zipmap')
      : undefined;
  },
  slice: (args) => {
    const [list, from, to] = [args.value(0), args.value(1), args.value(2)];
    if (list?.kind !== 'array' || list.open || from?.kind !== 'number' || to?.kind !== 'number') return undefined;
    const items = list.items.slice(from.value, to.value);
    return madeList(args, items, 'slice');
  },
  length: (args) => {
    const value = args.value(0);
    const known = value?.kind === 'string' ? literal(value)?.length : sizeOf(value);
    return known === undefined ? undefined : numberAt(value!, known);
  },
  lower: (args) => changed(args, (text) => text.toLowerCase()),
  upper: (args) => changed(args, (text) => text.toUpperCase()),
  trimspace: (args) => trimmed(args, (text) => [text.length - text.trimStart().length, text.trimEnd().length]),
  chomp: (args) => trimmed(args, (text) => [0, text.replace(/[\r\n]+$/, '').length]),
  trimprefix: (args) => {
    const prefix = args.known(1);
    return prefix === undefined
      ? undefined
      : trimmed(args, (text) => [text.startsWith(prefix) ? prefix.length : 0, text.length]);
  },
  trimsuffix: (args) => {
    const suffix = args.known(1);
    return suffix === undefined
      ? undefined
      : trimmed(args, (text) => [
          0,
          suffix !== '' && text.endsWith(suffix) ? text.length - suffix.length : text.length,
        ]);
  },
  replace,
};

function sizeOf(value: SyntaxNode | undefined): number | undefined {
  if (value?.kind === 'array') return value.open ? undefined : value.items.length;
  return value?.kind === 'object' && !value.open ? value.properties.length : undefined;
}

function tagged(args: Arguments, tag: string): SyntaxNode | undefined {
  const value = args.value(0);
  return value?.kind === 'object' || value?.kind === 'array' ? { ...value, tag } : undefined;
}

// ── collections ────────────────────────────────────────────────────────────────────────────────────────────────────────

function concat(args: Arguments, tag: string): SyntaxNode | undefined {
  const lists = args.all();
  return lists && joined(args, lists, tag, false);
}

function joined(args: Arguments, parts: readonly { value: SyntaxNode }[], tag: string, open: boolean): ArrayNode {
  const items: SyntaxNode[] = [];
  const spans: (Span | undefined)[] = [];
  let more = open;
  for (const { value } of parts) {
    if (value.kind !== 'array') {
      // A list that nobody knows; one in its place keeps what its expression tells.
      if (isUnknown(value)) more = true;
      items.push(value);
      spans.push(undefined);
      continue;
    }
    if (value.open) more = true;
    const inside =
      value.document === args.scope.document && value.start >= args.call.start && value.end <= args.call.end;
    value.items.forEach((item, i) => {
      items.push(item);
      spans.push(inside ? (value as Partial<HclArray>).spans?.[i] : undefined);
    });
  }
  return args.evaluator.array(args.call, args.scope, items, spans, more, tag);
}

/** A list that a function makes: its items stand nowhere in the call. */
function madeList(args: Arguments, items: readonly SyntaxNode[], tag: string, open = false): SyntaxNode {
  return args.evaluator.array(
    args.call,
    args.scope,
    items,
    items.map(() => undefined),
    open,
    tag,
  );
}

function merge(args: Arguments): SyntaxNode | undefined {
  const maps = args.all();
  if (!maps) return undefined;
  const members = new Map<string, Property>();
  let open = false;
  for (const { value } of maps) {
    if (value.kind === 'null') continue;
    if (value.kind !== 'object') {
      open = true;
      continue;
    }
    if (value.open) open = true;
    for (const member of value.properties) {
      // The later one holds; it takes the later place too.
      members.delete(member.key.raw);
      members.set(member.key.raw, placed(member, value, args));
    }
  }
  return args.evaluator.objectNode(args.call, args.scope, [...members.values()], open, 'merge');
}

/** A member of an argument that is typed in the call itself can be changed there. */
function placed(member: Property, holder: ObjectNode, args: Arguments): Property {
  const { span } = member as Partial<HclProperty>;
  const inside =
    holder.document === args.scope.document && holder.start >= args.call.start && holder.end <= args.call.end;
  return inside && span ? member : { key: member.key, value: member.value };
}

function firstSure(args: Arguments): SyntaxNode | undefined {
  const first = args.value(0);
  if (!first) return undefined;
  if (first.kind === 'object' || first.kind === 'array') return first.open ? undefined : first;
  const value = scalar(first);
  return value === undefined || value === '' ? undefined : first;
}

// ── strings ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Text that is put together of pieces, each knowing where it was typed. */
class Pieces {
  raw = '';
  readonly offsets: number[] = [];
  readonly masked: Hole[] = [];

  constructor(private readonly args: Arguments) {}

  /** A part of a string's decoded text. */
  part(node: StringNode, from: number, to: number): void {
    const { call, scope } = this.args;
    const inside = node.document === scope.document && node.start >= call.start && node.end <= call.end;
    for (let at = from; at < to; at++) this.offsets.push(inside ? sourceOffset(node, at) : call.start);
    this.raw += node.raw.slice(from, to);
    let index = 0;
    for (let at = 0; at < to; at++) {
      if (node.raw[at] !== MASK_FIRST) continue;
      const hole = node.masked?.[index++];
      if (at >= from) this.masked.push(hole ?? { expression: '…' });
    }
  }

  /** Any value, standing at one place. */
  value(value: SyntaxNode, at: number): boolean {
    const unknown = unknownHole(value);
    if (unknown) {
      this.hole(unknown, at);
      return true;
    }
    const raw =
      value.kind === 'string'
        ? value.raw
        : value.kind === 'number' || value.kind === 'boolean'
          ? value.source
          : undefined;
    if (raw === undefined) return false;
    this.raw += raw;
    for (let i = 0; i < raw.length; i++) this.offsets.push(at);
    if (value.kind === 'string') this.masked.push(...(value.masked ?? []));
    return true;
  }

  hole(hole: Hole, at: number): void {
    const run = mask(Math.max(2, hole.expression.length));
    this.raw += run;
    for (let i = 0; i < run.length; i++) this.offsets.push(at);
    this.masked.push(hole);
  }

  done(): StringNode {
    const { evaluator, call, scope } = this.args;
    return evaluator.computed(call, scope, this.raw, this.masked, [...this.offsets, call.end]);
  }
}

function format(args: Arguments): SyntaxNode | undefined {
  const pattern = args.string(0);
  const rest = args.all()?.slice(1);
  return (
    pattern &&
    rest &&
    formatted(
      args,
      pattern,
      rest.map(({ value }) => value),
    )
  );
}

function formatted(
  args: Arguments,
  pattern: StringNode,
  values: readonly (SyntaxNode | undefined)[],
): StringNode | undefined {
  if (isUnknown(pattern)) return undefined;
  const pieces = new Pieces(args);
  let at = 0;
  let next = 0;
  for (const verb of pattern.raw.matchAll(/%(?:\[(\d+)\])?([%svdq])/g)) {
    pieces.part(pattern, at, verb.index);
    at = verb.index + verb[0].length;
    if (verb[2] === '%') {
      pieces.part(pattern, verb.index, verb.index + 1);
      continue;
    }
    if (verb[1] !== undefined) next = Number(verb[1]) - 1;
    const value = values[next++];
    const inside = pattern.document === args.scope.document && pattern.start >= args.call.start;
    const place = inside ? sourceOffset(pattern, verb.index) : args.call.start;
    if (verb[2] === 'q' || !value || !pieces.value(value, place)) pieces.hole({ expression: verb[0] }, place);
  }
  pieces.part(pattern, at, pattern.raw.length);
  return pieces.done();
}

function join(args: Arguments): SyntaxNode | undefined {
  const [separator, list] = [args.known(0), args.value(1)];
  if (separator === undefined || list?.kind !== 'array' || list.open) return undefined;
  const pieces = new Pieces(args);
  for (const [i, item] of list.items.entries()) {
    if (i > 0) {
      pieces.raw += separator;
      for (let k = 0; k < separator.length; k++)
        pieces.offsets.push(item.document === args.scope.document ? item.start : args.call.start);
    }
    if (item.kind === 'string' && !isUnknown(item)) pieces.part(item, 0, item.raw.length);
    else if (!pieces.value(item, args.call.start)) return undefined;
  }
  return pieces.done();
}

/** A part of a string that is known to its last character. */
function trimmed(args: Arguments, range: (text: string) => [number, number]): SyntaxNode | undefined {
  const node = args.string(0);
  if (!node || isUnknown(node)) return undefined;
  const [from, to] = range(node.raw);
  const pieces = new Pieces(args);
  pieces.part(node, from, Math.max(from, to));
  return pieces.done();
}

function changed(args: Arguments, change: (text: string) => string): SyntaxNode | undefined {
  const text = args.known(0);
  return text === undefined ? undefined : args.evaluator.computed(args.call, args.scope, change(text), []);
}

function replace(args: Arguments): SyntaxNode | undefined {
  const [node, pattern, by] = [args.string(0), args.known(1), args.known(2)];
  if (!node || isUnknown(node) || pattern === undefined || by === undefined || pattern === '') return undefined;
  // `/…/` is a regular expression of another dialect: only the one that everybody writes is understood.
  if (pattern.length > 1 && pattern.startsWith('/') && pattern.endsWith('/')) {
    if (by !== '' || !/^\/\^?\(?\.\*(?:oidc-)?provider\/\)?\/$/.test(pattern)) return undefined;
    const found = node.raw.lastIndexOf('provider/');
    return trimmed(args, (text) => [found < 0 ? 0 : found + 'provider/'.length, text.length]);
  }
  if (by === '') {
    const found = node.raw.indexOf(pattern);
    if (found < 0) return node;
    const pieces = new Pieces(args);
    let at = 0;
    for (let next = found; next >= 0; next = node.raw.indexOf(pattern, at)) {
      pieces.part(node, at, next);
      at = next + pattern.length;
    }
    pieces.part(node, at, node.raw.length);
    return pieces.done();
  }
  return changed(args, (text) => text.replaceAll(pattern, by));
}

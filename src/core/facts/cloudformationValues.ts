import { embedJson, encodeInto, maskedHoles } from '../syntax/embed.js';
import { type Hole, literalOf, mask, onlyHole, split, type Text, textOf } from '../syntax/text.js';
import {
  type ArrayNode,
  get,
  literal,
  type ObjectNode,
  type Property,
  type StringNode,
  type SyntaxNode,
  sourceEnd,
  sourceOffset,
  wordOf,
} from '../syntax/tree.js';

/** `!Ref X`, `{"Ref": "X"}`: its function's name without `Fn::`, its argument, and the span of the whole. */
interface Intrinsic {
  readonly name: string;
  readonly argument: SyntaxNode;
  readonly outer: { readonly start: number; readonly end: number };
}

const FUNCTIONS = new Set([
  'Ref',
  'Sub',
  'GetAtt',
  'Join',
  'If',
  'FindInMap',
  'ImportValue',
  'Select',
  'Split',
  'Base64',
  'Cidr',
  'GetAZs',
  'Length',
  'ToJsonString',
  'Transform',
  'And',
  'Or',
  'Not',
  'Equals',
  'Condition',
]);
const NO_VALUE = 'AWS::NoValue';
/** `${aws:PrincipalTag/x}`, `${*}`: IAM's own variables, which `Fn::Sub` takes as `${!aws:…}` only. */
const IAM_VARIABLE = /^(?:[a-z][\w.-]*(?:\/[\w.-]+)*:[^:\s].*|[*?$])$/;

/**
 * The values of one template with its intrinsic functions resolved: trees like the source's own, whose strings have holes
 * where CloudFormation would put something in. Nodes keep their places, so that findings and edits stand on what was typed.
 */
export class TemplateValues {
  readonly #resolved = new Map<SyntaxNode, SyntaxNode>();
  readonly #underWay = new Set<SyntaxNode>();

  constructor(
    private readonly template: ObjectNode,
    private readonly file: string,
  ) {}

  address(logicalId: string): string {
    return `cfn:${this.file}#${logicalId}`;
  }

  resolve(node: SyntaxNode): SyntaxNode {
    const known = this.#resolved.get(node);
    if (known) return known;
    // An alias inside its own anchor: such a tree has no end.
    if (this.#underWay.has(node)) return node;
    this.#underWay.add(node);
    const result = this.#resolve(node);
    this.#underWay.delete(node);
    this.#resolved.set(node, result);
    return result;
  }

  #resolve(node: SyntaxNode): SyntaxNode {
    const intrinsic = intrinsicOf(node);
    if (intrinsic) return this.#call(intrinsic, node);
    if (node.kind === 'object') return this.#object(node);
    if (node.kind === 'array') return this.#array(node);
    return node;
  }

  #object(node: ObjectNode): ObjectNode {
    let changed = false;
    let open = node.open;
    const properties: Property[] = [];
    for (const property of node.properties) {
      // `Fn::ForEach::Name`, `Fn::Transform` among other keys: more keys come out of it.
      if (property.key.raw.startsWith('Fn::')) {
        open = true;
        changed = true;
      } else if (property.value && isNoValue(property.value)) {
        changed = true;
      } else {
        const value = property.value && this.resolve(property.value);
        if (value !== property.value) changed = true;
        properties.push(value === property.value ? property : { key: property.key, value });
      }
    }
    if (!changed) return node;
    const result: ObjectNode = { ...node, properties, ...(open ? { open } : {}) };
    for (const { value } of properties) adopt(value, result, node);
    return result;
  }

  #array(node: ArrayNode): ArrayNode {
    let changed = false;
    let open = node.open;
    const items = node.items.flatMap((item) => {
      if (isNoValue(item)) {
        changed = true;
        return [];
      }
      const branches = branchesOf(item);
      if (branches) {
        changed = true;
        open = true;
        // Each branch may be there: what is wrong in one is wrong, and what is missing may be in the other.
        return branches.filter((branch) => !isNoValue(branch)).map((branch) => this.resolve(branch));
      }
      const value = this.resolve(item);
      if (value !== item) changed = true;
      if (value.kind === 'array' && value.open && value.items.length === 0) open = true;
      return [value];
    });
    if (!changed) return node;
    const result: ArrayNode = { ...node, items, ...(open ? { open } : {}) };
    for (const item of items) adopt(item, result, node);
    return result;
  }

  #call(intrinsic: Intrinsic, node: SyntaxNode): SyntaxNode {
    const { name, argument, outer } = intrinsic;
    const items = argument.kind === 'array' ? argument.items : [];
    const expression = (text: Text) => expressionNode(node, outer, text);
    switch (name) {
      case 'Ref':
        return expression(this.#reference(wordOf(argument) ?? ''));
      case 'GetAtt':
        return this.#attribute(argument, expression);
      case 'Sub':
        return this.#substitute(argument, outer) ?? expression([{ expression: 'Fn::Sub' }]);
      case 'Join':
        return this.#join(items, node, outer) ?? expression([{ expression: 'Fn::Join' }]);
      case 'If':
        return this.#choose(items, expression);
      case 'FindInMap':
        return this.#look(items, expression);
      case 'Select':
        return this.#select(items, expression);
      case 'Split':
        return { kind: 'array', document: node.document, ...outer, items: [], style: 'flow', open: true };
      case 'ImportValue':
        return expression([importHole(this.#textOf(argument))]);
      case 'ToJsonString': {
        const value = this.resolve(argument);
        return value.kind === 'object' || value.kind === 'array' ? { ...value, outer } : value;
      }
      default:
        return expression([{ expression: `Fn::${name}` }]);
    }
  }

  /** What `Ref` and `${X}` give. */
  #reference(name: string): Text {
    const type = this.#typeOf(name);
    if (type === 'AWS::IAM::OIDCProvider') return this.#providerArn(name);
    const attribute = type === undefined ? undefined : (REFERENCES[type] ?? 'id');
    return [{ expression: name, address: this.address(name), ...(attribute ? { attribute } : {}) }];
  }

  #typeOf(logicalId: string): string | undefined {
    return wordOf(get(this.template, 'Resources', logicalId, 'Type'));
  }

  /** A provider's ARN is made of its URL, so that the issuer is known where the URL is. */
  #providerArn(logicalId: string): Text {
    const whole: Hole = { expression: logicalId, address: this.address(logicalId), attribute: 'arn' };
    const property = get(this.template, 'Resources', logicalId, 'Properties', 'Url');
    const url = property ? this.#textOf(property) : undefined;
    const literalUrl = url && literalOf(url);
    if (literalUrl === undefined || !/^https:\/\/\S/.test(literalUrl)) return [whole];
    return [
      'arn:',
      { expression: 'AWS::Partition', address: this.address('AWS::Partition') },
      ':iam::',
      { expression: 'AWS::AccountId', address: this.address('AWS::AccountId') },
      `:oidc-provider/${literalUrl.slice('https://'.length)}`,
    ];
  }

  #attribute(argument: SyntaxNode, expression: (text: Text) => StringNode): SyntaxNode {
    const path =
      argument.kind === 'array'
        ? argument.items.map((item) => wordOf(item) ?? '…').join('.')
        : (wordOf(argument) ?? '');
    const value = this.#cdkJson(path);
    return value ?? expression(this.#attributeOf(path));
  }

  #attributeOf(path: string): Text {
    const dot = path.indexOf('.');
    if (dot < 0) return [{ expression: path }];
    const [logicalId, name] = [path.slice(0, dot), path.slice(dot + 1)];
    if (name === 'Arn' && this.#typeOf(logicalId) === 'AWS::IAM::OIDCProvider') return this.#providerArn(logicalId);
    return [{ expression: path, address: this.address(logicalId), attribute: ATTRIBUTES[name] ?? name }];
  }

  /** CDK writes conditions whose keys are not literal as a resource that gives its JSON back. */
  #cdkJson(path: string): SyntaxNode | undefined {
    const [logicalId, name, ...rest] = path.split('.');
    if (name !== 'Value' || rest.length > 0 || this.#typeOf(logicalId!) !== 'Custom::AWSCDKCfnJson') return undefined;
    const value = get(this.template, 'Resources', logicalId!, 'Properties', 'Value');
    const text = value && this.resolve(value);
    return text?.kind === 'string' ? embeddedObject(text) : undefined;
  }

  #substitute(argument: SyntaxNode, outer: Intrinsic['outer']): StringNode | undefined {
    const source = argument.kind === 'array' ? argument.items[0] : argument;
    const variables = argument.kind === 'array' ? objectOf(argument.items[1]) : undefined;
    if (source?.kind !== 'string') return undefined;
    return substituted(source, outer, (name) => {
      const own = get(variables, name);
      if (own) return soleHole(this.#textOf(own), name);
      const text = name.includes('.') ? this.#attributeOf(name) : this.#reference(name);
      return onlyHole(text) ?? { expression: name, address: this.address(name), attribute: 'arn' };
    });
  }

  #join(items: readonly SyntaxNode[], node: SyntaxNode, outer: Intrinsic['outer']): StringNode | undefined {
    const delimiter = wordOf(items[0]);
    const list = items[1];
    if (delimiter === undefined || list?.kind !== 'array' || intrinsicOf(list)) return undefined;
    const pieces = this.#array(list);
    return joined(pieces, delimiter, node, outer);
  }

  #choose(items: readonly SyntaxNode[], expression: (text: Text) => StringNode): SyntaxNode {
    const [condition, yes, no] = items;
    if (yes && no) {
      const one = this.resolve(yes);
      const other = literal(this.resolve(no));
      if (other !== undefined && literal(one) === other) return one;
    }
    return expression([{ expression: `Fn::If ${wordOf(condition) ?? ''}`.trim() }]);
  }

  #look(items: readonly SyntaxNode[], expression: (text: Text) => StringNode): SyntaxNode {
    const keys = items.slice(0, 3).map((item) => literal(this.resolve(item)));
    const [map, first, second] = keys;
    if (map !== undefined && first !== undefined && second !== undefined) {
      const found = get(this.template, 'Mappings', map, first, second);
      const text = found && this.#textOf(found);
      if (text) return expression(text);
    }
    return expression([{ expression: `Fn::FindInMap ${keys.map((key) => key ?? '…').join('.')}` }]);
  }

  #select(items: readonly SyntaxNode[], expression: (text: Text) => StringNode): SyntaxNode {
    const index = Number(items[0]?.kind === 'number' ? items[0].value : (wordOf(items[0]) ?? Number.NaN));
    const list = items[1];
    const splitting = list && intrinsicOf(list);
    if (list?.kind === 'array' && !splitting) {
      const item = list.items[index];
      const text = item && this.#textOf(item);
      return expression(text ?? [{ expression: 'Fn::Select' }]);
    }
    if (splitting?.name === 'Split' && splitting.argument.kind === 'array') {
      const [by, source] = splitting.argument.items;
      return expression(selected(source && this.#textOf(source), wordOf(by), index));
    }
    return expression([{ expression: 'Fn::Select' }]);
  }

  /** A scalar's text; undefined for collections. */
  #textOf(node: SyntaxNode): Text | undefined {
    const value = this.resolve(node);
    if (value.kind === 'string') return value.text;
    return value.kind === 'number' || value.kind === 'boolean' ? [value.source] : undefined;
  }
}

/** What `Ref` gives for the types whose attribute has a name of its own here. */
const REFERENCES: Readonly<Record<string, string>> = {
  'AWS::IAM::Role': 'name',
  'AWS::IAM::ManagedPolicy': 'arn',
  'AWS::IAM::Policy': 'name',
  'AWS::EKS::Cluster': 'name',
};
const ATTRIBUTES: Readonly<Record<string, string>> = { Arn: 'arn', OpenIdConnectIssuerUrl: 'url', RoleName: 'name' };

export function intrinsicOf(node: SyntaxNode): Intrinsic | undefined {
  if ((node.kind === 'string' || node.kind === 'object' || node.kind === 'array') && node.tag?.startsWith('!')) {
    const name = node.tag.slice(1);
    if (!FUNCTIONS.has(name)) return undefined;
    const start = node.document.text.lastIndexOf(node.tag, node.start);
    return { name, argument: node, outer: { start: start < 0 ? node.start : start, end: node.end } };
  }
  if (node.kind !== 'object' || node.properties.length !== 1) return undefined;
  const { key, value } = node.properties[0]!;
  const name = key.raw === 'Ref' ? 'Ref' : key.raw.startsWith('Fn::') ? key.raw.slice(4) : undefined;
  if (name === undefined || !FUNCTIONS.has(name) || !value) return undefined;
  return { name, argument: value, outer: { start: node.start, end: node.end } };
}

function isNoValue(node: SyntaxNode): boolean {
  const intrinsic = intrinsicOf(node);
  return intrinsic?.name === 'Ref' && wordOf(intrinsic.argument) === NO_VALUE;
}

/** The two values of an `Fn::If`. */
export function branchesOf(node: SyntaxNode): readonly SyntaxNode[] | undefined {
  const intrinsic = intrinsicOf(node);
  if (intrinsic?.name !== 'If' || intrinsic.argument.kind !== 'array') return undefined;
  return intrinsic.argument.items.slice(1, 3);
}

/** Nodes that were made here get the holder made here; the source's own keep theirs. */
function adopt(node: SyntaxNode | undefined, holder: ObjectNode | ArrayNode, source: SyntaxNode): void {
  if (node && node.parent !== source) node.parent = holder;
}

function objectOf(node: SyntaxNode | undefined): ObjectNode | undefined {
  return node?.kind === 'object' ? node : undefined;
}

function embeddedObject(node: StringNode): ObjectNode | undefined {
  return objectOf(embedJson(node));
}

/** A hole that stands for a text of one hole, or for one that is made of several parts. */
function soleHole(text: Text | undefined, name: string): Hole {
  return (text && onlyHole(text)) ?? { expression: name };
}

function importHole(name: Text | undefined): Hole {
  const known = name && literalOf(name);
  const shown = name?.map((part) => (typeof part === 'string' ? part : part.expression)).join('') ?? '';
  return {
    expression: `Fn::ImportValue ${shown}`.trim(),
    ...(known === undefined ? {} : { address: `cfn-export:${known}` }),
  };
}

/** `Fn::Select` of an `Fn::Split`: mostly an issuer without its scheme, or the end of a provider's ARN. */
function selected(source: Text | undefined, by: string | undefined, index: number): Text {
  if (!source || by === undefined || by === '') return [{ expression: 'Fn::Select' }];
  const pieces = split(source, by);
  if (literalOf(source) !== undefined) return pieces[index] ?? [];
  // A hole may hold separators of its own: what stands behind one is not known by counting.
  const before = pieces.slice(0, index + 1);
  if (pieces.length > index && before.every((piece) => literalOf(piece) !== undefined)) return pieces[index]!;
  const last = pieces.length > 1 && pieces.length - 1 === index ? pieces[index] : undefined;
  if (last && literalOf(last) !== undefined) return last;
  const hole = source.find((part): part is Hole => typeof part === 'object')!;
  const issuer = index === 1 && /(?:\/\/|oidc-provider\/)$/.test(by);
  return [
    {
      // Named otherwise than the whole: that one has a scheme, this may have lost it.
      expression: `Fn::Select ${index} ${hole.expression}`,
      ...(hole.address !== undefined && onlyHole(source)
        ? { address: hole.address, attribute: issuer ? 'issuer' : `${hole.attribute ?? ''}[${by}][${index}]` }
        : {}),
    },
  ];
}

/** A value that something else in the template gives; an edit replaces all of it. */
function expressionNode(node: SyntaxNode, outer: Intrinsic['outer'], text: Text): StringNode {
  const holes: Hole[] = [];
  let raw = '';
  for (const part of text) {
    if (typeof part === 'string') raw += part;
    else {
      holes.push(part);
      raw += mask(3);
    }
  }
  return {
    kind: 'string',
    document: node.document,
    start: outer.start,
    end: outer.end,
    text,
    raw,
    style: 'expression',
    masked: holes,
    offsets: [...Array.from(raw, () => outer.start), outer.end],
    ends: [outer.start, ...Array.from(raw, () => outer.end)],
    contentStart: outer.start,
  };
}

const PART = /\$\{(!?)\s*([^{}\n]*?)\s*\}/g;

/** The string under `Fn::Sub`: `${X}` becomes a hole, `${!X}` stands for `${X}`. */
function substituted(source: StringNode, outer: Intrinsic['outer'], holeFor: (name: string) => Hole): StringNode {
  const earlier = maskedHoles(source);
  const masked: Hole[] = [];
  const offsets: number[] = [];
  let raw = '';
  const copy = (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      offsets.push(sourceOffset(source, at));
      const hole = earlier.get(at);
      if (hole) masked.push(hole);
    }
    raw += source.raw.slice(from, to);
  };
  let at = 0;
  for (const found of source.raw.matchAll(PART)) {
    const end = found.index + found[0].length;
    const name = found[2]!;
    copy(at, found.index);
    at = end;
    if (found[1] === '!') {
      copy(found.index, found.index + 2);
      copy(found.index + 3, end);
    } else if (name === '' || IAM_VARIABLE.test(name)) {
      copy(found.index, end);
    } else {
      for (let i = found.index; i < end; i++) offsets.push(sourceOffset(source, i));
      raw += mask(end - found.index);
      masked.push(holeFor(name));
    }
  }
  copy(at, source.raw.length);
  offsets.push(sourceOffset(source, source.raw.length));
  let next = 0;
  return {
    kind: 'string',
    document: source.document,
    start: source.start,
    end: source.end,
    text: textOf(raw, () => masked[next++] ?? '…'),
    raw,
    style: source.style,
    tag: source.tag,
    masked,
    offsets,
    contentStart: source.contentStart,
    outer,
    encode: (text, offset) => encodeInto(source, escapeVariables(text), offset),
  };
}

/** IAM's `${aws:…}` must be `${!aws:…}` under `Fn::Sub`. */
function escapeVariables(text: string): string {
  return text.replace(/\$\{([^{}!][^{}]*)\}/g, (whole, name: string) =>
    IAM_VARIABLE.test(name) ? `\${!${name}}` : whole,
  );
}

/** The string that `Fn::Join` makes: each character knows the piece it stands in. */
function joined(
  pieces: ArrayNode,
  delimiter: string,
  node: SyntaxNode,
  outer: Intrinsic['outer'],
): StringNode | undefined {
  const masked: Hole[] = [];
  const offsets: number[] = [];
  const ends: number[] = [];
  const owners: { readonly from: number; readonly piece: StringNode }[] = [];
  let raw = '';
  let behind = outer.start;
  const push = (text: string, start: number, end: number) => {
    for (let i = 0; i < text.length; i++) {
      offsets.push(start);
      ends.push(end);
    }
    raw += text;
  };
  for (const [index, piece] of pieces.items.entries()) {
    if (index > 0) push(delimiter, behind, behind);
    if (piece.kind === 'number' || piece.kind === 'boolean') push(piece.source, piece.start, piece.end);
    else if (piece.kind !== 'string') return undefined;
    else {
      const earlier = maskedHoles(piece);
      owners.push({ from: raw.length, piece });
      for (let at = 0; at < piece.raw.length; at++) {
        const hole = earlier.get(at);
        if (hole) masked.push(hole);
        push(piece.raw[at]!, sourceOffset(piece, at), sourceEnd(piece, at + 1));
      }
    }
    behind = ends.at(-1) ?? outer.start;
  }
  if (pieces.open) {
    masked.push({ expression: 'Fn::Join' });
    push(mask(3), behind, behind);
  }
  offsets.push(ends.at(-1) ?? outer.end);
  let next = 0;
  return {
    kind: 'string',
    document: node.document,
    start: outer.start,
    end: outer.end,
    text: textOf(raw, () => masked[next++] ?? '…'),
    raw,
    style: 'expression',
    masked,
    offsets,
    ends: [offsets[0]!, ...ends],
    contentStart: offsets[0]!,
    encode: (text, at) => {
      const owner = owners.findLast(({ from }) => from <= at) ?? owners[0];
      return owner ? encodeInto(owner.piece, text, at - owner.from) : text;
    },
  };
}

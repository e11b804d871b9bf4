/**
 * A string of which some parts may be unknown: Terraform `${…}`, CloudFormation intrinsics, Helm `{{…}}`, shell `$X`,
 * placeholders such as `<ACCOUNT_ID>`. The literal parts round a hole still count.
 */
export type Text = readonly (string | Hole)[];

/** A part of a string that the file does not say. */
export interface Hole {
  /** The source expression, as typed: `var.namespace`, `AWS::AccountId`, `.Values.name`, `<ACCOUNT_ID>`. */
  readonly expression: string;
  /**
   * Where the value would come from, if that is something of the workspace: a resource's address, unique in the workspace,
   * as in `tf:infra#aws_iam_role.cart`, `cfn:infra/roles.yaml#CartRole`. Two holes with one address are one value.
   */
  readonly address?: string;
  /** Which output of that thing: `arn`, `name`, `id`, `url`, … */
  readonly attribute?: string;
}

export const EMPTY: Text = [];

export function literalText(value: string): Text {
  return value === '' ? EMPTY : [value];
}

/** The string itself when every part is known, else undefined. */
export function literalOf(text: Text): string | undefined {
  if (text.length === 0) return '';
  if (text.length === 1) {
    const only = text[0]!;
    return typeof only === 'string' ? only : undefined;
  }
  return text.every((part) => typeof part === 'string') ? text.join('') : undefined;
}

export function hasHole(text: Text): boolean {
  return text.some((part) => typeof part !== 'string');
}

/** The hole when the text is nothing else, as in a bare reference. */
export function onlyHole(text: Text): Hole | undefined {
  const only = text.length === 1 ? text[0] : undefined;
  return typeof only === 'object' ? only : undefined;
}

/** The text for a person: holes as `${expression}`, placeholders as they were typed. */
export function display(text: Text): string {
  return text
    .map((part) =>
      typeof part === 'string' ? part : isPlaceholder(part.expression) ? part.expression : `\${${part.expression}}`,
    )
    .join('');
}

export function concat(...texts: readonly Text[]): Text {
  const parts: (string | Hole)[] = [];
  for (const part of texts.flat()) {
    const last = parts.length - 1;
    if (typeof part === 'string' && typeof parts[last] === 'string') parts[last] += part;
    else if (part !== '') parts.push(part);
  }
  return parts;
}

/** Splits at a separator that stands in a literal part; a hole never holds one as far as we know. */
export function split(text: Text, separator: string): Text[] {
  const pieces: (string | Hole)[][] = [[]];
  for (const part of text) {
    if (typeof part !== 'string') {
      pieces[pieces.length - 1]!.push(part);
      continue;
    }
    part.split(separator).forEach((piece, i) => {
      if (i > 0) pieces.push([]);
      if (piece !== '') pieces[pieces.length - 1]!.push(piece);
    });
  }
  return pieces;
}

export type Ternary = 'yes' | 'no' | 'maybe';

/** Are the two the same string? Holes of one expression and address are the same only when they have an address. */
export function sameText(a: Text, b: Text): Ternary {
  const left = literalOf(a);
  const right = literalOf(b);
  if (left !== undefined && right !== undefined) return left === right ? 'yes' : 'no';
  if (a.length === b.length && a.every((part, i) => samePart(part, b[i]!))) return 'yes';
  return overlaps(a, b) ? 'maybe' : 'no';
}

function samePart(a: string | Hole, b: string | Hole): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.address !== undefined && a.address === b.address && a.attribute === b.attribute;
}

/** Could both be one string, a hole standing for any characters? Exact for one hole a side, else by the literal ends. */
function overlaps(a: Text, b: Text): boolean {
  const left = literalOf(a);
  const right = literalOf(b);
  if (left !== undefined) return fits(b, left);
  if (right !== undefined) return fits(a, right);
  const headA = typeof a[0] === 'string' ? a[0] : '';
  const headB = typeof b[0] === 'string' ? b[0] : '';
  const lastA = a[a.length - 1];
  const lastB = b[b.length - 1];
  const tailA = typeof lastA === 'string' ? lastA : '';
  const tailB = typeof lastB === 'string' ? lastB : '';
  return (headA.startsWith(headB) || headB.startsWith(headA)) && (tailA.endsWith(tailB) || tailB.endsWith(tailA));
}

/** Can the holes be filled so that the text is `value`? */
export function fits(text: Text, value: string): boolean {
  let at = 0;
  let open = false;
  for (let i = 0; i < text.length; i++) {
    const part = text[i]!;
    if (typeof part !== 'string') {
      open = true;
      continue;
    }
    if (!open) {
      if (!value.startsWith(part, at)) return false;
      at += part.length;
    } else if (i === text.length - 1) {
      return value.length - part.length >= at && value.endsWith(part);
    } else {
      const found = value.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    open = false;
  }
  return open || at === value.length;
}

// Source text that stands for something unknown is masked by as many characters of Unicode's private use area before it is
// parsed, so that offsets stay and a parser sees an ordinary word. The first character of each is another one, so that two
// holes side by side stay two.
export const MASK_FIRST = '\uE000';
export const MASK_REST = '\uE001';
const MASKED = /\uE000\uE001*/g;

export function mask(length: number): string {
  return length <= 0 ? '' : MASK_FIRST + MASK_REST.repeat(length - 1);
}

export function isMasked(value: string): boolean {
  return value.includes(MASK_FIRST);
}

/**
 * Makes a Text of a decoded string: masked runs and placeholders become holes.
 * @param expressionAt the source expression behind the masked run `value[start, end)`; it gets decoded offsets.
 */
export function textOf(value: string, expressionAt?: (start: number, end: number) => string | Hole): Text {
  if (!value.includes(MASK_FIRST)) return withPlaceholders(value);
  const parts: (string | Hole)[] = [];
  let at = 0;
  for (const found of value.matchAll(MASKED)) {
    if (found.index > at) parts.push(...withPlaceholders(value.slice(at, found.index)));
    const end = found.index + found[0].length;
    const source = expressionAt?.(found.index, end) ?? '…';
    parts.push(typeof source === 'string' ? { expression: source } : source);
    at = end;
  }
  if (at < value.length) parts.push(...withPlaceholders(value.slice(at)));
  return parts;
}

// What a template leaves to be filled in: `<ACCOUNT_ID>`, `${Account}`, `$ACCOUNT`, `$account_id`, `{account}`, `YOUR-CLUSTER`, `MY_ROLE`,
// `[namespace]`, `%NAME%`, `%s`, `__NAME__`, `@NAME@`, `#{Name}`, `XXXX`, `******`, `replace-me`, the documentation's
// `account-id`, and words of capitals and underscores or `...` that stand as a whole part between separators.
// `${aws:…}` is an IAM variable, no placeholder.
const EDGE = String.raw`[\s:/.@,"'=]`;
const PLACEHOLDER = new RegExp(
  [
    String.raw`<[^<>\s](?:[^<>\n]{0,78}[^<>\s])?>`,
    String.raw`\$\{(?![A-Za-z][\w.-]*(?:\/[\w.-]+)*:[^:\s]|[*?$]\})[^{}\n]*\}`,
    String.raw`\$\(?[A-Za-z_]\w*\)?`,
    String.raw`(?<!\$)\{[A-Za-z_][\w.-]{0,60}\}`,
    String.raw`\*{6,}|(?<=^|[:/])(?:\.{3}|…)(?=$|[:/])`,
    `(?<=^|${EDGE})(?:[Rr]eplace|[Cc]hange)[_-]?[Mm]e(?=$|${EDGE})`,
    String.raw`(?<![A-Za-z0-9])(?:YOUR|your|Your)[_-][A-Za-z0-9_-]+`,
    String.raw`(?<![A-Za-z0-9_])MY_[A-Z0-9_]+`,
    String.raw`(?<=[:/])\[(?![A-Za-z0-9]-[A-Za-z0-9])[A-Za-z][A-Za-z0-9_-]{2,40}\]`,
    String.raw`%(?:\[\d+\]|\d+\$|\([A-Za-z_][\w.]*\))?[sdvq](?![A-Za-z0-9])`,
    String.raw`%[A-Z][A-Z_]+%|(?<![A-Za-z0-9])__[A-Z][A-Z0-9_]*__(?![A-Za-z0-9])|@@?[A-Z][A-Z0-9_]+@@?|#\{[^{}\n]+\}#?`,
    '(?<=:)(?:aws[_-])?account[_-]?id(?=:)',
    String.raw`(?<![A-Za-z0-9])[Xx]{3,}(?![A-Za-z0-9])|X{4,}`,
    String.raw`(?<=^|${EDGE})(?:[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*_[A-Z0-9_]*|[A-Z]{2,}(?:-[A-Z]{2,})*)(?=$|${EDGE})`,
  ].join('|'),
  'g',
);
/** Each of the forms above holds one of these; most strings hold none. */
const PLACEHOLDER_HINT =
  /[<$]|[:/]\[|#\{|[%@][A-Z]|%[[(sdvq\d]|_[A-Z]|account[_-]?id|\{[A-Za-z_]|\*{6}|\.{3}|…|[Rr]eplace|[Cc]hange|[A-Z0-9]_|[A-Z]{2}|[Xx]{3}|[Yy]our[_-]/;
const HEXADECIMAL = /^[0-9A-F]+$/;
/** Claims at the end of a condition key, which no one compares by case. */
const CLAIM_AT_END = /:(?:SUB|AUD)$/;

export function isPlaceholder(expression: string): boolean {
  const parts = withPlaceholders(expression);
  return parts.length === 1 && typeof parts[0] === 'object' && !expression.startsWith('${');
}

function withPlaceholders(value: string): Text {
  if (value === '') return EMPTY;
  if (!PLACEHOLDER_HINT.test(value)) return [value];
  const parts: (string | Hole)[] = [];
  let at = 0;
  for (const found of value.matchAll(PLACEHOLDER)) {
    const word = found[0];
    if (HEXADECIMAL.test(word)) continue;
    if (found.index + word.length === value.length && CLAIM_AT_END.test(value)) continue;
    if (found.index > at) parts.push(value.slice(at, found.index));
    parts.push({ expression: word.startsWith('${') ? word.slice(2, -1) : word });
    at = found.index + word.length;
  }
  if (parts.length === 0) return [value];
  if (at < value.length) parts.push(value.slice(at));
  return parts;
}

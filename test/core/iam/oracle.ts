/**
 * IAM's rules for trust policies, written down once more: plainly, slowly, on plain JSON, for requests of which everything is
 * known. Shares nothing with the product.
 */
export interface OracleRequest {
  /** The requester: a federated provider's ARN or a service. */
  readonly principal: { readonly Federated: string } | { readonly Service: string };
  readonly actions: readonly string[];
  /** Keys in lower case; a key that is not here, or has no values, is absent. */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

export function oracle(policy: JsonObject, request: OracleRequest): 'allowed' | 'denied' {
  for (const action of request.actions) if (!allows(policy, request, action)) return 'denied';
  return 'allowed';
}

function allows(policy: JsonObject, request: OracleRequest, action: string): boolean {
  let allowed = false;
  for (const statement of list(policy.Statement) as JsonObject[]) {
    if (!applies(policy, statement, request, action)) continue;
    if (statement.Effect === 'Deny') return false;
    if (statement.Effect === 'Allow') allowed = true;
  }
  return allowed;
}

function applies(policy: JsonObject, statement: JsonObject, request: OracleRequest, action: string): boolean {
  if (!('Principal' in statement) && !('NotPrincipal' in statement)) return false;
  if ('Principal' in statement && !meansRequester(statement.Principal!, request)) return false;
  if ('NotPrincipal' in statement && meansRequester(statement.NotPrincipal!, request)) return false;
  if (!('Action' in statement) && !('NotAction' in statement)) return false;
  const isOneOf = (patterns: Json) => list(patterns).some((p) => regexOf(String(p), true).test(action));
  if ('Action' in statement && !isOneOf(statement.Action!)) return false;
  if ('NotAction' in statement && isOneOf(statement.NotAction!)) return false;
  const conditions = (statement.Condition ?? {}) as { [operator: string]: { [key: string]: Json } };
  for (const [operator, block] of Object.entries(conditions)) {
    for (const [key, values] of Object.entries(block)) {
      if (
        !holds(
          operator,
          request.context[key.toLowerCase()] ?? [],
          list(values),
          policy.Version === '2012-10-17',
          request,
        )
      )
        return false;
    }
  }
  return true;
}

function meansRequester(principal: Json, request: OracleRequest): boolean {
  if (principal === '*') return true;
  if (typeof principal !== 'object' || principal === null) return false;
  const element = principal as JsonObject;
  if (list(element.AWS).includes('*')) return true;
  for (const [type, who] of Object.entries(request.principal)) {
    if (list(element[type]).some((value) => value === '*' || value === who)) return true;
  }
  return false;
}

function holds(
  operator: string,
  actual: readonly string[],
  wanted: Json[],
  variables: boolean,
  request: OracleRequest,
): boolean {
  let name = operator.toLowerCase();
  if (name === 'null')
    return wanted.some((value) => (String(value).toLowerCase() === 'true') === (actual.length === 0));
  let set = '';
  for (const prefix of ['forallvalues:', 'foranyvalue:']) {
    if (name.startsWith(prefix)) {
      set = prefix;
      name = name.slice(prefix.length);
    }
  }
  const ifExists = name.endsWith('ifexists');
  if (ifExists) name = name.slice(0, -'ifexists'.length);
  const negated = name.includes('not');
  name = name.replace('not', '');
  if (actual.length === 0) {
    if (ifExists) return true;
    if (set === 'forallvalues:') return true;
    if (set === 'foranyvalue:') return false;
    return negated;
  }
  const isOneOf = (value: string) => wanted.some((one) => same(name, value, String(one), variables, request));
  const passes = (value: string) => (negated ? !isOneOf(value) : isOneOf(value));
  if (set === 'forallvalues:') return actual.every(passes);
  if (set === 'foranyvalue:') return actual.some(passes);
  return negated ? !actual.some(isOneOf) : actual.some(isOneOf);
}

function same(name: string, actual: string, wanted: string, variables: boolean, request: OracleRequest): boolean {
  switch (name) {
    case 'stringequals':
    case 'stringequalsignorecase': {
      const tokens = tokensOf(wanted, false, variables, request);
      if (!tokens) return false;
      const text = tokens.map((token) => token.text).join('');
      return name === 'stringequals' ? actual === text : actual.toLowerCase() === text.toLowerCase();
    }
    case 'stringlike': {
      const tokens = tokensOf(wanted, true, variables, request);
      return tokens !== undefined && regexOfTokens(tokens).test(actual);
    }
    case 'arnequals':
    case 'arnlike': {
      const tokens = tokensOf(wanted, true, variables, request);
      if (!tokens) return false;
      const parts: Token[][] = [[]];
      for (const token of tokens) {
        for (const char of token.text) {
          if (char === ':' && parts.length < 6) parts.push([]);
          else parts[parts.length - 1]!.push({ ...token, text: char });
        }
      }
      const pieces = actual.split(':');
      if (parts.length < 6 || pieces.length < 6) return false;
      const six = [...pieces.slice(0, 5), pieces.slice(5).join(':')];
      return parts.every((part, i) => regexOfTokens(part).test(six[i]!));
    }
    case 'numericequals':
      return compare(actual, wanted, (a, b) => a === b);
    case 'numericlessthan':
      return compare(actual, wanted, (a, b) => a < b);
    case 'numericlessthanequals':
      return compare(actual, wanted, (a, b) => a <= b);
    case 'numericgreaterthan':
      return compare(actual, wanted, (a, b) => a > b);
    case 'numericgreaterthanequals':
      return compare(actual, wanted, (a, b) => a >= b);
    case 'dateequals':
      return dates(actual, wanted, (a, b) => a === b);
    case 'datelessthan':
      return dates(actual, wanted, (a, b) => a < b);
    case 'datelessthanequals':
      return dates(actual, wanted, (a, b) => a <= b);
    case 'dategreaterthan':
      return dates(actual, wanted, (a, b) => a > b);
    case 'dategreaterthanequals':
      return dates(actual, wanted, (a, b) => a >= b);
    case 'bool':
      return ['true', 'false'].includes(actual.toLowerCase()) && actual.toLowerCase() === wanted.toLowerCase();
    case 'binaryequals':
      if (actual === wanted) return true;
      return (
        isBase64(actual) && isBase64(wanted) && Buffer.from(actual, 'base64').equals(Buffer.from(wanted, 'base64'))
      );
    case 'ipaddress':
      return inNetwork(actual, wanted);
    default:
      throw new Error(`no such operator: ${name}`);
  }
}

/** A piece of a pattern; `wild` where `*` and `?` in it are wildcards. */
interface Token {
  readonly text: string;
  readonly wild: boolean;
}

/** Undefined where a variable has no value. */
function tokensOf(value: string, wildcards: boolean, variables: boolean, request: OracleRequest): Token[] | undefined {
  const plain = (text: string): Token => ({ text, wild: wildcards });
  if (!variables) return [plain(value)];
  const tokens: Token[] = [];
  let rest = value;
  for (;;) {
    const start = rest.indexOf('${');
    const end = start < 0 ? -1 : rest.indexOf('}', start);
    if (end < 0) return [...tokens, plain(rest)];
    tokens.push(plain(rest.slice(0, start)));
    const inside = rest.slice(start + 2, end);
    rest = rest.slice(end + 1);
    if (inside === '*' || inside === '?' || inside === '$') {
      tokens.push({ text: inside, wild: false });
      continue;
    }
    const comma = inside.indexOf(',');
    const key = (comma < 0 ? inside : inside.slice(0, comma)).trim().toLowerCase();
    const fallback =
      comma < 0
        ? undefined
        : inside
            .slice(comma + 1)
            .trim()
            .slice(1, -1);
    const found = request.context[key] ?? [];
    if (found.length > 1) return undefined;
    const text = found[0] ?? fallback;
    if (text === undefined) return undefined;
    tokens.push({ text, wild: false });
  }
}

function regexOfTokens(tokens: readonly Token[]): RegExp {
  const source = tokens.map(({ text, wild }) =>
    [...text]
      .map((char) => (wild && char === '*' ? '[\\s\\S]*' : wild && char === '?' ? '[\\s\\S]' : escaped(char)))
      .join(''),
  );
  return new RegExp(`^${source.join('')}$`);
}

function regexOf(pattern: string, ignoreCase: boolean): RegExp {
  const { source } = regexOfTokens([{ text: pattern, wild: true }]);
  return new RegExp(source, ignoreCase ? 'i' : '');
}

function escaped(char: string): string {
  return char.replace(/[.*+?^${}()|[\]\\/-]/, '\\$&');
}

function compare(actual: string, wanted: string, relation: (a: number, b: number) => boolean): boolean {
  const number = /^[+-]?\d+(\.\d+)?(e\d+)?$/;
  return number.test(actual) && number.test(wanted) && relation(Number(actual), Number(wanted));
}

function dates(actual: string, wanted: string, relation: (a: number, b: number) => boolean): boolean {
  const a = instant(actual);
  const b = instant(wanted);
  return a !== undefined && b !== undefined && relation(a, b);
}

function instant(text: string): number | undefined {
  if (/^-?\d+(\.\d+)?$/.test(text) && !/^\d{4}$/.test(text)) return Number(text) * 1000;
  if (!/^\d{4}(-|$)/.test(text)) return undefined;
  const time = Date.parse(/T/.test(text) && !/(Z|[+-]\d\d:\d\d)$/.test(text) ? `${text}Z` : text);
  return Number.isNaN(time) ? undefined : time;
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function inNetwork(actual: string, wanted: string): boolean {
  const [network, length] = wanted.split('/') as [string, string | undefined];
  const a = bitsOf(actual);
  const b = bitsOf(network);
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  const bits = length === undefined ? b.length : Number(length);
  return a.slice(0, bits) === b.slice(0, bits);
}

function bitsOf(address: string): string | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(address)) {
    const parts = address.split('.').map(Number);
    return parts.every((part) => part < 256)
      ? parts.map((part) => part.toString(2).padStart(8, '0')).join('')
      : undefined;
  }
  if (!/^[0-9a-f:]+$/i.test(address) || !address.includes(':')) return undefined;
  const [head, tail] = address.split('::') as [string, string | undefined];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined ? left : [...left, ...new Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}

function list(value: Json | undefined): Json[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

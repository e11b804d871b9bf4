/**
 * A second, deliberately plain transcription of IAM's rules for trust policies (IAM user guide: policy evaluation
 * logic, condition operators), used by the demo's STS. It shares nothing with the product's evaluator, so that one can
 * be held against the other. It answers yes or no and knows every key of the request, as AWS does.
 */

export interface TrustRequest {
  readonly action: string;
  /** Who asks: the ARN of an OIDC provider, a service's name, or the ARNs that an AWS principal goes by. */
  readonly principal: { readonly type: 'Federated' | 'Service' | 'AWS'; readonly names: readonly string[] };
  /** Condition keys and their values; what is not here is absent. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  /** For permission policies only. */
  readonly resource?: string;
}

type Json = Record<string, unknown>;

function listOf(value: unknown): unknown[] {
  if (value === undefined) {
    return [];
  }
  return Array.isArray(value) ? value : [value];
}

function stringsOf(value: unknown): string[] {
  return listOf(value).map(String);
}

/** A pattern with `*` and `?`; every other character stands for itself. */
export function like(pattern: string, text: string): boolean {
  const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, (character) =>
    character === '*' ? '[^]*' : character === '?' ? '[^]' : `\\${character}`,
  );
  return new RegExp(`^${source}$`, 'u').test(text);
}

function arnLike(pattern: string, text: string): boolean {
  const split = (arn: string): string[] => {
    const parts = arn.split(':');
    return [...parts.slice(0, 5), parts.slice(5).join(':')];
  };
  const patterns = split(pattern);
  const texts = split(text);
  return text.startsWith('arn:') && patterns.every((part, index) => like(part, texts[index] ?? ''));
}

function addressNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function inAddressRange(range: string, address: string): boolean {
  const [base = '', bits = '32'] = range.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(addressNumber(base) / size) === Math.floor(addressNumber(address) / size);
}

function dateNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

type Comparison = (expected: string, actual: string) => boolean;

const comparisons: Readonly<Record<string, Comparison>> = {
  stringequals: (expected, actual) => expected === actual,
  stringequalsignorecase: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
  stringlike: like,
  arnequals: arnLike,
  arnlike: arnLike,
  bool: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
  binaryequals: (expected, actual) => expected === actual,
  numericequals: (expected, actual) => Number(expected) === Number(actual),
  numericlessthan: (expected, actual) => Number(actual) < Number(expected),
  numericlessthanequals: (expected, actual) => Number(actual) <= Number(expected),
  numericgreaterthan: (expected, actual) => Number(actual) > Number(expected),
  numericgreaterthanequals: (expected, actual) => Number(actual) >= Number(expected),
  dateequals: (expected, actual) => dateNumber(expected) === dateNumber(actual),
  datelessthan: (expected, actual) => dateNumber(actual) < dateNumber(expected),
  datelessthanequals: (expected, actual) => dateNumber(actual) <= dateNumber(expected),
  dategreaterthan: (expected, actual) => dateNumber(actual) > dateNumber(expected),
  dategreaterthanequals: (expected, actual) => dateNumber(actual) >= dateNumber(expected),
  ipaddress: inAddressRange,
};

/** Negated operators and what they negate. */
const negations: Readonly<Record<string, string>> = {
  stringnotequals: 'stringequals',
  stringnotequalsignorecase: 'stringequalsignorecase',
  stringnotlike: 'stringlike',
  arnnotequals: 'arnequals',
  arnnotlike: 'arnlike',
  numericnotequals: 'numericequals',
  datenotequals: 'dateequals',
  notipaddress: 'ipaddress',
};

/** Fills in `${key}`; a variable without a value makes the whole text match nothing. */
function withVariables(text: string, keys: ReadonlyMap<string, readonly string[]>): string | undefined {
  let missing = false;
  const filled = text.replace(/\$\{([^}]*)\}/g, (_, inside: string) => {
    if (inside === '*' || inside === '?' || inside === '$') {
      return inside;
    }
    const [name = '', fallback] = inside.split(',').map((part) => part.trim());
    const value = keys.get(name.toLowerCase())?.[0] ?? fallback?.replace(/^'(.*)'$/, '$1');
    missing ||= value === undefined;
    return value ?? '';
  });
  return missing ? undefined : filled;
}

function conditionHolds(
  operatorText: string,
  key: string,
  expected: readonly string[],
  keys: ReadonlyMap<string, readonly string[]>,
): boolean {
  let operator = operatorText.toLowerCase();
  const actual = keys.get(key.toLowerCase());
  if (operator === 'null') {
    return expected.some((value) => (value.toLowerCase() === 'true') === (actual === undefined));
  }
  const qualifier = operator.match(/^for(all|any)values?:/)?.[1];
  operator = operator.replace(/^for(all|any)values?:/, '');
  const optional = operator.endsWith('ifexists');
  operator = operator.replace(/ifexists$/, '');
  const negated = negations[operator] !== undefined;
  const compare = comparisons[negations[operator] ?? operator];
  if (!compare) {
    // IAM refuses such a policy when it is saved; here it lets nobody in.
    return false;
  }
  if (actual === undefined || actual.length === 0) {
    return optional || qualifier === 'all' || (negated && qualifier !== 'any');
  }
  const oneHolds = (value: string): boolean => {
    const any = expected.some((each) => {
      const filled = withVariables(each, keys);
      return filled !== undefined && compare(filled, value);
    });
    return negated ? !any : any;
  };
  return qualifier === 'any' ? actual.some(oneHolds) : actual.every(oneHolds);
}

function principalFits(principal: unknown, request: TrustRequest): boolean {
  if (principal === '*') {
    return true;
  }
  if (typeof principal !== 'object' || principal === null) {
    return false;
  }
  return Object.entries(principal as Json).some(([type, value]) => {
    if (type === 'AWS' && stringsOf(value).includes('*')) {
      return true;
    }
    return type === request.principal.type && stringsOf(value).some((name) => request.principal.names.includes(name));
  });
}

function actionFits(statement: Json, action: string): boolean {
  const fits = (pattern: string): boolean => like(pattern.toLowerCase(), action.toLowerCase());
  if (statement.NotAction !== undefined) {
    return !stringsOf(statement.NotAction).some(fits);
  }
  return stringsOf(statement.Action).some(fits);
}

function statementApplies(statement: Json, request: TrustRequest, withPrincipal: boolean): boolean {
  if (withPrincipal) {
    const fits =
      statement.NotPrincipal === undefined
        ? principalFits(statement.Principal, request)
        : !principalFits(statement.NotPrincipal, request);
    if (!fits) {
      return false;
    }
  }
  if (!actionFits(statement, request.action)) {
    return false;
  }
  if (request.resource !== undefined) {
    const { resource } = request;
    if (statement.NotResource !== undefined) {
      if (stringsOf(statement.NotResource).some((pattern) => like(pattern, resource))) {
        return false;
      }
    } else if (!stringsOf(statement.Resource).some((pattern) => like(pattern, resource))) {
      return false;
    }
  }
  const keys = new Map(Object.entries(request.keys).map(([key, values]) => [key.toLowerCase(), values]));
  return Object.entries((statement.Condition ?? {}) as Record<string, Json>).every(([operator, conditions]) =>
    Object.entries(conditions).every(([key, expected]) => conditionHolds(operator, key, stringsOf(expected), keys)),
  );
}

function decide(document: unknown, request: TrustRequest, withPrincipal: boolean): boolean {
  const statements = listOf((document as Json | undefined)?.Statement) as Json[];
  const applying = statements.filter((statement) => statementApplies(statement, request, withPrincipal));
  return applying.some(({ Effect }) => Effect === 'Allow') && !applying.some(({ Effect }) => Effect === 'Deny');
}

/** Whether a trust policy lets a request in: an Allow that applies and no Deny that does. */
export function trusts(document: unknown, request: TrustRequest): boolean {
  return decide(document, request, true);
}

/** Whether permission policies, taken together, allow an action on a resource. */
export function permits(documents: readonly unknown[], action: string, resource: string): boolean {
  const statements = documents.flatMap((document) => listOf((document as Json | undefined)?.Statement));
  return decide(
    { Statement: statements },
    { action, resource, principal: { type: 'AWS', names: [] }, keys: {} },
    false,
  );
}

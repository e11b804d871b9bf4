/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
export type OperatorType = 'string' | 'numeric' | 'date' | 'bool' | 'binary' | 'ip' | 'arn' | 'null';

export interface Operator {
  /** The operator's own name in AWS's spelling, without qualifier and `IfExists`: `StringNotLike`. */
  readonly name: string;
  readonly type: OperatorType;
  /** The name of what it negates, or its own: `StringLike` for `StringNotLike`. */
  readonly base: string;
  readonly negated: boolean;
  /** Takes `*` and `?` as wildcards. Everything else compares literally. */
  readonly wildcards: boolean;
  readonly ignoreCase: boolean;
  /** Policy variables are replaced in its values: string and ARN operators only. */
  readonly variables: boolean;
  readonly ifExists: boolean;
  readonly qualifier: 'ForAllValues' | 'ForAnyValue' | undefined;
}

type Kind = Omit<Operator, 'ifExists' | 'qualifier'>;

function pair(type: OperatorType, base: string, negation: string | undefined, traits: Partial<Kind> = {}): Kind[] {
  const kind = { type, base, wildcards: false, ignoreCase: false, variables: false, ...traits };
  return [
    { ...kind, name: base, negated: false },
    ...(negation === undefined ? [] : [{ ...kind, name: negation, negated: true }]),
  ];
}

const KINDS: readonly Kind[] = [
  ...pair('string', 'StringEquals', 'StringNotEquals', { variables: true }),
  ...pair('string', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', { variables: true, ignoreCase: true }),
  ...pair('string', 'StringLike', 'StringNotLike', { variables: true, wildcards: true }),
  ...pair('numeric', 'NumericEquals', 'NumericNotEquals'),
  ...pair('numeric', 'NumericLessThan', undefined),
  ...pair('numeric', 'NumericLessThanEquals', undefined),
  ...pair('numeric', 'NumericGreaterThan', undefined),
  ...pair('numeric', 'NumericGreaterThanEquals', undefined),
  ...pair('date', 'DateEquals', 'DateNotEquals'),
  ...pair('date', 'DateLessThan', undefined),
  ...pair('date', 'DateLessThanEquals', undefined),
  ...pair('date', 'DateGreaterThan', undefined),
  ...pair('date', 'DateGreaterThanEquals', undefined),
  ...pair('bool', 'Bool', undefined),
  ...pair('binary', 'BinaryEquals', undefined),
  ...pair('ip', 'IpAddress', 'NotIpAddress'),
  ...pair('arn', 'ArnEquals', 'ArnNotEquals', { variables: true, wildcards: true }),
  ...pair('arn', 'ArnLike', 'ArnNotLike', { variables: true, wildcards: true }),
  ...pair('null', 'Null', undefined),
];

const BY_NAME = new Map(KINDS.map((kind) => [kind.name.toLowerCase(), kind]));
const PARSED = new Map<string, Operator | undefined>();

/** All operators, without qualifiers and `IfExists`, in AWS's spelling. */
export const OPERATOR_NAMES: readonly string[] = KINDS.map((kind) => kind.name);

/** Case does not count, as for condition keys. Undefined for what is no operator: `Null` takes neither prefix nor suffix. */
export function parseOperator(name: string): Operator | undefined {
  if (PARSED.has(name)) return PARSED.get(name);
  const operator = parse(name.toLowerCase());
  // Names come from files, so the memory is bounded.
  if (PARSED.size < 1000) PARSED.set(name, operator);
  return operator;
}

function parse(name: string): Operator | undefined {
  const [, set, body, suffix] = /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/s.exec(name) ?? [];
  const kind = BY_NAME.get(body ?? '');
  if (!kind || (kind.type === 'null' && (set !== undefined || suffix !== undefined))) return undefined;
  return {
    ...kind,
    ifExists: suffix !== undefined,
    qualifier: set === undefined ? undefined : set === 'forallvalues' ? 'ForAllValues' : 'ForAnyValue',
  };
}

/** The operator's full name in AWS's spelling. */
export function operatorName(operator: Operator): string {
  return `${operator.qualifier ? `${operator.qualifier}:` : ''}${operator.name}${operator.ifExists ? 'IfExists' : ''}`;
}

/** Random trust policies and requests, near enough to each other that every answer occurs often. Seeded, so always the same. */

export type Values = readonly string[];

export interface GeneratedRequest {
  readonly mechanism: 'irsa' | 'pod-identity';
  readonly issuer: string;
  readonly providerArn: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audience: string;
  readonly clusterArn: string;
  readonly podName: string;
  readonly podUid: string;
  /** Further keys; an empty list for an absent one. */
  readonly context: Readonly<Record<string, Values>>;
}

export interface GeneratedPolicy {
  readonly Version?: string;
  readonly Statement: object | object[];
}

export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  /** Mulberry32: at least 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
  chance(probability: number): boolean {
    return this.next() < probability;
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
  some<T>(items: readonly T[], most: number): T[] {
    return Array.from({ length: this.below(most + 1) }, () => this.pick(items));
  }
}

const ISSUERS = [
  'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF',
  'oidc.eks.eu-west-1.amazonaws.com/id/FEDCBA9876543210FEDCBA9876543210',
  'oidc.eks.cn-north-1.amazonaws.com.cn/id/0123456789ABCDEF0123456789ABCDEF',
  'oidc-eks.eu-west-1.api.aws/id/0123456789ABCDEF0123456789ABCDEF',
];
const ACCOUNTS = ['111122223333', '444455556666'];
const NAMESPACES = ['payments', 'payment', 'team-a', 'team-b', 'a'];
const NAMES = ['api', 'worker', 'wrker', 'api-v2', 'a.b', 'team-a'];
const AUDIENCES = ['sts.amazonaws.com', 'sts.amazonaws.com', 'sts.amazonaws.com', 'vault'];
const CLUSTERS = [
  'arn:aws:eks:eu-west-1:111122223333:cluster/prod',
  'arn:aws:eks:eu-west-1:111122223333:cluster/prod-2',
  'arn:aws:eks:us-east-1:444455556666:cluster/dev',
];

/** Further keys by kind of value. `nothing:here` stands for the many that are in no request. */
const KEYS: Readonly<Record<string, Kind>> = {
  'aws:PrincipalOrgID': 'string',
  'aws:RequestTag/team': 'string',
  'sts:RoleSessionName': 'string',
  'aws:TagKeys': 'strings',
  'aws:PrincipalOrgPaths': 'strings',
  'aws:MultiFactorAuthAge': 'number',
  'aws:CurrentTime': 'date',
  'aws:SecureTransport': 'bool',
  'aws:SourceIp': 'ip',
  'aws:PrincipalArn': 'arn',
  'kms:Blob': 'binary',
  'nothing:here': 'string',
};
type Kind = 'string' | 'strings' | 'number' | 'date' | 'bool' | 'ip' | 'arn' | 'binary';

const POOL: Readonly<Record<Kind, readonly string[]>> = {
  string: ['o-abc', 'o-ABC', 'payments', 'team-a', 'red', '', 'a:b/c', 'a*b', '5'],
  strings: ['team', 'env', 'Team', 'payments', 'o-abc/r-1/ou-2/', 'red'],
  number: ['5', '5.0', '6', '-1', '3600', '1e2', 'five'],
  date: [
    '2026-01-01T00:00:00Z',
    '2026-01-01',
    '2026-01-01T01:00:00+01:00',
    '1767225600',
    '2025-12-31T23:59:59Z',
    '2026-06-01T00:00:00',
    'soon',
  ],
  bool: ['true', 'false', 'True', 'maybe'],
  ip: ['203.0.113.7', '203.0.113.0', '10.0.0.1', '2001:db8::1', '2001:db8:0:1::', '1.2.3'],
  arn: [
    'arn:aws:iam::111122223333:role/app/api',
    'arn:aws:iam::444455556666:user/x',
    'arn:aws:sts::111122223333:assumed-role/api/s:1',
    'no-arn',
  ],
  binary: ['QmluYXJ5', 'QQ==', 'QR==', 'AAAA', 'x'],
};

export function randomRequest(random: Random): GeneratedRequest {
  const issuer = random.pick(ISSUERS);
  const partition = issuer.endsWith('.cn') || issuer.includes('.com.cn') ? 'aws-cn' : 'aws';
  const context: Record<string, Values> = {};
  for (const [key, kind] of Object.entries(KEYS)) {
    const name = random.chance(0.2) ? key.toLowerCase() : key;
    if (random.chance(0.35)) context[name] = [];
    else if (kind === 'strings') context[name] = random.some(POOL[kind], 3);
    else
      context[name] = random.chance(0.03)
        ? [random.pick(POOL[kind]), random.pick(POOL[kind])]
        : [random.pick(POOL[kind])];
  }
  return {
    mechanism: random.chance(0.6) ? 'irsa' : 'pod-identity',
    issuer,
    providerArn: `arn:${partition}:iam::${random.pick(ACCOUNTS)}:oidc-provider/${issuer}`,
    namespace: random.pick(NAMESPACES),
    serviceAccount: random.pick(NAMES),
    audience: random.pick(AUDIENCES),
    clusterArn: random.pick(CLUSTERS),
    podName: `api-${random.below(100)}`,
    podUid: `uid-${random.below(100)}`,
    context,
  };
}

export function randomPolicy(random: Random, request: GeneratedRequest): GeneratedPolicy {
  const statements = Array.from({ length: 1 + random.below(3) }, () => randomStatement(random, request));
  const version = random.chance(0.8) ? '2012-10-17' : random.pick([undefined, '2008-10-17']);
  return {
    ...(version ? { Version: version } : {}),
    Statement: statements.length === 1 && random.chance(0.5) ? statements[0]! : statements,
  };
}

function randomStatement(random: Random, request: GeneratedRequest): object {
  const statement: Record<string, unknown> = { Effect: random.chance(0.78) ? 'Allow' : 'Deny' };
  if (random.chance(0.2)) statement.Sid = 'S';
  statement[random.chance(0.93) ? 'Principal' : 'NotPrincipal'] = randomPrincipal(random, request);
  statement[random.chance(0.92) ? 'Action' : 'NotAction'] = randomActions(random, request);
  if (random.chance(0.85)) statement.Condition = randomConditions(random, request);
  return statement;
}

function randomPrincipal(random: Random, request: GeneratedRequest): unknown {
  const right =
    request.mechanism === 'irsa' ? { Federated: request.providerArn } : { Service: 'pods.eks.amazonaws.com' };
  if (random.chance(0.75)) return right;
  return random.pick<unknown>([
    '*',
    { AWS: '*' },
    { Federated: '*' },
    { AWS: ['arn:aws:iam::111122223333:root', '111122223333'] },
    { Federated: [`arn:aws:iam::111122223333:oidc-provider/${random.pick(ISSUERS)}`, request.providerArn] },
    { Federated: `arn:aws:iam::111122223333:oidc-provider/https://${request.issuer}` },
    { Federated: 'arn:aws:iam::*:oidc-provider/*' },
    { Federated: request.providerArn.toLowerCase() },
    { Service: ['eks.amazonaws.com', 'pods.eks.amazonaws.com'] },
    { Service: 'eks.amazonaws.com', ...right },
    { AWS: [] },
  ]);
}

function randomActions(random: Random, request: GeneratedRequest): unknown {
  const right = request.mechanism === 'irsa' ? 'sts:AssumeRoleWithWebIdentity' : ['sts:AssumeRole', 'sts:TagSession'];
  if (random.chance(0.7)) return right;
  return random.pick<unknown>([
    'sts:*',
    '*',
    'STS:assumerolewithwebidentity',
    'sts:AssumeRole*',
    ['sts:assumeRole', 'STS:TagSession'],
    'sts:AssumeRole',
    'sts:TagSession',
    'sts:AssumeRole?ithWebIdentity',
    ['sts:Tag*', 'sts:AssumeRol?'],
    [],
    'sts:TagSessions',
  ]);
}

/** What the request says of a key, and the kind of its values. */
function factsOf(request: GeneratedRequest): { key: string; kind: Kind; values: Values }[] {
  const facts: { key: string; kind: Kind; values: Values }[] = Object.entries(request.context).map(([key, values]) => ({
    key,
    kind: Object.entries(KEYS).find(([name]) => name.toLowerCase() === key.toLowerCase())![1],
    values,
  }));
  const subject = `system:serviceaccount:${request.namespace}:${request.serviceAccount}`;
  if (request.mechanism === 'irsa') {
    for (const repeat of [0, 1, 2, 3]) {
      facts.push({ key: `${request.issuer}:sub`, kind: 'string', values: [subject] });
      if (repeat < 2) facts.push({ key: `${request.issuer}:aud`, kind: 'string', values: [request.audience] });
    }
    facts.push({ key: `${ISSUERS.find((other) => other !== request.issuer)}:sub`, kind: 'string', values: [subject] });
    facts.push({ key: `https://${request.issuer}:sub`, kind: 'string', values: [subject] });
  } else {
    const account = request.clusterArn.split(':')[4]!;
    const name = request.clusterArn.split('/')[1]!;
    facts.push(
      { key: 'aws:SourceArn', kind: 'arn', values: [request.clusterArn] },
      { key: 'aws:SourceAccount', kind: 'string', values: [account] },
      { key: 'aws:RequestTag/eks-cluster-arn', kind: 'arn', values: [request.clusterArn] },
      { key: 'aws:RequestTag/eks-cluster-name', kind: 'string', values: [name] },
      { key: 'aws:RequestTag/kubernetes-namespace', kind: 'string', values: [request.namespace] },
      { key: 'aws:RequestTag/kubernetes-service-account', kind: 'string', values: [request.serviceAccount] },
      { key: 'aws:RequestTag/kubernetes-pod-name', kind: 'string', values: [request.podName] },
      { key: 'aws:RequestTag/kubernetes-pod-uid', kind: 'string', values: [request.podUid] },
      { key: `${request.issuer}:sub`, kind: 'string', values: [subject] },
    );
  }
  return facts;
}

const OPERATORS: Readonly<Record<Kind, readonly string[]>> = {
  string: [
    'StringEquals',
    'StringNotEquals',
    'StringLike',
    'StringNotLike',
    'StringEqualsIgnoreCase',
    'StringNotEqualsIgnoreCase',
    'StringLike',
    'StringEquals',
  ],
  strings: ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIgnoreCase'],
  number: [
    'NumericEquals',
    'NumericNotEquals',
    'NumericLessThan',
    'NumericLessThanEquals',
    'NumericGreaterThan',
    'NumericGreaterThanEquals',
  ],
  date: [
    'DateEquals',
    'DateNotEquals',
    'DateLessThan',
    'DateLessThanEquals',
    'DateGreaterThan',
    'DateGreaterThanEquals',
  ],
  bool: ['Bool'],
  ip: ['IpAddress', 'NotIpAddress'],
  arn: ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike', 'StringLike', 'StringEquals'],
  binary: ['BinaryEquals'],
};

function randomConditions(random: Random, request: GeneratedRequest): object {
  const facts = factsOf(request);
  const conditions: Record<string, Record<string, unknown>> = {};
  for (let i = 1 + random.below(3); i > 0; i--) {
    const fact = random.pick(facts);
    const key = random.chance(0.1) ? random.pick([fact.key.toLowerCase(), fact.key.toUpperCase()]) : fact.key;
    if (random.chance(0.06)) {
      conditions.Null = {
        ...conditions.Null,
        [key]: random.pick<unknown>(['true', 'false', true, false, ['true', 'false']]),
      };
      continue;
    }
    const kind = random.chance(0.03) ? random.pick(Object.keys(OPERATORS) as Kind[]) : fact.kind;
    let operator = random.pick(OPERATORS[kind]);
    if (random.chance(fact.kind === 'strings' ? 0.85 : 0.08))
      operator = `${random.pick(['ForAllValues', 'ForAnyValue'])}:${operator}`;
    if (random.chance(0.12)) operator += 'IfExists';
    const count = random.chance(0.03) ? 0 : 1 + random.below(3);
    const values = Array.from({ length: count }, () => randomValue(random, kind, fact.values, facts));
    conditions[operator] = {
      ...conditions[operator],
      [key]: values.length === 1 && random.chance(0.6) ? jsonValue(random, values[0]!) : values,
    };
  }
  return conditions;
}

/** Numbers and booleans also stand without quotes. */
function jsonValue(random: Random, value: string): unknown {
  if (random.chance(0.5) && /^(true|false|-?[1-9]\d{0,9})$/.test(value)) return JSON.parse(value);
  return value;
}

function randomValue(
  random: Random,
  kind: Kind,
  actual: Values,
  facts: readonly { key: string; values: Values }[],
): string {
  const seed = actual.length > 0 && random.chance(0.7) ? random.pick(actual) : random.pick(POOL[kind]);
  switch (kind) {
    case 'string':
    case 'strings':
    case 'arn':
      return mutate(random, seed, facts);
    case 'ip':
      return random.chance(0.6) && /^[\d.]{7,}$|:/.test(seed)
        ? `${seed}/${seed.includes(':') ? random.pick([0, 32, 48, 63, 64, 128]) : random.pick([0, 8, 24, 29, 31, 32])}`
        : seed;
    default:
      return seed;
  }
}

function mutate(random: Random, seed: string, facts: readonly { key: string; values: Values }[]): string {
  const at = random.below(seed.length + 1);
  const until = at + random.below(seed.length - at + 1);
  switch (random.below(13)) {
    case 0:
      return `${seed.slice(0, at)}*${seed.slice(until)}`;
    case 1:
      return `${seed.slice(0, at)}?${seed.slice(at + 1)}`;
    case 2:
      return seed.replace(/[^:]*$/, '*');
    case 3:
      return seed.replace(/:[^:]*:([^:]*)$/, ':*:$1');
    case 4:
      return random.pick([seed.toUpperCase(), seed.toLowerCase()]);
    case 5:
      return `${seed.slice(0, at)}${seed.slice(at + 1)}`;
    case 6:
      return `\${${random.pick(facts).key}}`;
    case 7: {
      const { key, values } = random.pick(facts);
      const value = values[0];
      return value && seed.includes(value)
        ? seed.replace(value, () => `\${${key}}`)
        : `${seed.slice(0, at)}\${${key}, 'x'}${seed.slice(at)}`;
    }
    case 8:
      return `${seed.slice(0, at)}\${${random.pick(['*', '?', '$'])}}${seed.slice(at)}`;
    case 9:
      return random.pick(['*', '', '?*', `*${seed}*`]);
    case 10: {
      const { key, values } = random.pick(facts);
      return `\${${key.toUpperCase()},'${values[0]?.replace(/[',{}]/g, '') ?? 'none'}'}`;
    }
    default:
      return seed;
  }
}

/** Everything the request says, as IAM would see it: keys in lower case. */
export function fullContext(request: GeneratedRequest): Record<string, Values> {
  const context: Record<string, Values> = {};
  for (const [key, values] of Object.entries(request.context)) context[key.toLowerCase()] = values;
  const set = (key: string, value: string) => {
    context[key.toLowerCase()] = [value];
  };
  if (request.mechanism === 'irsa') {
    set(`${request.issuer}:sub`, `system:serviceaccount:${request.namespace}:${request.serviceAccount}`);
    set(`${request.issuer}:aud`, request.audience);
    return context;
  }
  set('aws:SourceArn', request.clusterArn);
  set('aws:SourceAccount', request.clusterArn.split(':')[4]!);
  set('aws:RequestTag/eks-cluster-arn', request.clusterArn);
  set('aws:RequestTag/eks-cluster-name', request.clusterArn.split('/')[1]!);
  set('aws:RequestTag/kubernetes-namespace', request.namespace);
  set('aws:RequestTag/kubernetes-service-account', request.serviceAccount);
  set('aws:RequestTag/kubernetes-pod-name', request.podName);
  set('aws:RequestTag/kubernetes-pod-uid', request.podUid);
  return context;
}

/** Other values that the unknown parts of a request could have. */
export function vary(
  random: Random,
  request: GeneratedRequest,
  unknown: ReadonlySet<string>,
  policy: GeneratedPolicy,
): GeneratedRequest {
  const words = [...JSON.stringify(policy).matchAll(/"([^"\\]{1,80})"/g)].map((found) =>
    found[1]!.replaceAll('*', 'x'),
  );
  const context: Record<string, Values> = { ...request.context };
  for (const [key, kind] of Object.entries(KEYS)) {
    const name = Object.keys(context).find((one) => one.toLowerCase() === key.toLowerCase()) ?? key;
    if (!unknown.has(key)) continue;
    const value = () => (random.chance(0.4) && words.length > 0 ? random.pick(words) : random.pick(POOL[kind]));
    context[name] = random.chance(0.3)
      ? []
      : kind === 'strings'
        ? [value(), value()].slice(random.below(2))
        : [value()];
  }
  const clusterArn = unknown.has('cluster')
    ? random.pick([...CLUSTERS, 'arn:aws-cn:eks:cn-north-1:444455556666:cluster/x'])
    : request.clusterArn;
  const issuer = unknown.has('issuer') ? random.pick(ISSUERS) : request.issuer;
  return {
    ...request,
    context,
    clusterArn,
    issuer,
    providerArn: unknown.has('issuer')
      ? `arn:${issuer.includes('.com.cn') ? 'aws-cn' : 'aws'}:iam::${random.pick(ACCOUNTS)}:oidc-provider/${issuer}`
      : request.providerArn,
    namespace: unknown.has('namespace') ? random.pick(NAMESPACES) : request.namespace,
    serviceAccount: unknown.has('name') ? random.pick(NAMES) : request.serviceAccount,
    podName: unknown.has('pod')
      ? random.pick([...words.filter((word) => word.length < 30), 'p-1', request.podName])
      : request.podName,
    podUid: unknown.has('pod') ? random.pick([...words, 'u-1', request.podUid]) : request.podUid,
  };
}

export const UNKNOWABLE: readonly string[] = [...Object.keys(KEYS), 'cluster', 'issuer', 'namespace', 'name', 'pod'];

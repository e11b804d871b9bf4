/**
 * What a trust policy says about workload identity and what was meant by it. Every rule on trust policies judges by this
 * reading, so that one mistake has one finding: what is malformed, misspelled or swapped counts as what it was meant to be.
 */
import type { Condition, Facts, Principal, Statement, TrustPolicy } from '../../facts/model.js';
import { type ArnVerdict, checkProviderArn } from '../../iam/arn.js';
import { type ConditionKey, parseConditionKey } from '../../iam/conditionKey.js';
import { editDistance } from '../../iam/distance.js';
import { hasWildcard } from '../../iam/globs.js';
import {
  bareIssuer,
  type IssuerReading,
  isEksIssuer,
  type ProviderArn,
  parseProviderArn,
  readIssuer,
} from '../../iam/issuer.js';
import { type Operator, parseOperator } from '../../iam/operators.js';
import { POD_IDENTITY } from '../../iam/principals.js';
import {
  concat,
  type Hole,
  hasHole,
  literalOf,
  onlyHole,
  sameText,
  type Ternary,
  type Text,
} from '../../syntax/text.js';
import { literal, type Property, type StringNode, type SyntaxNode } from '../../syntax/tree.js';
import { type Coverage, patternCoverage } from './subjectPattern.js';

export interface PolicyReading {
  readonly policy: TrustPolicy;
  readonly statements: readonly StatementReading[];
  /** Is any of it about EKS? What is not brings no finding. */
  readonly concernsEks: boolean;
}

export interface StatementReading {
  readonly statement: Statement;
  /** Allow as written or meant (`allow`, or none at all). */
  readonly allows: boolean;
  readonly denies: boolean;
  /** Something of it could not be read, or a mistake hides it: absence proves nothing. */
  readonly open: boolean;
  /** Federated principals, also under the wrong type, that are a Kubernetes cluster's as far as can be told. */
  readonly providers: readonly ProviderReading[];
  /** Those of others too. */
  readonly allProviders: readonly ProviderReading[];
  /** It lets somebody assume the role: it is not for tagging sessions alone. */
  readonly assumes: boolean;
  /** It is for the OIDC provider of a Kubernetes cluster. */
  readonly irsa: boolean;
  /** The services that are `pods.eks.amazonaws.com` or a near miss of it; `eks.amazonaws.com` depends on more. */
  readonly podIdentity: readonly Principal[];
  /** Its conditions speak of workload identity, by whichever mechanism. */
  readonly speaks: 'irsa' | 'pod-identity' | undefined;
  readonly conditions: readonly ConditionReading[];
}

export interface ProviderReading {
  readonly principal: Principal;
  readonly node: StringNode;
  readonly wildcard: boolean;
  readonly eks: Ternary;
  readonly arn: ProviderArn | undefined;
  readonly verdict: ArnVerdict;
  /** Of what stands behind `oidc-provider/`, or of the bare issuer that stands in the ARN's place. */
  readonly issuer: IssuerReading | undefined;
  /** Under `AWS` or `Service` instead of `Federated`. */
  readonly misplaced: boolean;
}

export type Claim = 'sub' | 'aud';

export interface ConditionReading {
  readonly condition: Condition;
  /** Undefined where it is unknown, or no operator at all (`noOperator`). */
  readonly operator: Operator | undefined;
  readonly noOperator: boolean;
  readonly key: ConditionKey;
  /** The claim that the key names, misspelled or not; in lower case. */
  readonly claim: string | undefined;
  /** The claim that its values are of. */
  readonly meant: string | undefined;
  readonly swapped: boolean;
  /** The key's own spelling of the claim is none that a token has. */
  readonly misspelledClaim: boolean;
  /** What stands before the claim, as typed; undefined where the key is none of a token. */
  readonly issuer: Text | undefined;
  readonly issuerReading: IssuerReading | undefined;
  /** The issuer of somebody else: GitHub, GitLab, … */
  readonly foreign: boolean;
  /** A hole may make any claim of it. */
  readonly anyKey: boolean;
  readonly values: readonly ValueReading[];
  readonly open: boolean;
}

export interface ValueReading {
  readonly node: SyntaxNode;
  readonly text: Text;
  /** `*` or `?` under an operator that takes them as they stand. */
  readonly literalWildcard: boolean;
  readonly subject: Coverage;
  readonly looksLike: 'subject' | 'audience' | undefined;
}

const readings = new WeakMap<Facts, readonly PolicyReading[]>();

/** The readings of all trust policies of a file or module, made once. Only those that are about EKS are given. */
export function trustReadings(facts: Facts): readonly PolicyReading[] {
  let made = readings.get(facts);
  if (!made) {
    const providers = new Map(
      facts.oidcProviders.flatMap((each) => (each.address && each.url ? [[each.address, each.url.text]] : [])),
    );
    made = facts.trustPolicies.map((policy) => readPolicy(policy, providers)).filter(({ concernsEks }) => concernsEks);
    readings.set(facts, made);
  }
  return made;
}

/** @param issuers URL of the OIDC providers that the same files define, by address */
export function readPolicy(policy: TrustPolicy, issuers: ReadonlyMap<string, Text> = new Map()): PolicyReading {
  const statements = policy.statements.map((statement) => readStatement(statement, issuers));
  return {
    policy,
    statements,
    concernsEks: statements.some(
      ({ irsa, podIdentity, speaks }) => irsa || podIdentity.length > 0 || speaks !== undefined,
    ),
  };
}

function readStatement(statement: Statement, issuers: ReadonlyMap<string, Text>): StatementReading {
  const conditions = withOwnIssuers(statement.conditions.map(readCondition));
  const allFederated = [
    ...statement.principals.flatMap((principal) => readProvider(principal, issuers) ?? []),
    ...(statement.effectValue === 'Deny'
      ? statement.notPrincipals.flatMap((principal) => readProvider(principal, issuers) ?? [])
      : []),
  ];
  const podIdentity = statement.principals.filter(
    (principal) => principal.type !== '*' && isPodIdentityService(literal(principal.value) ?? ''),
  );
  const claims = conditions.filter(({ foreign, claim }) => !foreign && claim !== undefined);
  const speaksIrsa =
    claims.some(({ issuer }) => issuer !== undefined && isEksText(issuer) === 'yes') ||
    conditions.some(({ values }) => values.some(({ text }) => speaksOfServiceAccounts(text)));
  const speaksPods = conditions.some(({ key }) => key.kind === 'service' && isPodIdentityKey(key));
  const counter = conditions.some(
    ({ foreign, claim, values }) =>
      foreign ||
      (claim === 'sub' && values.some(({ text }) => isForeignSubject(text))) ||
      (claim === 'aud' && values.some(({ text }) => FOREIGN.test(literalOf(text) ?? ''))),
  );
  const federates =
    allFederated.length > 0 ||
    statement.principals.some(({ type, value }) => type === '*' || literal(value) === '*') ||
    statement.principalElement === undefined ||
    (statement.principals.length === 0 && statement.open === true);
  const certain = allFederated.some(({ eks }) => eks === 'yes');
  const weak = allFederated.some(
    ({ eks, node, wildcard }) => eks === 'maybe' && !wildcard && speaksOfProvider(node.text),
  );
  const irsa = federates && (certain || speaksIrsa || (weak && !counter));
  const providers = allFederated.filter(
    ({ eks, issuer }) => eks !== 'no' || (speaksIrsa && !(issuer?.meant && isForeign(issuer.meant))),
  );
  const effect = literal(statement.effect)?.toLowerCase();
  return {
    statement,
    allows: statement.effectValue === 'Allow' || statement.effectValue === 'missing' || effect === 'allow',
    denies: statement.effectValue === 'Deny' || effect === 'deny',
    open:
      statement.open === true ||
      statement.unknownElements.length > 0 ||
      hasDuplicates(statement) ||
      hasUnreadableCondition(statement),
    providers,
    allProviders: allFederated,
    assumes: statement.actions.length === 0 || statement.actions.some((action) => !isSideAction(literal(action) ?? '')),
    irsa,
    podIdentity,
    speaks: speaksIrsa ? 'irsa' : speaksPods ? 'pod-identity' : undefined,
    conditions,
  };
}

/** What goes with assuming a role and is no assuming itself. */
function isSideAction(action: string): boolean {
  return /^sts:(?:TagSession|SetSourceIdentity|SetContext)$/i.test(action);
}

/** Of duplicate elements only the last is read. */
function hasDuplicates({ node }: Statement): boolean {
  if (node.style === 'block') return false;
  const names = node.properties.map(({ key }) => key.raw);
  return new Set(names).size < names.length;
}

/** A list, say, where an object belongs: IAM refuses it, and what it holds is not read. */
function hasUnreadableCondition({ grammar, conditionElement }: Statement): boolean {
  const kind = conditionElement?.value?.kind;
  return grammar === 'iam' && kind !== undefined && kind !== 'object' && kind !== 'null';
}

// ── principals ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function readProvider(principal: Principal, issuers: ReadonlyMap<string, Text>): ProviderReading | undefined {
  const node = principal.value;
  const federated = principal.type === 'Federated';
  const arn = parseProviderArn(node.text);
  const misplaced = !federated && (principal.type === 'AWS' || principal.type === 'Service') && arn !== undefined;
  if (!federated && !misplaced) return undefined;
  const known = literalOf(node.text);
  const wildcard = known === '*';
  const bare = arn ? undefined : known !== undefined && isEksIssuer(node.text) === 'yes' ? node.text : undefined;
  const typedIssuer = arn?.issuer ?? bare;
  const hole = onlyHole(node.text);
  const url = hole?.address === undefined ? undefined : issuers.get(hole.address);
  const issuer = typedIssuer ? readIssuer(withoutBlanks(typedIssuer)) : url ? readIssuer(bareIssuer(url)) : undefined;
  return {
    principal,
    node,
    wildcard,
    eks: wildcard ? 'maybe' : providerEks(node.text, typedIssuer, url),
    arn,
    verdict: wildcard ? { ok: 'maybe' } : checkProviderArn(node.text),
    issuer,
    misplaced,
  };
}

/** Blanks at its ends are the ARN's own mistake; the issuer is compared without them. */
function withoutBlanks(text: Text): Text {
  return text.map((part, i) => {
    if (typeof part !== 'string') return part;
    const end = i === text.length - 1 ? part.trimEnd() : part;
    return i === 0 ? end.trimStart() : end;
  });
}

function providerEks(text: Text, issuer: Text | undefined, url: Text | undefined): Ternary {
  if (url) return isEksText(url);
  if (issuer) return isEksText(issuer);
  const known = literalOf(text);
  // A cluster's ARN in the place of its provider's speaks of the cluster all the same.
  const [start] = text;
  if (typeof start === 'string' && /^arn:[^:]*:eks:/.test(start)) return 'yes';
  if (known !== undefined) return 'no';
  return isEksText(text);
}

// The clouds' own clusters (`container.googleapis.com`, `….prod-aks.azure.com`) vouch for service accounts as well.
const FOREIGN =
  /github|gitlab|bitbucket|circleci|terraform\.io|buildkite|codefresh|accounts\.google|facebook|cognito|www\.amazon\.com$|auth0|okta|login\.microsoft|sts\.windows\.net|vercel|pulumi|scalr|spacelift|saml|snowflake|tfc\b|\bhcp\b/i;

/** Does the text name the issuer of a cluster? Holes are judged by their expression. */
export function isEksText(text: Text): Ternary {
  for (const part of text) {
    if (typeof part === 'string') {
      if (FOREIGN.test(part) && isEksIssuer([part]) !== 'yes') return 'no';
    } else if (FOREIGN.test(`${part.address ?? ''} ${part.expression}`)) return 'no';
  }
  const answer = isEksIssuer(text);
  if (answer === 'yes' && typeof bareIssuer(text)[0] === 'string') return 'yes';
  if (text.some((part) => typeof part !== 'string' && saysEks(part))) return 'yes';
  return hasHole(text) && answer !== 'no' ? 'maybe' : answer === 'yes' ? 'maybe' : answer;
}

function saysEks(hole: Hole): boolean {
  return /eks|k8s|kubernetes|irsa|OpenIdConnectIssuerUrl|cluster[\w.[\]"-]*(?:oidc|issuer)|(?:oidc|issuer)[\w.[\]"-]*cluster/i.test(
    `${hole.address ?? ''} ${hole.expression}`,
  );
}

/** `var.oidc_provider_arn`: an OIDC provider, whose is not said. */
function speaksOfProvider(text: Text): boolean {
  return text.some(
    (part) => typeof part !== 'string' && /oidc|openid|issuer/i.test(`${part.address ?? ''} ${part.expression}`),
  );
}

/** `pods.eks.amazonaws.com` or what can only mean it. Other services of EKS are right where they stand. */
export function isPodIdentityService(service: string): boolean {
  const name = service.trim().toLowerCase();
  if (name === POD_IDENTITY) return true;
  if (OTHER_SERVICES.has(name)) return false;
  return (
    /^(?:https?:\/\/)?(?:eks-)?pods?(?:-identity)?[.-]eks(?:-auth)?[.-]?amazonaws\.com(?:\.cn)?\/?$/.test(name) ||
    /^eks[.-]pods?(?:[.-]identity)?\.(?:eks\.)?amazonaws\.com(?:\.cn)?$/.test(name) ||
    /^pods?\.eks(?:\.amazon(?:aws)?|\.(?:aws\.)?amazon\.com|\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com)?$/.test(name) ||
    /^(?:podidentity|pod-identity)\.(?:eks\.)?amazonaws\.com(?:\.cn)?$/.test(name) ||
    (name.includes('pod') && editDistance(name, POD_IDENTITY, 2) !== undefined) ||
    editDistance(name, POD_IDENTITY, 1) !== undefined
  );
}

const OTHER_SERVICES = new Set([
  'eks.amazonaws.com',
  'eks-fargate-pods.amazonaws.com',
  'eks-fargate.amazonaws.com',
  'eks-nodegroup.amazonaws.com',
  'eks-connector.amazonaws.com',
  'eks-auth.amazonaws.com',
]);

export function isPodIdentityKey(key: ConditionKey): boolean {
  if (key.kind !== 'service' || key.prefix !== 'aws') return false;
  const [name] = key.name;
  return typeof name === 'string' && /^(?:requesttag|principaltag)\/(?:kubernetes-|eks-cluster-)/i.test(name);
}

// ── conditions ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const KNOWN_CLAIMS = new Set(['sub', 'aud', 'amr', 'oaud', 'email']);
const NEAR_CLAIMS: readonly (readonly [RegExp, Claim])[] = [
  [/^(?:su|sb|subb|subs|subj|subject|subjects|sun|sbu|usb)$/, 'sub'],
  [/^(?:au|audd|auds|audience|audiences|audiance|aut|aus|adu)$/, 'aud'],
];

export function readCondition(condition: Condition): ConditionReading {
  const name = literalOf(condition.operator.text);
  const operator = name === undefined ? undefined : parseOperator(name);
  const key = parseConditionKey(condition.key.text);
  const part = claimPart(condition.key.text, key);
  const near = part && NEAR_CLAIMS.find(([form]) => form.test(part.claim));
  const claim = near?.[1] ?? part?.claim;
  const literally = operator !== undefined && !operator.wildcards && operator.type === 'string';
  const values = condition.values.flatMap((node): ValueReading[] => {
    const text = textOfValue(node);
    if (text === undefined) return [];
    return [
      {
        node,
        text,
        literalWildcard: literally && hasWildcard(text),
        // A star that is compared literally is meant as a pattern; an unknown operator may take patterns.
        subject: patternCoverage(operator?.ignoreCase ? lower(text) : text),
        looksLike: looksLike(text),
      },
    ];
  });
  const swapped =
    values.length > 0 &&
    ((claim === 'aud' && values.every((value) => value.looksLike === 'subject')) ||
      (claim === 'sub' && values.every((value) => value.looksLike === 'audience')));
  const issuer = part?.issuer;
  const foreign =
    issuer !== undefined && isForeign(issuer) && !values.some((value) => speaksOfServiceAccounts(value.text));
  return {
    condition,
    operator,
    noOperator: name !== undefined && operator === undefined,
    key,
    claim,
    meant: swapped ? (claim === 'sub' ? 'aud' : 'sub') : claim,
    swapped,
    misspelledClaim: part !== undefined && (!KNOWN_CLAIMS.has(part.claim) || endsInBlank(condition.key.text)),
    issuer,
    issuerReading: issuer && readIssuer(issuer),
    foreign,
    anyKey: part === undefined && key.kind === 'unclear' && hasHole(condition.key.text),
    values,
    open: condition.open === true || values.length < condition.values.length,
  };
}

/** Whoever vouches for service accounts in one condition is no stranger in the next, whatever the name sounds like. */
function withOwnIssuers(conditions: readonly ConditionReading[]): readonly ConditionReading[] {
  const own = conditions.flatMap(({ issuer, values }) =>
    issuer && values.some(({ text }) => speaksOfServiceAccounts(text)) ? [issuer] : [],
  );
  return conditions.map((each) =>
    each.foreign && own.some((issuer) => each.issuer && sameIssuer(issuer, each.issuer) === 'yes')
      ? { ...each, foreign: false }
      : each,
  );
}

function endsInBlank(text: Text): boolean {
  const last = text[text.length - 1];
  return typeof last === 'string' && /\s$/.test(last);
}

function claimPart(text: Text, key: ConditionKey): { issuer: Text; claim: string } | undefined {
  if (key.kind === 'claim') return { issuer: key.issuer, claim: key.claim.trim() };
  if (key.kind === 'service') return undefined;
  // Without a colon before the claim: `sub`, `…/id/0123.sub`, `…/id/0123/sub`.
  const last = text[text.length - 1];
  const found = typeof last === 'string' ? /^(?:(.*)[./])?(sub|aud)\s*$/is.exec(last) : null;
  if (!found) return undefined;
  return { issuer: concat(text.slice(0, -1), found[1] ? [found[1]] : []), claim: found[2]!.toLowerCase() };
}

/** YAML writes numbers and booleans without quotes; IAM takes them as the words. */
function textOfValue(node: SyntaxNode): Text | undefined {
  if (node.kind === 'string') return node.text;
  if (node.kind === 'number' || node.kind === 'boolean') return [node.source];
  return undefined;
}

function looksLike(text: Text): ValueReading['looksLike'] {
  const [first] = text;
  if (speaksOfServiceAccounts(text)) return 'subject';
  return typeof first === 'string' && isStsAudience(first) ? 'audience' : undefined;
}

/** `sts.amazonaws.com`, regional and misspelled hosts of STS, and the audience of Pod Identity. */
export function isStsAudience(value: string): boolean {
  const host = value
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '');
  if (/^sts[.-][\w.-]*(?:amazon[\w.-]*|\.api\.(?:aws|amazonwebservices\.com\.cn))$/.test(host) || host === POD_IDENTITY)
    return true;
  return editDistance(host, AUDIENCE, 2) !== undefined;
}

export const AUDIENCE = 'sts.amazonaws.com';

export function speaksOfServiceAccounts(text: Text): boolean {
  const [first] = text;
  return typeof first === 'string' && /^\s*system:serviceaccounts?(?::|$)/i.test(first);
}

/** `repo:org/name`, `project_path:…`: subjects of other issuers. */
function isForeignSubject(text: Text): boolean {
  const [first] = text;
  return (
    typeof first === 'string' &&
    /^(?:repo|project_path|organization|repository|workspace|pipeline|namespace_path|user|job|oidc)[:/]/i.test(first) &&
    !/^organization$/.test(first)
  );
}

export function isForeign(issuer: Text): boolean {
  return (
    issuer.some((part) => FOREIGN.test(typeof part === 'string' ? part : `${part.address ?? ''} ${part.expression}`)) &&
    isEksIssuer(issuer) !== 'yes'
  );
}

// ── what rules ask ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** The conditions that test a claim or were meant to, whatever their operator, issuer or spelling. */
export function conditionsOn(reading: StatementReading, claim: Claim): ConditionReading[] {
  return reading.conditions.filter((each) => !each.foreign && (each.claim === claim || each.meant === claim));
}

/** The conditions that were meant for a claim, swapped ones where they belong. */
export function conditionsMeantFor(reading: StatementReading, claim: Claim): ConditionReading[] {
  return reading.conditions.filter((each) => !each.foreign && each.meant === claim);
}

/** Could something that is not readable be a condition on any claim? */
export function mayHoldMore(reading: StatementReading): boolean {
  return reading.open || reading.conditions.some(({ anyKey }) => anyKey);
}

/** Says a value that is not there, whatever the request: every request meets it, or none does. */
export function isGuard({ operator, noOperator }: ConditionReading): Ternary {
  if (noOperator) return 'yes';
  if (!operator) return 'maybe';
  if (operator.negated || operator.ifExists || operator.qualifier === 'ForAllValues' || operator.type === 'null')
    return 'no';
  return 'yes';
}

/** Is `a` the issuer of `b`? Condition keys do not regard case. */
export function sameIssuer(a: Text, b: Text): Ternary {
  return sameText(lower(a), lower(b));
}

function lower(text: Text): Text {
  return text.map((part) => (typeof part === 'string' ? part.toLowerCase() : part));
}

/** The issuer that the statement's provider has, by its only reading. */
export function issuersOf(reading: StatementReading): Text[] {
  return reading.providers.flatMap(({ issuer }) => (issuer?.meant ? [issuer.meant] : []));
}

export interface Span {
  readonly document: StringNode['document'];
  readonly start: number;
  readonly end: number;
}

/** Where something stands that is missing: the provider or service, else the effect, else the statement's beginning. */
export function standsFor(reading: StatementReading): Span {
  const { statement } = reading;
  const { node } = statement;
  const principal =
    reading.providers.find(({ eks }) => eks !== 'no')?.node ??
    reading.podIdentity[0]?.value ??
    statement.principals[0]?.value;
  // A value behind a reference stands elsewhere, perhaps for many statements.
  if (principal && principal.document === node.document && principal.start >= node.start && principal.end <= node.end) {
    return principal;
  }
  const element = principalElement(statement);
  return element ?? statement.effect ?? { document: node.document, start: node.start, end: node.start + 1 };
}

/** A member as it is typed, key and value. */
export function spanOfProperty({ key, value }: Property): Span {
  const end =
    value && value.document === key.document && value.start >= key.start ? Math.max(value.end, key.end) : key.end;
  return { document: key.document, start: key.start, end };
}

export function actionElement({ actionElement, notActionElement }: Statement): Span | undefined {
  const element = actionElement ?? notActionElement;
  return element && spanOfProperty(element);
}

export function principalElement({ principalElement }: Statement): Span | undefined {
  if (!principalElement) return undefined;
  return 'key' in principalElement ? spanOfProperty(principalElement) : principalElement;
}

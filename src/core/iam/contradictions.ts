import type { Condition, Principal, Statement, TrustPolicy } from '../facts/model.js';
import { hasHole, literalOf, sameText, type Ternary, type Text } from '../syntax/text.js';
import { keyName, parseConditionKey } from './conditionKey.js';
import { matchCondition } from './conditions.js';
import { hasVariables, isOverwritten } from './evaluate.js';
import { literalPattern, matchGlob, matchPattern, ONE, patternCovers, patternOf, STAR, type Step } from './globs.js';
import { readIssuer } from './issuer.js';
import { EVERY_STRING, extentOf, PART_ONE, PART_STAR } from './languages.js';
import { type Operator, parseOperator } from './operators.js';
import { ASSUME_ROLE, POD_IDENTITY, TAG_SESSION, WEB_IDENTITY_ACTION } from './principals.js';
import { ABSENT, type KeyState, UNKNOWN } from './request.js';
import { parseDate, parseNumber } from './values.js';
import { expandVariables } from './variables.js';

/** Conditions that can't hold together, so that their statement never applies. */
export interface Contradiction {
  /** `values`: no value of one key satisfies them. `issuers`: they need claims of two issuers, and a token has one. */
  readonly kind: 'values' | 'issuers';
  readonly conditions: readonly Condition[];
}

/** Only what is proven: holes and unknown operators are taken to fit. */
export function contradictionsIn(statement: Statement, policy: TrustPolicy): Contradiction[] {
  const variables = hasVariables(policy);
  const conditions = statement.conditions.filter((condition) => !isOverwritten(statement, condition));
  const found: Contradiction[] = [];
  const groups = new Map<string, Condition[]>();
  for (const condition of conditions) {
    const key = keyName(condition.key.text);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), condition]);
  }
  for (const [key, group] of groups) {
    if (
      !satisfiable(
        key,
        group.map((condition) => ({ condition, holds: true })),
        variables,
      )
    )
      found.push({ kind: 'values', conditions: group });
  }
  const issuers = neededIssuers(conditions, variables);
  if (issuers.length > 1) found.push({ kind: 'issuers', conditions: issuers });
  return found;
}

/** For each issuer of which a claim must be there, the first condition that says so. */
function neededIssuers(conditions: readonly Condition[], variables: Ternary): Condition[] {
  const first = new Map<string, Condition>();
  for (const condition of conditions) {
    const key = parseConditionKey(condition.key.text);
    if (key.kind !== 'claim' || matchCondition(condition, () => ABSENT, variables) !== 'no') continue;
    // What never holds is reported as that.
    if (matchCondition(condition, () => UNKNOWN, variables) === 'no') continue;
    const meant = readIssuer(key.issuer).meant;
    const issuer = meant && literalOf(meant)?.toLowerCase();
    if (issuer !== undefined && !first.has(issuer)) first.set(issuer, condition);
  }
  return [...first.values()];
}

/** A condition, or its opposite. */
interface Demand {
  readonly condition: Condition;
  readonly holds: boolean;
}

/** Is there a value of the key, or its absence, under which all is as demanded? `true` where that can't be ruled out. */
function satisfiable(key: string, demands: readonly Demand[], variables: Ternary): boolean {
  const underState = (state: KeyState) =>
    demands.every(
      ({ condition, holds }) => matchCondition(condition, () => state, variables) !== (holds ? 'no' : 'yes'),
    );
  if (mayBeAbsent(key) && underState(ABSENT)) return true;
  const operators = demands.map(({ condition }) =>
    parseOperator(literalOf(condition.operator.text) ?? condition.operator.raw),
  );
  const present = demands.filter((_, i) => operators[i]?.type !== 'null');
  const kinds = new Set(operators.map((operator) => operator?.type));
  kinds.delete('null');
  // Null speaks of presence only: any value will do to ask it.
  if (!demands.every((demand, i) => operators[i]?.type !== 'null' || holdsPresent(demand, variables))) return false;
  if (present.length === 0 || operators.includes(undefined) || present.some(({ condition }) => condition.open))
    return true;
  const qualified = operators.some((operator) => operator?.qualifier !== undefined);
  if (qualified && !isSingleValued(key)) return true;
  if ([...kinds].every((kind) => kind === 'string' || kind === 'arn')) {
    return textSatisfies(present, operators.filter((operator) => operator!.type !== 'null') as Operator[], variables);
  }
  if (kinds.size > 1) return true;
  const candidates = candidatesFor([...kinds][0]!, present);
  return (
    candidates === undefined || candidates.some((value) => present.every((demand) => passes(demand, value, variables)))
  );
}

function passes({ condition, holds }: Demand, value: string, variables: Ternary): boolean {
  return (
    matchCondition(condition, () => ({ state: 'values', values: [[value]] }), variables) !== (holds ? 'no' : 'yes')
  );
}

function holdsPresent(demand: Demand, variables: Ternary): boolean {
  return passes(demand, 'x', variables);
}

/** Every token has a subject and an audience; every Pod Identity request comes from a cluster. */
function mayBeAbsent(key: string): boolean {
  return !/[./].*:(?:sub|aud)$/.test(key) && key !== 'aws:sourcearn' && key !== 'aws:sourceaccount';
}

function isSingleValued(key: string): boolean {
  return !mayBeAbsent(key) || key.startsWith('aws:requesttag/');
}

/** Values between which nothing changes, for what is ordered; undefined where there are no such. */
function candidatesFor(kind: Operator['type'], demands: readonly Demand[]): string[] | undefined {
  if (kind === 'bool') return ['true', 'false'];
  if (kind !== 'numeric' && kind !== 'date') return undefined;
  const read = kind === 'date' ? (text: string) => scaled(parseDate(text)) : parseNumber;
  const points: number[] = [];
  for (const { condition } of demands) {
    for (const value of condition.values) {
      const text = value.kind === 'string' ? literalOf(value.text) : value.kind === 'number' ? value.source : '';
      if (text === undefined) return undefined;
      const point = read(text);
      if (point !== undefined) points.push(point);
    }
  }
  points.sort((a, b) => a - b);
  const between = points.map((point, i) => (point + (points[i + 1] ?? point + 2)) / 2);
  return [...points, ...between, (points[0] ?? 0) - 1].map((point) => plain(point));
}

function scaled(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

/** Without an exponent: dates are not written so. */
function plain(point: number): string {
  return Number.isInteger(point) ? point.toFixed(0) : point.toFixed(6);
}

function textSatisfies(demands: readonly Demand[], operators: readonly Operator[], variables: Ternary): boolean {
  const ignoreCase = operators.some((operator) => operator.ignoreCase);
  const patterns: (readonly Step[])[] = [];
  const tests = demands.map(({ condition, holds }, i) => {
    const operator = operators[i]!;
    const wanted = operator.negated !== holds;
    const from = patterns.length;
    for (const steps of patternsOf(condition, operator, variables)) {
      const loose = steps.some((step) => typeof step !== 'number');
      // What a hole makes uncertain is taken to match where that is asked for, and not to where it must not.
      if (!wanted && (loose || (ignoreCase && !operator.ignoreCase))) continue;
      const folded = ignoreCase ? patternOf(steps, { ignoreCase }).steps : steps;
      patterns.push(folded.map((step) => (typeof step === 'number' ? step : STAR)));
    }
    const until = patterns.length;
    return (matched: readonly boolean[]) => matched.slice(from, until).some((one) => one) === wanted;
  });
  const extent = extentOf({ patterns, accepts: (matched) => tests.every((test) => test(matched)) }, EVERY_STRING);
  return extent?.size !== 'none';
}

function patternsOf(condition: Condition, operator: Operator, variables: Ternary): Step[][] {
  return condition.values.flatMap((value) => {
    const text: Text =
      value.kind === 'string' ? value.text : value.kind === 'number' || value.kind === 'boolean' ? [value.source] : [];
    const typed = condition.block
      ? text.map((part) => (typeof part === 'string' ? part.replaceAll('&{', '${') : part))
      : text;
    const expansion = expandVariables(
      typed,
      operator.wildcards,
      () => UNKNOWN,
      variables === 'no' ? 'literal' : 'variables',
    );
    if (!expansion || (value.kind !== 'string' && text.length === 0)) return [];
    if (operator.type !== 'arn') return [[...expansion.steps]];
    const inParts = arnSteps(expansion.steps);
    return inParts ? [inParts] : [];
  });
}

/** Wildcards of the first five parts reach over no colon. Undefined where there are not six. */
function arnSteps(steps: readonly Step[]): Step[] | undefined {
  let colons = 0;
  const result = steps.map((step) => {
    if (step === 58) colons++;
    if (colons >= 5) return step;
    return step === STAR ? PART_STAR : step === ONE ? PART_ONE : step;
  });
  return colons >= 5 || steps.some((step) => typeof step !== 'number') ? result : undefined;
}

/** Does the Deny surely take back all that the Allow gives to service accounts? */
export function denyCovers(deny: Statement, allow: Statement, policy: TrustPolicy): boolean {
  if (deny.open || deny.notPrincipals.length > 0 || deny.notActions.length > 0 || deny.unknownElements.length > 0)
    return false;
  if (allow.principals.length === 0 || allow.notPrincipals.length > 0 || allow.actions.length === 0) return false;
  const everybody = deny.principals.some(isEverybody);
  const covered = allow.principals.every(
    (principal) => everybody || deny.principals.some((other) => coversPrincipal(other, principal)),
  );
  if (!covered || !allow.principals.every((principal) => deniesActions(deny, allow, principal))) return false;
  const variables = hasVariables(policy);
  return deny.conditions.every((condition) => {
    if (isOverwritten(deny, condition)) return true;
    const key = keyName(condition.key.text);
    if (key === undefined) return false;
    const same = allow.conditions.filter((other) => keyName(other.key.text) === key && !isOverwritten(allow, other));
    const demands = [...same.map((other) => ({ condition: other, holds: true })), { condition, holds: false }];
    return !satisfiable(key, demands, variables);
  });
}

function isEverybody({ type, value }: Principal): boolean {
  return type === '*' || (type === 'AWS' && literalOf(value.text) === '*');
}

function coversPrincipal(wide: Principal, narrow: Principal): boolean {
  if (wide.type !== narrow.type) return false;
  return literalOf(wide.value.text) === '*' || sameText(wide.value.text, narrow.value.text) === 'yes';
}

/** Pod Identity needs both of its actions, so the loss of one is the loss of all. */
function deniesActions(deny: Statement, allow: Statement, principal: Principal): boolean {
  const isService = matchPattern(literalPattern([POD_IDENTITY]), principal.value.text) === 'yes';
  const needed = isService ? [ASSUME_ROLE, TAG_SESSION] : principal.type === 'Federated' ? [WEB_IDENTITY_ACTION] : [];
  const denied = (action: string) =>
    deny.actions.some(({ text }) => matchGlob(text, [action], { ignoreCase: true }) === 'yes');
  if (needed.length > 0) return needed.some(denied);
  return allow.actions.every(({ text }) =>
    deny.actions.some(
      (other) => !hasHole(other.text) && patternCovers(other.text, text, { ignoreCase: true }) === 'yes',
    ),
  );
}

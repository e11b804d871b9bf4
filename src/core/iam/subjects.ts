import type { Condition, Statement, TrustPolicy } from '../facts/model.js';
import { concat, display, literalOf, type Ternary, type Text } from '../syntax/text.js';
import { claimOf, parseConditionKey } from './conditionKey.js';
import { matchCondition } from './conditions.js';
import { hasVariables, isOverwritten } from './evaluate.js';
import {
  covers,
  globPattern,
  hasWildcard,
  intersect,
  literalPattern,
  matchGlob,
  matchPattern,
  patternOf,
  STAR,
  type Step,
} from './globs.js';
import { extentOf, type Language, type Letter, type Universe } from './languages.js';
import { parseSubject, SUBJECT_PREFIX } from './names.js';
import { parseOperator } from './operators.js';
import { matchPrincipal, WEB_IDENTITY_ACTION } from './principals.js';
import { ABSENT, irsaRequest, type KeyState, UNKNOWN, unknownText } from './request.js';
import { and, any, not, or } from './ternary.js';
import { expandVariables } from './variables.js';

/** Which service accounts are let in by IRSA. */
export interface SubjectSet {
  /**
   * `these`: just `accounts`, at least one. `patterns`: more than can be listed, as `patterns` says. `all`: every service
   * account of the cluster. `unknown`: that depends on holes or on other keys.
   */
  readonly kind: 'none' | 'these' | 'patterns' | 'all' | 'unknown';
  readonly accounts: readonly CoveredAccount[];
  /** As typed, with `except` for what is taken out again; only for `patterns`. */
  readonly patterns: readonly string[];
  /** More than one account? */
  readonly several: Ternary;
}

export interface CoveredAccount {
  readonly namespace: Text;
  readonly name: Text;
}

export interface CoveredSubjects extends SubjectSet {
  /** For each statement what it lets in or, for a Deny, takes back; `none` for those that are about something else. */
  readonly statements: readonly SubjectSet[];
}

const NONE: SubjectSet = { kind: 'none', accounts: [], patterns: [], several: 'no' };
const ALL: SubjectSet = { kind: 'all', accounts: [], patterns: [], several: 'yes' };
const unknownSet = (several: Ternary): SubjectSet => ({ kind: 'unknown', accounts: [], patterns: [], several });

/**
 * Which service accounts of a cluster does the policy let in? All conditions on the subject are judged together; those on
 * other keys are taken to hold unless they can't.
 * @param issuer the cluster's; without it every provider and every `…:sub` counts
 */
export function subjectsCovered(policy: TrustPolicy, issuer?: Text): CoveredSubjects {
  const scope = new Scope(issuer, hasVariables(policy));
  const read = policy.statements.map((statement) => scope.read(statement));
  const statements = read.map((part) => (part ? setOf([part], []) : NONE));
  const parts = read.filter((part) => part !== undefined);
  const allows = parts.filter(({ effect }) => effect !== 'Deny');
  const denies = parts.filter(({ effect }) => effect !== 'Allow');
  const whole = denies.length === 0 && allows.length === 1 ? setOf([allows[0]!], []) : setOf(allows, denies);
  // What is not seen may let in more, and take back.
  if (policy.open && whole.kind !== 'unknown') return { ...unknownSet('maybe'), statements };
  return { ...whole, statements };
}

/** The same for one statement alone, whatever its effect. */
export function subjectsOfStatement(statement: Statement, policy: TrustPolicy, issuer?: Text): SubjectSet {
  const part = new Scope(issuer, hasVariables(policy)).read(statement);
  return part ? setOf([part], []) : NONE;
}

/** One condition on the subject. */
interface SubjectCondition {
  readonly negated: boolean;
  readonly values: readonly SubjectPattern[];
  /** It holds or not, whatever the subject is. */
  readonly constant: Ternary | undefined;
  readonly typed: readonly string[];
}

interface SubjectPattern {
  readonly steps: readonly Step[];
  readonly typed: Text;
  readonly wild: boolean;
  /** A hole in it may hold more than a part of a namespace or a name. */
  readonly loose: boolean;
}

interface Part {
  readonly effect: 'Allow' | 'Deny' | 'unknown';
  readonly conditions: readonly SubjectCondition[];
  /** Do principal, action and the other conditions hold? Never `no`. */
  readonly others: Ternary;
}

class Scope {
  readonly #variables: Ternary;
  readonly #issuer: Text | undefined;
  readonly #request;

  constructor(issuer: Text | undefined, variables: Ternary) {
    this.#issuer = issuer;
    this.#variables = variables;
    this.#request = irsaRequest({
      issuer,
      namespace: unknownText('namespace'),
      serviceAccount: unknownText('service account'),
      audience: unknownText('audience'),
    });
  }

  read(statement: Statement): Part | undefined {
    if (statement.effectValue === 'missing' && !statement.open) return undefined;
    const named = statement.principals.length > 0 || statement.notPrincipals.length === 0;
    const test = (principal: Statement['principals'][number]) => matchPrincipal(principal, this.#request.principal);
    const principal = named ? any(statement.principals, test) : not(any(statement.notPrincipals, test));
    const listed = statement.actions.length > 0 || statement.notActions.length === 0;
    const isAction = ({ text }: { readonly text: Text }) =>
      matchGlob(text, [WEB_IDENTITY_ACTION], { ignoreCase: true });
    const action = listed ? any(statement.actions, isAction) : not(any(statement.notActions, isAction));
    // Without a given issuer every provider is meant, so a provider that may be one is one.
    const provider = this.#issuer === undefined && principal === 'maybe' ? 'yes' : principal;
    let others = and(statement.open ? or(provider, 'maybe') : provider, statement.open ? or(action, 'maybe') : action);
    const conditions: SubjectCondition[] = [];
    for (const condition of statement.conditions) {
      if (isOverwritten(statement, condition)) continue;
      if (claimOf(condition.key.text) === 'sub') conditions.push(this.#subjectCondition(condition));
      else others = and(others, this.#otherCondition(condition, statement));
    }
    if (statement.open) conditions.push({ negated: false, values: [], constant: 'maybe', typed: [] });
    if (others === 'no') return undefined;
    const effect =
      statement.effectValue === 'Allow' || statement.effectValue === 'Deny' ? statement.effectValue : 'unknown';
    return { effect, conditions, others };
  }

  /** An audience or another key that may fit is taken to fit where something is let in, and not where it is taken back. */
  #otherCondition(condition: Condition, statement: Statement): Ternary {
    const matches = matchCondition(condition, (key) => this.#request.key(key), this.#variables);
    return matches === 'maybe' && statement.effectValue === 'Allow' ? 'yes' : matches;
  }

  /** Present, absent (of another issuer), or that is not known. */
  #stateOf(key: Text): KeyState['state'] {
    if (this.#issuer === undefined) return 'values';
    const parsed = parseConditionKey(key);
    if (parsed.kind !== 'claim') return 'unknown';
    const same = matchPattern(literalPattern(parsed.issuer, { ignoreCase: true }), this.#issuer);
    return same === 'yes' ? 'values' : same === 'no' ? 'absent' : 'maybe';
  }

  #subjectCondition(condition: Condition): SubjectCondition {
    const typed = condition.values.map((value) => (value.kind === 'string' ? display(value.text) : ''));
    const fixed = (constant: Ternary): SubjectCondition => ({ negated: false, values: [], constant, typed });
    const operator = parseOperator(literalOf(condition.operator.text) ?? condition.operator.raw);
    const state = this.#stateOf(condition.key.text);
    if (!operator || state === 'maybe' || condition.open) return fixed('maybe');
    if (state === 'absent') return fixed(matchCondition(condition, () => ABSENT, this.#variables));
    // Only strings tell subjects apart: a subject is no number, date, ARN, …
    if (operator.type !== 'string') {
      const anyone: KeyState = { state: 'values', values: [[`${SUBJECT_PREFIX}a:a`]] };
      return fixed(matchCondition(condition, () => anyone, this.#variables));
    }
    const values: SubjectPattern[] = [];
    for (const value of condition.values) {
      if (value.kind !== 'string') continue;
      const text = condition.block
        ? value.text.map((part) => (typeof part === 'string' ? part.replaceAll('&{', '${') : part))
        : value.text;
      const expansion = expandVariables(
        text,
        operator.wildcards,
        () => UNKNOWN,
        this.#variables === 'no' ? 'literal' : 'variables',
      );
      if (!expansion) continue;
      const { steps } = patternOf(expansion.steps, operator);
      values.push({
        steps,
        typed: value.text,
        wild: steps.some((step) => typeof step === 'number' && step < 0),
        loose: expansion.mayBeVoid || !holesStayInParts(steps),
      });
    }
    return { negated: operator.negated, values, constant: undefined, typed };
  }
}

/** Do all holes stand behind the prefix, where each can only be (a part of) a namespace or a name? */
function holesStayInParts(steps: readonly Step[]): boolean {
  if (steps.every((step) => typeof step === 'number')) return true;
  const start = literalPattern([SUBJECT_PREFIX]).steps;
  if (!start.every((step, i) => steps[i] === step)) return false;
  const rest = steps.slice(start.length);
  // `system:serviceaccount:${x}` may be any namespace and name; a colon or a star tells them apart.
  return rest.includes(58) || rest.includes(STAR);
}

const ALNUM = /^[a-z0-9]$/;
const NAMESPACE = SUBJECT_PREFIX.length;

/** The subjects that exist: the prefix, a DNS label, a colon, a DNS subdomain. Lengths are left out of account. */
const SUBJECTS: Universe = {
  start: 0,
  characters: `${SUBJECT_PREFIX}-.`,
  others: 'xqzjkwyvbdfghlp0123456789',
  final: (state) => state === NAMESPACE + 4,
  next(state, letter) {
    if (typeof letter === 'object')
      return state < NAMESPACE ? undefined : state <= NAMESPACE + 2 ? NAMESPACE + 1 : NAMESPACE + 4;
    if (state < NAMESPACE) return letter === SUBJECT_PREFIX.charCodeAt(state) ? state + 1 : undefined;
    const char = String.fromCharCode(letter);
    const inName = state >= NAMESPACE + 3;
    // Offsets: 0 and 3 at the start of a label, 1 and 4 behind a letter or digit, 2 and 5 behind a hyphen.
    const base = NAMESPACE + (inName ? 3 : 0);
    const behind = state - base;
    if (ALNUM.test(char)) return base + 1;
    if (char === '-') return behind === 0 ? undefined : base + 2;
    if (char === ':') return !inName && behind === 1 ? NAMESPACE + 3 : undefined;
    if (char === '.') return inName && behind === 1 ? base : undefined;
    return undefined;
  },
};

function setOf(allows: readonly Part[], denies: readonly Part[]): SubjectSet {
  if (allows.length === 0) return NONE;
  const simple = denies.length === 0 && allows.length === 1 ? listed(allows[0]!) : undefined;
  if (simple) return simple;

  const uncertain =
    allows.some(
      (part) =>
        part.others === 'maybe' ||
        part.effect === 'unknown' ||
        part.conditions.some(({ constant }) => constant === 'maybe'),
    ) ||
    denies.some(
      (part) =>
        part.others === 'maybe' ||
        part.effect === 'unknown' ||
        part.conditions.some(({ constant }) => constant === 'maybe'),
    );
  const loose = [...allows, ...denies].some((part) =>
    part.conditions.some((condition) => condition.values.some((value) => value.loose)),
  );
  const holes = [...allows, ...denies].some((part) =>
    part.conditions.some((condition) =>
      condition.values.some(({ steps }) => steps.some((step) => typeof step === 'object')),
    ),
  );

  // At most: unknown conditions hold, holes can be anything.
  const most = extentOf(language(allows, denies, 'most'), SUBJECTS);
  if (most?.size === 'none') return NONE;
  if (!uncertain && !holes) return most ? describe(most, allows, denies) : unknownSet('maybe');
  // As it reads: every hole a name of its own.
  const reading = extentOf(language(allows, denies, uncertain || loose ? 'least' : 'reading'), SUBJECTS);
  const several = reading ? severalOf(reading) : 'maybe';
  const atLeast: Ternary =
    several === 'yes' ? 'yes' : most?.size === 'few' && most.members.length === 1 ? 'no' : 'maybe';
  if (uncertain || loose || !reading || reading.size === 'none') return unknownSet(atLeast);
  return { ...describe(reading, allows, denies), several };
}

/** The common case needs no automata: one condition that lists subjects without patterns. */
function listed(part: Part): SubjectSet | undefined {
  if (part.others !== 'yes' || part.effect === 'unknown') return undefined;
  if (part.conditions.length === 0) return ALL;
  const [condition] = part.conditions;
  if (part.conditions.length > 1 || !condition || condition.negated || condition.constant !== undefined)
    return undefined;
  const accounts: CoveredAccount[] = [];
  const seen = new Set<string>();
  for (const { steps, wild, loose } of condition.values) {
    if (wild || loose) return undefined;
    const text = textOf(steps as readonly Letter[]);
    const subject = parseSubject(text);
    if (subject.kind === 'unknown') return undefined;
    if (subject.kind !== 'account') continue;
    const shown = display(text);
    if (!seen.has(shown)) accounts.push({ namespace: subject.namespace, name: subject.name });
    seen.add(shown);
  }
  if (accounts.length === 0) return NONE;
  return { kind: 'these', accounts, patterns: [], several: severalAccounts(accounts) };
}

function language(allows: readonly Part[], denies: readonly Part[], bound: 'most' | 'least' | 'reading'): Language {
  const patterns: (readonly Step[])[] = [];
  // Whether the doubtful is taken to match: what is let in by it, the other way round where it takes out.
  const compile = (part: Part, taking: boolean): ((matched: readonly boolean[]) => boolean) => {
    const generous = (bound === 'most') !== taking;
    const doubtful = (value: Ternary) => value === 'yes' || (value === 'maybe' && generous);
    if (!doubtful(part.others) || (part.effect === 'unknown' && !generous)) return () => false;
    const tests = part.conditions.map((condition) => {
      if (condition.constant !== undefined) {
        const holds = doubtful(condition.constant);
        return () => holds;
      }
      const from = patterns.length;
      for (const value of condition.values) {
        const holes = value.steps.some((step) => typeof step === 'object');
        const wide = generous !== condition.negated;
        if (!holes || bound === 'reading') patterns.push(value.steps);
        else if (bound === 'least' && !value.loose) patterns.push(value.steps);
        else if (wide) patterns.push(value.steps.map((step) => (typeof step === 'object' ? STAR : step)));
      }
      const until = patterns.length;
      return (matched: readonly boolean[]) => {
        let found = false;
        for (let i = from; i < until && !found; i++) found = matched[i]!;
        return found !== condition.negated;
      };
    });
    return (matched) => tests.every((test) => test(matched));
  };
  const lets = allows.map((part) => compile(part, false));
  const takes = denies.map((part) => compile(part, true));
  return {
    patterns,
    accepts: (matched) => lets.some((test) => test(matched)) && !takes.some((test) => test(matched)),
  };
}

function describe(
  extent: Exclude<ReturnType<typeof extentOf>, undefined>,
  allows: readonly Part[],
  denies: readonly Part[],
): SubjectSet {
  if (extent.size === 'none') return NONE;
  if (extent.size === 'few') {
    const accounts = extent.members.flatMap((member) => {
      const subject = parseSubject(textOf(member));
      return subject.kind === 'account' ? [{ namespace: subject.namespace, name: subject.name }] : [];
    });
    return { kind: 'these', accounts, patterns: [], several: severalAccounts(accounts) };
  }
  if (extent.everything) return ALL;
  return {
    kind: 'patterns',
    accounts: [],
    patterns: allows.flatMap((part) => typedPatterns(part, denies)),
    several: 'yes',
  };
}

/** The patterns as typed: of several conditions that must hold together those that say most. */
function typedPatterns(part: Part, denies: readonly Part[]): string[] {
  const positive = part.conditions.filter((condition) => !condition.negated && condition.constant === undefined);
  const negative = part.conditions.filter((condition) => condition.negated && condition.constant === undefined);
  const except = [
    ...negative.flatMap(({ typed }) => typed),
    ...denies.flatMap(({ conditions }) => conditions.filter(({ negated }) => !negated).flatMap(({ typed }) => typed)),
  ];
  let combinations: SubjectPattern[][] = [[]];
  for (const condition of positive) {
    combinations = combinations.flatMap((combination) =>
      condition.values
        .filter((value) => combination.every((other) => intersect(other.steps, value.steps)))
        .map((value) => {
          if (combination.some((other) => covers(value.steps, other.steps))) return combination;
          return [...combination.filter((other) => !covers(other.steps, value.steps)), value];
        }),
    );
    if (combinations.length > 100) break;
  }
  const suffix = except.length > 0 ? ` except ${except.join(', ')}` : '';
  const anyone = globPattern([`${SUBJECT_PREFIX}*:*`]).steps;
  const shown = combinations
    .filter((combination) => combination.every((value) => intersect(value.steps, anyone)))
    .map(
      (combination) =>
        (combination.length === 0
          ? `${SUBJECT_PREFIX}*:*`
          : combination.map(({ typed }) => display(typed)).join(' and ')) + suffix,
    );
  return [...new Set(shown)];
}

function severalOf(extent: Exclude<ReturnType<typeof extentOf>, undefined>): Ternary {
  if (extent.size === 'none') return 'no';
  return extent.size === 'many'
    ? 'yes'
    : severalAccounts(extent.members.map((member) => ({ namespace: textOf(member), name: [] })));
}

/** Accounts with holes may be one and the same. */
function severalAccounts(accounts: readonly CoveredAccount[]): Ternary {
  if (accounts.length < 2) return 'no';
  const steps = accounts.map(({ namespace, name }) => literalPattern(concat(namespace, [':'], name)).steps);
  const apart = steps.some((a, i) => steps.slice(i + 1).some((b) => !intersect(a, b)));
  return apart ? 'yes' : 'maybe';
}

function textOf(letters: readonly Letter[]): Text {
  return concat(
    letters
      .map((letter) => (typeof letter === 'number' ? String.fromCharCode(letter) : letter))
      .flatMap((part) => [part]),
  );
}

/** Is it a pattern under an operator that takes patterns? */
export function isSubjectPattern(condition: Condition, value: Text): boolean {
  const operator = parseOperator(literalOf(condition.operator.text) ?? condition.operator.raw);
  return operator?.wildcards === true && hasWildcard(value);
}

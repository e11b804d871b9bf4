import { type Hole, hasHole, literalOf, type Ternary, type Text } from '../syntax/text.js';

/**
 * IAM's patterns: `*` is any run of characters, empty or not, `:` and `/` included; `?` is exactly one character.
 * Both sides may have holes, so answers are three-valued.
 */
export interface GlobOptions {
  readonly ignoreCase?: boolean;
}

/** One step of a pattern or value: a UTF-16 code unit, `STAR`, `ONE`, or a hole. */
export type Step = number | Hole;

export const STAR = -1;
export const ONE = -2;

const ASCII = /^[ -\x7f]*$/;

/** A pattern made ready for matching. Case is folded in it already. */
export interface Pattern {
  readonly steps: readonly Step[];
  readonly ignoreCase: boolean;
  /** The whole when it has neither wildcards nor holes. */
  readonly literal: string | undefined;
  readonly holes: boolean;
}

/** `*` and `?` in the literal parts are wildcards. */
export function globPattern(text: Text, options: GlobOptions = {}): Pattern {
  const known = literalOf(text);
  if (known !== undefined && !/[*?]/.test(known)) return new LiteralPattern(known, options.ignoreCase === true);
  return patternOf(stepsOf(text, true), options);
}

/** Every character stands for itself. */
export function literalPattern(text: Text, options: GlobOptions = {}): Pattern {
  const known = literalOf(text);
  return known === undefined
    ? patternOf(stepsOf(text, false), options)
    : new LiteralPattern(known, options.ignoreCase === true);
}

/** Most patterns are plain words that are only ever compared: their steps are made when somebody asks. */
class LiteralPattern implements Pattern {
  readonly literal: string;
  readonly holes = false;
  #steps: readonly Step[] | undefined;

  constructor(
    value: string,
    readonly ignoreCase: boolean,
  ) {
    this.literal = ignoreCase ? fold(value) : value;
  }

  get steps(): readonly Step[] {
    if (!this.#steps) {
      const steps: Step[] = [];
      pushSteps(steps, this.literal, false);
      this.#steps = steps;
    }
    return this.#steps;
  }
}

export function patternOf(steps: readonly Step[], options: GlobOptions = {}): Pattern {
  const ignoreCase = options.ignoreCase === true;
  const plain = steps.every((step) => typeof step === 'number' && step >= 0);
  const folded = ignoreCase ? foldSteps(steps) : steps;
  return {
    steps: folded,
    ignoreCase,
    literal: plain ? textOfSteps(folded) : undefined,
    holes: steps.some((step) => typeof step !== 'number'),
  };
}

export function stepsOf(text: Text, wildcards: boolean): Step[] {
  const steps: Step[] = [];
  for (const part of text) {
    if (typeof part === 'string') pushSteps(steps, part, wildcards);
    else steps.push(part);
  }
  return steps;
}

export function pushSteps(steps: Step[], value: string, wildcards: boolean): void {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    steps.push(wildcards && code === 42 ? STAR : wildcards && code === 63 ? ONE : code);
  }
}

/** Does the pattern match the value, whatever stands in the holes of either (`yes`), in no case (`no`), or does it depend? */
export function matchGlob(pattern: Text, value: Text, options: GlobOptions = {}): Ternary {
  return matchPattern(globPattern(pattern, options), value);
}

export function matchPattern(pattern: Pattern, value: Text): Ternary {
  const known = literalOf(value);
  if (known !== undefined && !pattern.holes) {
    const folded = pattern.ignoreCase ? fold(known) : known;
    if (pattern.literal !== undefined) return pattern.literal === folded ? 'yes' : 'no';
    return matchLiteral(pattern.steps as readonly number[], folded) ? 'yes' : 'no';
  }
  const steps = pattern.ignoreCase ? foldSteps(stepsOf(value, false)) : stepsOf(value, false);
  if (covers(pattern.steps, steps)) return 'yes';
  return intersect(pattern.steps, steps) ? 'maybe' : 'no';
}

/** Is there a string that both patterns match? `maybe` where it depends on what stands in the holes. */
export function patternsIntersect(a: Text, b: Text, options: GlobOptions = {}): Ternary {
  const left = globPattern(a, options).steps;
  const right = globPattern(b, options).steps;
  if (!intersect(left, right)) return 'no';
  if (!hasHole(a) && !hasHole(b)) return 'yes';
  return covers(left, right) || covers(right, left) ? 'yes' : 'maybe';
}

/** Does `wide` match every string that `narrow` matches? */
export function patternCovers(wide: Text, narrow: Text, options: GlobOptions = {}): Ternary {
  const outer = globPattern(wide, options).steps;
  const inner = globPattern(narrow, options).steps;
  if (covers(outer, inner)) return 'yes';
  if (!hasHole(wide) && !hasHole(narrow)) return 'no';
  return intersect(outer, inner) ? 'maybe' : 'no';
}

/** Has the text an unescaped wildcard? `${*}` and `${?}` are IAM's way to write the characters themselves. */
export function hasWildcard(text: Text): boolean {
  return text.some((part) => typeof part === 'string' && /[*?]/.test(part.replace(/\$\{[^{}]*\}/g, '')));
}

function matchLiteral(pattern: readonly number[], value: string): boolean {
  let p = 0;
  let v = 0;
  let star = -1;
  let resume = 0;
  while (v < value.length) {
    const step = pattern[p];
    if (step === STAR) {
      star = p++;
      resume = v;
    } else if (step === ONE || step === value.charCodeAt(v)) {
      p++;
      v++;
    } else if (star >= 0) {
      p = star + 1;
      v = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === STAR) p++;
  return p === pattern.length;
}

function openEnded(step: Step | undefined): boolean {
  return step === STAR || typeof step === 'object';
}

/** Is there one string that both sides can be, holes standing for anything? Table over the two positions, from the ends. */
export function intersect(a: readonly Step[], b: readonly Step[]): boolean {
  let below = new Uint8Array(b.length + 1);
  for (let i = a.length; i >= 0; i--) {
    const row = new Uint8Array(b.length + 1);
    for (let j = b.length; j >= 0; j--) {
      const left = a[i];
      const right = b[j];
      let met = 0;
      if (left === undefined && right === undefined) met = 1;
      else if (openEnded(left)) met = below[j]! || (right !== undefined && row[j + 1]!) ? 1 : 0;
      else if (openEnded(right)) met = row[j + 1]! || (left !== undefined && below[j]!) ? 1 : 0;
      else if (left !== undefined && right !== undefined && (left === ONE || right === ONE || left === right))
        met = below[j + 1]!;
      row[j] = met;
    }
    below = row;
  }
  return below[0] === 1;
}

/**
 * Does the pattern match everything that `inner` can be? Follows the set of positions the pattern can be in. A run of
 * unknown characters is hardest to match when they occur nowhere else, so only such runs, of every length, are followed.
 */
export function covers(pattern: readonly Step[], inner: readonly Step[]): boolean {
  let sets = new Map<string, readonly number[]>();
  const add = (into: Map<string, readonly number[]>, positions: readonly number[]): boolean => {
    const key = positions.join();
    if (into.has(key)) return false;
    into.set(key, positions);
    return true;
  };
  add(sets, closure(pattern, [0]));
  for (const step of inner) {
    const next = new Map<string, readonly number[]>();
    for (const positions of sets.values()) {
      if (typeof step === 'number' && step !== STAR) {
        add(next, advance(pattern, positions, step));
        continue;
      }
      const whole =
        typeof step === 'object' ? positions.filter((at) => sameHole(pattern[at], step)).map((at) => at + 1) : [];
      let run = positions;
      while (add(next, closure(pattern, [...run, ...whole]))) run = advance(pattern, run, ONE);
    }
    // A set without positions can't recover.
    for (const positions of next.values()) if (positions.length === 0) return false;
    sets = next;
  }
  return [...sets.values()].every((positions) => positions.includes(pattern.length));
}

function closure(pattern: readonly Step[], positions: readonly number[]): number[] {
  const found = new Set<number>();
  for (let at of positions) {
    found.add(at);
    while (pattern[at] === STAR) found.add(++at);
  }
  return [...found].sort((a, b) => a - b);
}

/** Positions after one character; `ONE` stands for a character that the pattern does not name. */
function advance(pattern: readonly Step[], positions: readonly number[], character: number): number[] {
  const next: number[] = [];
  for (const at of positions) {
    const step = pattern[at];
    if (step === STAR) next.push(at);
    else if (step === ONE || (step === character && character !== ONE)) next.push(at + 1);
  }
  return closure(pattern, next);
}

function sameHole(a: Step | undefined, b: Hole): boolean {
  return typeof a === 'object' && a.address !== undefined && a.address === b.address && a.attribute === b.attribute;
}

/** Character by character: in a whole word a letter's lower case may depend on its neighbours. */
function fold(value: string): string {
  if (ASCII.test(value)) return value.toLowerCase();
  let folded = '';
  for (let i = 0; i < value.length; i++) folded += value.charAt(i).toLowerCase();
  return folded;
}

function foldSteps(steps: readonly Step[]): Step[] {
  const folded: Step[] = [];
  for (const step of steps) {
    if (typeof step !== 'number' || step < 0) folded.push(step);
    else pushSteps(folded, String.fromCharCode(step).toLowerCase(), false);
  }
  return folded;
}

function textOfSteps(steps: readonly Step[]): string {
  let text = '';
  for (const step of steps) text += String.fromCharCode(step as number);
  return text;
}

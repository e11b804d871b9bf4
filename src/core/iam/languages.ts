import type { Hole } from '../syntax/text.js';
import { ONE, STAR, type Step } from './globs.js';

/** Within one part of an ARN: `*` and `?` that match no colon. */
export const PART_STAR = -3;
export const PART_ONE = -4;

const COLON = 58;

/** A character, or a hole that is taken as one character of its own. */
export type Letter = number | Hole;

/** A set of strings: those of a universe for which the patterns that match them satisfy the formula. */
export interface Language {
  readonly patterns: readonly (readonly Step[])[];
  /** @param matched for each pattern whether it matches the string */
  accepts(matched: readonly boolean[]): boolean;
}

/** The strings that can occur at all, as an automaton with numbered states. */
export interface Universe {
  readonly start: number;
  /** Undefined where no string of the universe goes on like that. */
  next(state: number, letter: Letter): number | undefined;
  final(state: number): boolean;
  /** Characters that matter to it, beside those of the patterns. */
  readonly characters: string;
  /** Of these, one that no pattern names stands for all that none names. */
  readonly others: string;
}

export const EVERY_STRING: Universe = {
  start: 0,
  next: () => 0,
  final: () => true,
  characters: '',
  others: 'x\uFFFD\uFFFC\uFFFB',
};

export type Extent =
  | { readonly size: 'none' }
  /** All of them. */
  | { readonly size: 'few'; readonly members: readonly (readonly Letter[])[] }
  /** More than can be told one by one. */
  | { readonly size: 'many'; readonly everything: boolean };

const FEW = 200;
const MAX_STATES = 4000;

/**
 * How much is in it? Walks the automata of universe and patterns side by side. Undefined where they grow out of bounds, which
 * takes patterns that nobody writes.
 */
export function extentOf(language: Language, universe: Universe): Extent | undefined {
  const letters = lettersOf(language.patterns, universe);
  const keys = new Map<string, number>();
  const states: {
    universe: number;
    positions: readonly (readonly number[])[];
    next: { letter: Letter; to: number }[];
  }[] = [];
  const enter = (at: number, positions: readonly (readonly number[])[]): number => {
    const key = `${at}|${positions.map((set) => set.join()).join('|')}`;
    const known = keys.get(key);
    if (known !== undefined) return known;
    keys.set(key, states.length);
    states.push({ universe: at, positions, next: [] });
    return states.length - 1;
  };
  enter(
    universe.start,
    language.patterns.map((pattern) => reach(pattern, [0])),
  );
  for (let i = 0; i < states.length; i++) {
    if (states.length > MAX_STATES) return undefined;
    const state = states[i]!;
    for (const letter of letters.all) {
      const to = universe.next(state.universe, letter);
      if (to === undefined) continue;
      const positions = state.positions.map((set, p) => step(language.patterns[p]!, set, letter));
      state.next.push({ letter, to: enter(to, positions) });
    }
  }
  const final = states.map((state) => universe.final(state.universe));
  const accepted = states.map(
    (state, i) =>
      final[i]! && language.accepts(state.positions.map((set, p) => set.includes(language.patterns[p]!.length))),
  );
  const live = reaching(states, accepted);
  if (!live[0]) return { size: 'none' };
  const members = membersOf(states, accepted, live, letters.other);
  return members ? { size: 'few', members } : { size: 'many', everything: final.every((is, i) => !is || accepted[i]!) };
}

function lettersOf(
  patterns: readonly (readonly Step[])[],
  universe: Universe,
): { all: Letter[]; other: number | undefined } {
  const characters = new Set<number>();
  for (let i = 0; i < universe.characters.length; i++) characters.add(universe.characters.charCodeAt(i));
  const holes = new Map<string, Hole>();
  for (const pattern of patterns) {
    for (const part of pattern) {
      if (typeof part === 'object') holes.set(holeKey(part), part);
      else if (part >= 0) characters.add(part);
    }
  }
  const other = [...universe.others].map((char) => char.charCodeAt(0)).find((code) => !characters.has(code));
  const all: Letter[] = [...characters, ...holes.values()];
  if (other !== undefined) all.push(other);
  return { all, other };
}

function holeKey(hole: Hole): string {
  return `${hole.address ?? ''}\n${hole.attribute ?? ''}\n${hole.expression}`;
}

function reach(pattern: readonly Step[], positions: readonly number[]): number[] {
  const found = new Set<number>();
  for (let at of positions) {
    found.add(at);
    while (pattern[at] === STAR || pattern[at] === PART_STAR) found.add(++at);
  }
  return [...found].sort((a, b) => a - b);
}

function step(pattern: readonly Step[], positions: readonly number[], letter: Letter): number[] {
  const next: number[] = [];
  for (const at of positions) {
    const wanted = pattern[at];
    if (wanted === undefined) continue;
    if (wanted === STAR || (wanted === PART_STAR && letter !== COLON)) next.push(at);
    else if (typeof wanted === 'object') {
      if (typeof letter === 'object' && holeKey(wanted) === holeKey(letter)) next.push(at + 1);
    } else if (wanted === letter) next.push(at + 1);
    // A hole is not just one character, so `?` is not known to match it.
    else if (typeof letter === 'number' && (wanted === ONE || (wanted === PART_ONE && letter !== COLON)))
      next.push(at + 1);
  }
  return next.length === 0 ? next : reach(pattern, next);
}

interface State {
  readonly next: readonly { readonly letter: Letter; readonly to: number }[];
}

/** From which states is an accepted one in reach? */
function reaching(states: readonly State[], accepted: readonly boolean[]): boolean[] {
  const sources: number[][] = states.map(() => []);
  states.forEach(({ next }, i) => {
    for (const { to } of next) sources[to]!.push(i);
  });
  const live = [...accepted];
  const open = live.flatMap((is, i) => (is ? [i] : []));
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const source of sources[at]!) {
      if (live[source]) continue;
      live[source] = true;
      open.push(source);
    }
  }
  return live;
}

/** Undefined where they are without end, too many, or have a character that stands for others. */
function membersOf(
  states: readonly State[],
  accepted: readonly boolean[],
  live: readonly boolean[],
  other: number | undefined,
): Letter[][] | undefined {
  const members: Letter[][] = [];
  const path: Letter[] = [];
  const onPath = new Set<number>();
  const visit = (at: number): boolean => {
    if (onPath.has(at)) return false;
    onPath.add(at);
    if (accepted[at]) members.push([...path]);
    if (members.length > FEW) return false;
    for (const { letter, to } of states[at]!.next) {
      if (!live[to]) continue;
      if (letter === other) return false;
      path.push(letter);
      if (!visit(to)) return false;
      path.pop();
    }
    onPath.delete(at);
    return true;
  };
  return visit(0) ? members : undefined;
}

import type { Question } from './entries.js';
import { NearNames } from './nearNames.js';
import { Queries } from './queries.js';
import type { WorkspaceIndex } from './workspaceIndex.js';

/** Answers from the index and remembers what was asked. */
export class TrackedWorkspace extends Queries {
  /** Group and name in turn; some questions perhaps twice. */
  readonly asked: string[] = [];
  #memo: Map<unknown, unknown> | undefined;
  #over = false;

  constructor(index: WorkspaceIndex) {
    super(index.store);
  }

  get memo(): Map<unknown, unknown> {
    this.#memo ??= new Map();
    return this.#memo;
  }

  /** What is asked from now on, for fixes, decides nothing. */
  close(): void {
    this.#over = true;
    this.#memo = undefined;
  }

  override ask(group: Question['group'], name: string): void {
    if (!this.#over) this.asked.push(group, name);
  }
}

/** So few questions are not worth a look at which are asked twice. */
const FEW = 32;

/** Who has asked what: a change concerns those who would get another answer now. */
export class Askers<Who extends object> {
  readonly #questions = new Map<Who, readonly string[]>();
  /** By group and name; most questions are asked by one alone. */
  readonly #askers = new Map<string, Map<string, Who | Set<Who>>>();
  /** Those whose questions are not among them yet: as long as nothing changes, nobody need know who has asked what. */
  readonly #unsorted = new Set<Who>();
  /** The names for which somebody has looked for similar ones. */
  readonly #wanted = new NearNames();

  get isEmpty(): boolean {
    return this.#questions.size === 0;
  }

  /**
   * Replaces what was asked before.
   * @param asked group and name in turn
   */
  set(who: Who, asked: readonly string[]): void {
    this.delete(who);
    if (asked.length === 0) return;
    const questions = asked.length > 2 * FEW ? eachOnce(asked) : asked;
    this.#questions.set(who, questions);
    this.#unsorted.add(who);
  }

  delete(who: Who): void {
    const before = this.#questions.get(who);
    if (!before) return;
    this.#questions.delete(who);
    if (this.#unsorted.delete(who)) return;
    for (let i = 0; i < before.length; i += 2) this.#remove(before[i]!, before[i + 1]!, who);
  }

  /** Whom it concerns that something has changed there. */
  concerned({ group, name }: Question): ReadonlySet<Who> {
    for (const who of this.#unsorted) {
      const questions = this.#questions.get(who)!;
      for (let i = 0; i < questions.length; i += 2) this.#add(questions[i]!, questions[i + 1]!, who);
    }
    this.#unsorted.clear();
    const found = new Set<Who>();
    const names = this.#askers.get(group);
    for (const each of group === 'near' ? this.#wanted.near(name) : [name]) {
      const known = names?.get(each);
      if (known instanceof Set) for (const who of known) found.add(who);
      else if (known) found.add(known);
    }
    return found;
  }

  #add(group: string, name: string, who: Who): void {
    let names = this.#askers.get(group);
    if (!names) {
      names = new Map();
      this.#askers.set(group, names);
    }
    const known = names.get(name);
    if (known === who) return;
    if (known instanceof Set) known.add(who);
    else if (known) names.set(name, new Set([known, who]));
    else {
      names.set(name, who);
      if (group === 'near') this.#wanted.add(name);
    }
  }

  #remove(group: string, name: string, who: Who): void {
    const names = this.#askers.get(group);
    const known = names?.get(name);
    if (known instanceof Set) {
      known.delete(who);
      if (known.size > 0) return;
    } else if (known !== who) return;
    names!.delete(name);
    if (group === 'near') this.#wanted.delete(name);
  }
}

function eachOnce(asked: readonly string[]): readonly string[] {
  const seen = new Map<string, Set<string>>();
  const once: string[] = [];
  for (let i = 0; i < asked.length; i += 2) {
    const [group, name] = [asked[i]!, asked[i + 1]!];
    const names = seen.get(group);
    if (names?.has(name)) continue;
    if (names) names.add(name);
    else seen.set(group, new Set([name]));
    once.push(group, name);
  }
  return once;
}

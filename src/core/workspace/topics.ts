import { NAME } from './entries.js';
import { NearNames } from './nearNames.js';
import { NEAR, Queries } from './queries.js';
import type { WorkspaceIndex } from './workspaceIndex.js';

/** Answers from the index and remembers what was asked. */
export class TrackedWorkspace extends Queries {
  /** Some of it perhaps twice. */
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

  protected override ask(key: string): void {
    if (!this.#over) this.asked.push(key);
  }
}

/** So few questions are not worth a look at which are asked twice. */
const FEW = 32;

/** Who has asked what: a change concerns those who would get another answer now. */
export class Askers<Who extends object> {
  readonly #questions = new Map<Who, readonly string[]>();
  /** Most questions are asked by one alone. */
  readonly #askers = new Map<string, Who | Set<Who>>();
  /** The names for which somebody has looked for similar ones. */
  readonly #wanted = new NearNames();

  get isEmpty(): boolean {
    return this.#questions.size === 0;
  }

  /** Replaces what was asked before. */
  set(who: Who, asked: readonly string[]): void {
    this.delete(who);
    if (asked.length === 0) return;
    const questions = asked.length > FEW ? [...new Set(asked)] : asked;
    for (const key of questions) this.#add(key, who);
    this.#questions.set(who, questions);
  }

  delete(who: Who): void {
    const before = this.#questions.get(who);
    if (!before) return;
    for (const key of before) this.#remove(key, who);
    this.#questions.delete(who);
  }

  /** @param keys under which something has changed */
  concerned(keys: Iterable<string>): ReadonlySet<Who> {
    const found = new Set<Who>();
    const tell = (key: string) => {
      const known = this.#askers.get(key);
      if (known instanceof Set) for (const who of known) found.add(who);
      else if (known) found.add(known);
    };
    for (const key of keys) {
      tell(key);
      if (key.startsWith(NAME)) for (const wanted of this.#wanted.near(key.slice(NAME.length))) tell(NEAR + wanted);
    }
    return found;
  }

  #add(key: string, who: Who): void {
    const known = this.#askers.get(key);
    if (known === who) return;
    if (known instanceof Set) known.add(who);
    else if (known) this.#askers.set(key, new Set([known, who]));
    else {
      this.#askers.set(key, who);
      if (key.startsWith(NEAR)) this.#wanted.add(key.slice(NEAR.length));
    }
  }

  #remove(key: string, who: Who): void {
    const known = this.#askers.get(key);
    if (known instanceof Set) {
      known.delete(who);
      if (known.size > 0) return;
    } else if (known !== who) return;
    this.#askers.delete(key);
    if (key.startsWith(NEAR)) this.#wanted.delete(key.slice(NEAR.length));
  }
}

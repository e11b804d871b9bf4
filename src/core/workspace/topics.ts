import { NAME } from './entries.js';
import { NearNames } from './nearNames.js';
import { NEAR, Queries } from './queries.js';
import type { WorkspaceIndex } from './workspaceIndex.js';

/** Answers from the index and remembers what was asked. */
export class TrackedWorkspace extends Queries {
  readonly asked = new Set<string>();
  readonly memo = new Map<unknown, unknown>();
  #over = false;

  constructor(index: WorkspaceIndex) {
    super(index.store);
  }

  /** What is asked from now on, for fixes, decides nothing. */
  close(): void {
    this.#over = true;
    this.memo.clear();
  }

  protected override ask(key: string): void {
    if (!this.#over) this.asked.add(key);
  }
}

/** Who has asked what: a change concerns those who would get another answer now. */
export class Askers<Who> {
  readonly #questions = new Map<Who, ReadonlySet<string>>();
  readonly #askers = new Map<string, Set<Who>>();
  /** The names for which somebody has looked for similar ones. */
  readonly #wanted = new NearNames();

  /** Replaces what was asked before. */
  set(who: Who, questions: ReadonlySet<string>): void {
    const before = this.#questions.get(who);
    for (const key of before ?? []) if (!questions.has(key)) this.#remove(key, who);
    for (const key of questions) if (!before?.has(key)) this.#add(key, who);
    if (questions.size > 0) this.#questions.set(who, questions);
    else this.#questions.delete(who);
  }

  delete(who: Who): void {
    this.set(who, new Set());
  }

  /** @param keys under which something has changed */
  concerned(keys: Iterable<string>): ReadonlySet<Who> {
    const found = new Set<Who>();
    const tell = (key: string) => {
      for (const who of this.#askers.get(key) ?? []) found.add(who);
    };
    for (const key of keys) {
      tell(key);
      if (key.startsWith(NAME)) for (const wanted of this.#wanted.near(key.slice(NAME.length))) tell(NEAR + wanted);
    }
    return found;
  }

  #add(key: string, who: Who): void {
    const known = this.#askers.get(key);
    if (known) known.add(who);
    else {
      this.#askers.set(key, new Set([who]));
      if (key.startsWith(NEAR)) this.#wanted.add(key.slice(NEAR.length));
    }
  }

  #remove(key: string, who: Who): void {
    const known = this.#askers.get(key);
    if (!known?.delete(who) || known.size > 0) return;
    this.#askers.delete(key);
    if (key.startsWith(NEAR)) this.#wanted.delete(key.slice(NEAR.length));
  }
}

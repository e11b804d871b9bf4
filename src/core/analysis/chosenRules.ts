import { type Facts, noFacts } from '../facts/model.js';
import { concerns } from '../rules/index.js';
import type { Rule, Severity } from '../rules/rule.js';

/** Which kinds of facts there are, a bit each, in the order of the model; 0 where there are none at all. */
export function kindsOf(facts: Facts): number {
  let kinds = 0;
  for (let i = 0; i < KINDS.length; i++) if (facts[KINDS[i]!].length > 0) kinds |= 1 << i;
  return kinds;
}

const KINDS = Object.keys(noFacts()) as readonly (keyof Facts)[];

/** Which rules are asked about which facts: thousands of documents have facts of the same kinds, and share the answer. */
export class ChosenRules {
  readonly #byKinds = new Map<number, readonly Rule[]>();
  readonly #on: readonly Rule[];

  constructor(rules: readonly Rule[], severities: Readonly<Record<string, Severity | 'off'>> = {}) {
    const on = rules.filter(({ id }) => severities[id] !== 'off');
    // Document rules may look further for their wording; what they ask is remembered, and they run again with the others.
    this.#on = [...on.filter(({ scope }) => scope === 'document'), ...on.filter(({ scope }) => scope === 'workspace')];
  }

  /** @param kinds of these facts */
  for(facts: Facts, kinds: number): readonly Rule[] {
    let chosen = this.#byKinds.get(kinds);
    if (!chosen) {
      chosen = this.#on.filter((rule) => concerns(rule, facts));
      this.#byKinds.set(kinds, chosen);
    }
    return chosen;
  }
}

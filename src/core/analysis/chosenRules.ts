import { type Facts, noFacts } from '../facts/model.js';
import { concerns } from '../rules/index.js';
import type { Rule, Severity } from '../rules/rule.js';

export const KINDS = Object.keys(noFacts()) as readonly (keyof Facts)[];

/** Which rules are asked about which facts: thousands of documents have facts of the same kinds, and share the answer. */
export class ChosenRules {
  readonly #byKinds = new Map<string, readonly Rule[]>();
  readonly #on: readonly Rule[];

  constructor(rules: readonly Rule[], severities: Readonly<Record<string, Severity | 'off'>> = {}) {
    const on = rules.filter(({ id }) => severities[id] !== 'off');
    // Document rules may look further for their wording; what they ask is remembered, and they run again with the others.
    this.#on = [...on.filter(({ scope }) => scope === 'document'), ...on.filter(({ scope }) => scope === 'workspace')];
  }

  for(facts: Facts): readonly Rule[] {
    let kinds = '';
    for (const kind of KINDS) if (facts[kind].length > 0) kinds += `${kind} `;
    let chosen = this.#byKinds.get(kinds);
    if (!chosen) {
      chosen = this.#on.filter((rule) => concerns(rule, facts));
      this.#byKinds.set(kinds, chosen);
    }
    return chosen;
  }
}

import type { Rule } from './rule.js';

/** Every rule of the catalogue, in its order. */
export const rules: readonly Rule[] = [];

export function ruleById(id: string): Rule | undefined {
  return rules.find((rule) => rule.id === id);
}

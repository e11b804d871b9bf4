import type { Text } from '../syntax/text.js';
import { pushSteps, type Step, stepsOf } from './globs.js';
import type { KeyState } from './request.js';

/**
 * A condition's value with its policy variables replaced. What a variable brings in is literal, also where it holds `*`.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export interface Expansion {
  readonly steps: readonly Step[];
  /** A variable in it may have no value; then the whole equals nothing. */
  readonly mayBeVoid: boolean;
}

const VARIABLE = /\$\{([^{}]*)\}/g;
const REFERENCE = /^\s*([^\s,'][^,']*?)\s*(?:,\s*'([^']*)'\s*)?$/;

/** Undefined where a variable has no value: then it equals nothing. */
export function expandVariables(
  value: Text,
  wildcards: boolean,
  lookup: (key: string) => KeyState,
  reading: 'variables' | 'literal',
): Expansion | undefined {
  if (reading === 'literal' || !value.some((part) => typeof part === 'string' && part.includes('${'))) {
    return { steps: stepsOf(value, wildcards), mayBeVoid: false };
  }
  const steps: Step[] = [];
  let mayBeVoid = false;
  for (const part of value) {
    if (typeof part !== 'string') {
      steps.push(part);
      continue;
    }
    let at = 0;
    for (const found of part.matchAll(VARIABLE)) {
      pushSteps(steps, part.slice(at, found.index), wildcards);
      at = found.index + found[0].length;
      const inside = found[1]!;
      const reference = REFERENCE.exec(inside);
      if (inside === '*' || inside === '?' || inside === '$') pushSteps(steps, inside, false);
      // Not of a variable's form: AWS would not take the policy; the characters stand for themselves.
      else if (!reference) pushSteps(steps, found[0], wildcards);
      else {
        const brought = broughtBy(lookup(reference[1]!), reference[2], inside);
        if (brought === undefined) return undefined;
        steps.push(...brought.steps);
        mayBeVoid ||= brought.mayBeVoid;
      }
    }
    pushSteps(steps, part.slice(at), wildcards);
  }
  return { steps, mayBeVoid };
}

/** Only a key with a single value can be a variable. */
function broughtBy(state: KeyState, fallback: string | undefined, expression: string): Expansion | undefined {
  if (state.state === 'values' && state.values.length > 1) return undefined;
  if (state.state === 'values' && state.values.length === 1)
    return { steps: stepsOf(state.values[0]!, false), mayBeVoid: false };
  if (state.state === 'absent' || state.state === 'values') {
    return fallback === undefined ? undefined : { steps: stepsOf([fallback], false), mayBeVoid: false };
  }
  if (fallback === undefined && state.state === 'maybe' && state.values.length === 1) {
    return { steps: stepsOf(state.values[0]!, false), mayBeVoid: true };
  }
  return { steps: [{ expression }], mayBeVoid: fallback === undefined || state.state === 'unknown' };
}

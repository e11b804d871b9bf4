import type { Ternary } from '../syntax/text.js';

// Kleene's logic: a definite answer only where it holds whatever the unknown is.

export function not(a: Ternary): Ternary {
  return a === 'yes' ? 'no' : a === 'no' ? 'yes' : 'maybe';
}

export function and(a: Ternary, b: Ternary): Ternary {
  if (a === 'no' || b === 'no') return 'no';
  return a === 'yes' && b === 'yes' ? 'yes' : 'maybe';
}

export function or(a: Ternary, b: Ternary): Ternary {
  if (a === 'yes' || b === 'yes') return 'yes';
  return a === 'no' && b === 'no' ? 'no' : 'maybe';
}

/** What is known when either may be the case: the answer where both agree. */
export function either(a: Ternary, b: Ternary): Ternary {
  return a === b ? a : 'maybe';
}

export function all<T>(items: Iterable<T>, test: (item: T) => Ternary): Ternary {
  let result: Ternary = 'yes';
  for (const item of items) {
    result = and(result, test(item));
    if (result === 'no') return result;
  }
  return result;
}

export function any<T>(items: Iterable<T>, test: (item: T) => Ternary): Ternary {
  let result: Ternary = 'no';
  for (const item of items) {
    result = or(result, test(item));
    if (result === 'yes') return result;
  }
  return result;
}

export function ternary(value: boolean): Ternary {
  return value ? 'yes' : 'no';
}

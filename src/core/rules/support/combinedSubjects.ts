import { matchGlob } from '../../iam/globs.js';
import { parseSubject, SUBJECT_PREFIX } from '../../iam/names.js';
import { all, any, not } from '../../iam/ternary.js';
import { hasHole, literalOf, sameText, type Ternary, type Text } from '../../syntax/text.js';
import type { ConditionReading } from './reading.js';

/**
 * Do several conditions on the subject, taken together, let in more than one service account? Tried with the names that
 * the patterns themselves suggest: two that all conditions surely take are proof.
 */
export function letInSeveral(conditions: readonly ConditionReading[]): boolean {
  const relevant = conditions.filter(({ operator }) => operator && operator.type !== 'null');
  if (relevant.some(({ values }) => values.some(({ text }) => hasHole(text)))) return false;
  let found = 0;
  for (const sample of samples(relevant)) {
    if (all(relevant, (condition) => holds(condition, sample)) !== 'yes') continue;
    if (++found > 1) return true;
  }
  return false;
}

/** Does the condition take this subject? */
export function holds({ operator, values, open }: ConditionReading, subject: string): Ternary {
  if (!operator) return 'maybe';
  const matched = any(values, ({ text }): Ternary => {
    if (operator.wildcards) return matchGlob(text, [subject], { ignoreCase: operator.ignoreCase });
    return sameText(operator.ignoreCase ? fold(text) : text, [operator.ignoreCase ? subject.toLowerCase() : subject]);
  });
  const answer = matched === 'no' && open ? 'maybe' : matched;
  return operator.negated ? not(answer) : answer;
}

function fold(text: Text): Text {
  return text.map((part) => (typeof part === 'string' ? part.toLowerCase() : part));
}

const FILLERS = ['a', 'b7', 'zz-9'];

function* samples(conditions: readonly ConditionReading[]): Generator<string> {
  const namespaces = new Set<string>();
  const names = new Set<string>();
  const seen = new Set<string>();
  const literals = new Set<string>();
  for (const { values } of conditions) {
    for (const { text } of values) {
      const value = literalOf(text) ?? '';
      if (!/[*?]/.test(value)) literals.add(value);
      const fragments = value.replace(SUBJECT_PREFIX, '').split(':');
      for (const fragment of fragments) {
        for (const filler of FILLERS) {
          const filled = fragment.replaceAll('*', filler).replaceAll('?', filler[0]!);
          for (const name of [filled, fragment.replaceAll('*', ''), filler]) {
            namespaces.add(name);
            names.add(name);
          }
        }
      }
    }
  }
  const candidates = [...literals];
  for (const namespace of [...namespaces].slice(0, 60)) {
    for (const name of [...names].slice(0, 60)) candidates.push(`${SUBJECT_PREFIX}${namespace}:${name}`);
  }
  for (const subject of candidates) {
    if (seen.has(subject)) continue;
    seen.add(subject);
    if (parseSubject([subject]).kind === 'account') yield subject;
  }
}

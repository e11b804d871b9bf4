import type { Check, Evaluation, StatementTrace } from '../iam/evaluate.js';

/** What stands between a refused request and the statement that comes nearest to letting it in: `namespace 'payment' ≠ 'payments'`. */
export function nearestMiss({ statements }: Evaluation): string | undefined {
  const deny = statements.find(({ effect, matches }) => effect === 'Deny' && matches === 'yes');
  if (deny) return `statement ${deny.index + 1} denies it`;
  const nearest = statements
    .filter(({ effect }) => effect === 'Allow')
    .map((trace) => ({ trace, missed: trace.checks.filter(({ matches }) => matches === 'no') }))
    .filter(({ missed }) => missed.length > 0)
    .sort((a, b) => distance(a.trace, a.missed) - distance(b.trace, b.missed))[0];
  return nearest && words(nearest.missed[0]!);
}

/** A statement for another principal altogether is farther than one whose condition fails. */
function distance(trace: StatementTrace, missed: readonly Check[]): number {
  return missed.length + (trace.checks.some(({ element, matches }) => element === 'principal' && matches === 'no') ? 100 : 0);
}

function words(check: Check): string {
  const [expected = 'nothing'] = check.expected;
  if (check.element === 'action') return `the role does not allow '${check.key}'`;
  if (check.element === 'principal') return `it trusts '${shorten(check.expected.join("', '")) || 'nobody'}'`;
  const actual = check.actual?.[0];
  if (actual === undefined) return `'${check.key}' is not in the request`;
  return subjectDifference(expected, actual) ?? `'${expected}' ≠ '${actual}'`;
}

function subjectDifference(expected: string, actual: string): string | undefined {
  const [a, b] = [expected, actual].map((subject) => /^system:serviceaccount:([^:]*):([^:]*)$/.exec(subject));
  if (!a || !b) return undefined;
  const differences = [
    a[1] === b[1] ? '' : `namespace '${a[1]}' ≠ '${b[1]}'`,
    a[2] === b[2] ? '' : `service account '${a[2]}' ≠ '${b[2]}'`,
  ].filter(Boolean);
  return differences.length > 0 ? differences.join(', ') : undefined;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

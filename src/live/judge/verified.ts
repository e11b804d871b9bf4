import type { CallerIdentity } from '../types.js';
import type { Notes } from './notes.js';

/** What AWS really answered, where that is not what everything else says. */
export function judgeVerified(verified: CallerIdentity, expected: string | undefined, notes: Notes): void {
  const { verdict, actual, message } = verified;
  if (verdict === 'other-role' && actual !== undefined) {
    const wanted = expected === undefined ? 'no identity was to be expected' : `'${expected}' was to be expected`;
    notes.find(
      'live-other-identity',
      'error',
      `really ${roleOfSession(actual)}`,
      `Verified: its pods are '${actual}', and ${wanted}.`,
      actual,
    );
  } else if (verdict === 'refused' && expected !== undefined) {
    const because = message === undefined ? '' : `: ${message}`;
    notes.find(
      'live-identity-refused',
      'error',
      'AWS refuses',
      `Verified: AWS refuses its pods, and '${expected}' was to be expected${because}.`,
      expected,
    );
  }
}

/** `NAME` of `assumed-role/NAME/SESSION`, else what follows the account. */
function roleOfSession(arn: string): string {
  return /:assumed-role\/([^/]+)\//.exec(arn)?.[1] ?? arn.slice(arn.lastIndexOf(':') + 1);
}

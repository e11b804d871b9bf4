import type { CallerIdentity, Mechanism, Status, Trust } from '../../live/types.js';

export const mechanismNames: Readonly<Record<Mechanism, string>> = {
  irsa: 'IRSA',
  'pod-identity': 'Pod Identity',
  both: 'IRSA and Pod Identity',
  'static-credentials': 'static credentials',
  'node-role': 'node role',
  none: 'no identity',
};

/** As people say it. */
export function trustWord(trust: Trust): string {
  return trust === 'not-checked' ? 'not checked' : trust;
}

/** The name behind an ARN's path; the whole where it is no role's ARN. */
export function roleName(arn: string): string {
  return /^arn:[^:]*:iam::[^:]*:role\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1] ?? arn;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** `6 · 2 ✗ 1 ⚠ 1 ?`: how many, and how many of them are not in order. */
export function tally(statuses: readonly Status[]): string {
  const of = (status: Status, sign: string) => {
    const number = statuses.filter((other) => other === status).length;
    return number > 0 ? `${number} ${sign}` : '';
  };
  const marks = [of('error', '✗'), of('warning', '⚠'), of('unknown', '?')].filter(Boolean).join(' ');
  return marks ? `${statuses.length} · ${marks}` : String(statuses.length);
}

/** The same for a screen reader. */
export function spokenTally(statuses: readonly Status[]): string {
  const of = (status: Status, word: string) => {
    const number = statuses.filter((other) => other === status).length;
    return number > 0 ? `${number} ${word}` : '';
  };
  return [
    count(statuses.length, 'service account'),
    of('error', 'with errors'),
    of('warning', 'with warnings'),
    of('unknown', 'unknown'),
  ]
    .filter(Boolean)
    .join(', ');
}

export function callerWords(caller: CallerIdentity): string {
  const expected = caller.expected ? `expected ${roleName(caller.expected)}` : 'none expected';
  switch (caller.verdict) {
    case 'as-expected':
      return `${expected} · got ${shortSession(caller.actual)} ✓`;
    case 'other-role':
      return `${expected} · got ${shortSession(caller.actual)} ✗`;
    case 'refused':
      return `${expected} · refused: ${caller.message ?? 'AWS gave no reason'}`;
    case 'unknown':
      return `${expected} · not found out: ${caller.message ?? 'no reason given'}`;
    default:
      return `${expected} · not verified`;
  }
}

/** `arn:aws:sts::…:assumed-role/NAME/SESSION` → `assumed-role/NAME/…`: the session says nothing, and it is long. */
function shortSession(arn: string | undefined): string {
  return arn?.replace(/^arn:[^:]*:sts::[^:]*:/, '').replace(/^(assumed-role\/[^/]+\/).+$/, '$1…') ?? 'nothing';
}

const minute = 60_000;

/** `just now`, `12 min ago`, `3 h ago`, `4 days ago`. */
export function ago(then: number, now: number): string {
  const passed = Math.max(0, now - then);
  if (passed < minute) return 'just now';
  if (passed < 60 * minute) return `${Math.floor(passed / minute)} min ago`;
  if (passed < 48 * 60 * minute) return `${Math.floor(passed / (60 * minute))} h ago`;
  return `${Math.floor(passed / (24 * 60 * minute))} days ago`;
}

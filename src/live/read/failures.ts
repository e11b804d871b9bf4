import type { Known, LiveFailure, Result } from '../types.js';

/** What did not succeed in a read, each call once, however many needed it. */
export class Failures {
  readonly all: LiveFailure[] = [];
  private readonly noted = new Set<string>();

  note(one: LiveFailure): void {
    const call = `${one.what}\n${one.reason}`;
    if (this.noted.has(call)) return;
    this.noted.add(call);
    this.all.push(one);
  }

  /** Notes the failure. @returns what stands for the value then */
  gap(one: LiveFailure): Known<never> {
    this.note(one);
    return unknown(one);
  }

  known<T>(result: Result<T>): Known<T> {
    return result.ok ? { known: true, value: result.value } : this.gap(result.failure);
  }
}

export function unknown(failure: LiveFailure): Known<never> {
  return { known: false, why: whyOf(failure), reason: failure.reason };
}

/** Nothing else of that API will answer either: signing in failed, or nobody listens. */
export function isClosed(failure: LiveFailure): boolean {
  return failure.reason === 'unauthenticated' || failure.refused === true;
}

/** In a few words, for a row. */
function whyOf({ reason, message, permission }: LiveFailure): string {
  switch (reason) {
    case 'forbidden':
      return permission === undefined ? 'forbidden' : `${permission} forbidden`;
    case 'unauthenticated':
      return 'not signed in';
    case 'throttled':
      return 'throttled';
    case 'timeout':
      return 'no answer in time';
    default:
      return message;
  }
}

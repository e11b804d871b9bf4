import type { LoggedRequest, Service } from './requestLog.js';

/** What goes wrong. Bodies of errors are in the form of the service that is asked. */
export type FaultEffect =
  /** An error answer: HTTP status, and the service's error code or Kubernetes reason. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The service's own way to say "slow down"; 429 with `Retry-After` if seconds are given. */
  | { readonly kind: 'throttle'; readonly retryAfterSeconds?: number }
  /** The right answer, later. */
  | { readonly kind: 'latency'; readonly milliseconds: number }
  /** The announced length, but the connection ends after these bytes (half if not given). */
  | { readonly kind: 'truncate'; readonly afterBytes?: number }
  /** Status 200, whole, of the right content type, and cut or changed so that it parses as nothing sensible. */
  | { readonly kind: 'garbage'; readonly body?: string }
  /** Nothing more comes after so many bytes (none if not given), and the connection stays open. */
  | { readonly kind: 'stall'; readonly afterBytes?: number }
  /** The right answer in small pieces. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMilliseconds: number }
  /** The connection is reset before any answer. */
  | { readonly kind: 'reset' };

export interface Fault {
  readonly service?: Service;
  /** An operation of the request log, whole or as a pattern. */
  readonly operation?: string | RegExp;
  readonly subject?: string | RegExp;
  readonly path?: RegExp;
  readonly method?: string;
  readonly effect: FaultEffect;
  /** So many matching requests pass unharmed first. */
  readonly after?: number;
  /** So many are harmed, then no more; without it all are. */
  readonly times?: number;
}

interface ActiveFault {
  readonly fault: Fault;
  seen: number;
}

function fits(wanted: string | RegExp | undefined, actual: string): boolean {
  if (wanted === undefined) {
    return true;
  }
  return typeof wanted === 'string' ? wanted === actual : wanted.test(actual);
}

/** Faults to order. The first fault that matches a request harms it; latency adds to what follows. */
export class Faults {
  private active: ActiveFault[] = [];

  constructor(faults: readonly Fault[] = []) {
    for (const fault of faults) {
      this.add(fault);
    }
  }

  /** Puts a fault in place and returns what takes it away again. */
  add(fault: Fault): () => void {
    const active = { fault, seen: 0 };
    this.active.push(active);
    return () => {
      this.active = this.active.filter((other) => other !== active);
    };
  }

  clear(): void {
    this.active = [];
  }

  /** The effects for a request: any latencies, then at most one other. */
  take(request: LoggedRequest): FaultEffect[] {
    const effects: FaultEffect[] = [];
    for (const active of this.active) {
      const { fault } = active;
      const matches =
        (fault.service === undefined || fault.service === request.service) &&
        (fault.method === undefined || fault.method === request.method) &&
        fits(fault.operation, request.operation) &&
        fits(fault.subject, request.subject) &&
        fits(fault.path, request.path);
      if (!matches) {
        continue;
      }
      active.seen += 1;
      const turn = active.seen - (fault.after ?? 0);
      if (turn < 1 || turn > (fault.times ?? Number.POSITIVE_INFINITY)) {
        continue;
      }
      effects.push(fault.effect);
      if (fault.effect.kind !== 'latency') {
        break;
      }
    }
    return effects;
  }
}

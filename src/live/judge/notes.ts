import type { Known, LiveFinding } from '../types.js';

/** Collects what is found and what is not known while one service account is judged. */
export class Notes {
  readonly findings: LiveFinding[] = [];
  readonly unknown: string[] = [];
  pending = false;

  find(ruleId: string, severity: LiveFinding['severity'], short: string, message: string, object?: string): void {
    this.findings.push({ ruleId, severity, message, short, ...(object === undefined ? {} : { object }) });
  }

  /** @returns whether it is known */
  need<T>(value: Known<T>, what: string): value is { known: true; value: T } {
    if (value.known) return true;
    if (value.reason === 'pending') this.pending = true;
    this.missing(`${what}: ${value.why}`);
    return false;
  }

  missing(why: string): void {
    if (!this.unknown.includes(why)) this.unknown.push(why);
  }
}

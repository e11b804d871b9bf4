import type { Finding } from '../core/analysis.js';
import type { Unreadable } from './files.js';

/** What a check has come to, for all formats. */
export interface CheckResult {
  readonly findings: readonly Finding[];
  readonly unreadable: readonly Unreadable[];
  /** Files looked at. */
  readonly files: number;
  text(file: string): string;
}

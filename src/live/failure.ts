import { redact } from './redact.js';
import type { FailureReason, LiveFailure, Result } from './types.js';

export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failure(what: string, reason: FailureReason, message: string, permission?: string): LiveFailure {
  const clean = redact(message).trim();
  return { what, reason, message: clean === '' ? reason : clean, ...(permission === undefined ? {} : { permission }) };
}

export function failed<T>(what: string, reason: FailureReason, message: string, permission?: string): Result<T> {
  return { ok: false, failure: failure(what, reason, message, permission) };
}

/** Errors of sockets, name look-ups and TLS; undefined for anything else. Codes are Node's own. */
export function networkReason(
  error: unknown,
): { reason: FailureReason; message: string; refused: boolean } | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  if (TIMEOUT_CODES.has(code)) return { reason: 'timeout', message: 'no answer in time', refused: false };
  const host = (error as { hostname?: string; address?: string }).hostname ?? (error as { address?: string }).address;
  const at = host === undefined ? '' : ` (${host})`;
  const known = NETWORK_CODES[code];
  if (known !== undefined) return { reason: 'unreachable', message: `${known}${at}`, refused: REFUSED.has(code) };
  if (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || CERTIFICATE.test(code)) {
    return { reason: 'unreachable', message: `TLS: ${messageOf(error)}`, refused: true };
  }
  return undefined;
}

const TIMEOUT_CODES = new Set(['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT']);
const NETWORK_CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  ECONNABORTED: 'the connection was aborted',
  EPIPE: 'the connection was closed',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection was closed',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  EADDRNOTAVAIL: 'the address is not available',
  EPROTO: 'it does not speak TLS there',
  HPE_INVALID_CONSTANT: 'it does not speak HTTP there',
};
/** Nothing else of that host will answer either. */
const REFUSED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EPROTO']);
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_/;

export function codeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'string') return code;
    if (at instanceof AggregateError && at.errors.length > 0) return codeOf(at.errors[0]);
  }
  return undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Of an HTTP answer whose body does not say it better. */
export function reasonOfStatus(status: number): FailureReason {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 429) return 'throttled';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 502 || status === 503) return 'unreachable';
  return 'invalid-response';
}

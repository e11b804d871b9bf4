import { deadline, orAborted } from '../deadline.js';
import { codeOf, failure, messageOf, networkReason, success } from '../failure.js';
import type { LiveFailure, Result } from '../types.js';
import { lastErrorOf } from './attempts.js';
import { reasonOf } from './errorNames.js';

export interface AwsCall<T> {
  /** `iam:GetRole payments-api` */
  readonly what: string;
  /** The IAM action it needs. */
  readonly permission: string;
  /** With all attempts. */
  readonly timeoutMs: number;
  send(abortSignal: AbortSignal): Promise<T>;
}

/** One call of an SDK as data or a reason. @throws the signal's reason when the caller left */
export async function awsCall<T>(call: AwsCall<T>, signal: AbortSignal): Promise<Result<T>> {
  const limit = deadline(signal, call.timeoutMs);
  try {
    // The SDK does not watch the signal while it looks for credentials, so the wait itself ends too.
    return success(await orAborted(call.send(limit.signal), limit.signal));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const lastError = lastErrorOf(limit.signal);
    if (limit.expired && lastError !== undefined) {
      const last = awsFailure(call.what, call.permission, lastError);
      if (last.reason === 'throttled') return { ok: false, failure: last };
    }
    if (limit.expired)
      return {
        ok: false,
        failure: failure(
          call.what,
          'timeout',
          `no answer within ${Math.round(call.timeoutMs / 1000)} s`,
          call.permission,
        ),
      };
    return { ok: false, failure: awsFailure(call.what, call.permission, error) };
  } finally {
    limit.dispose();
  }
}

/** Error names of the services' models and of the SDK's credential providers. */
export function awsFailure(what: string, permission: string, error: unknown): LiveFailure {
  const name = error instanceof Error ? error.name : '';
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  // The SDK calls a reset connection a timeout; the socket's own word is more exact.
  const network = status === undefined ? networkReason(error) : undefined;
  const reason = network?.reason ?? reasonOf(name, status) ?? 'invalid-response';
  const message =
    reason === 'unreachable' || reason === 'timeout' ? (network?.message ?? messageOf(error)) : messageOf(error);
  if (/^Could not load credentials/.test(message)) {
    return failure(
      what,
      'unauthenticated',
      "no AWS credentials were found (environment, profile, SSO); sign in, as with 'aws sso login', or choose a profile",
      permission,
    );
  }
  // The parser's own message quotes the answer, which may be anything, or speaks of the SDK's insides.
  const unreadable =
    /Deserialization error/.test(message) ||
    (reason === 'invalid-response' && (error instanceof SyntaxError || codeOf(error)?.startsWith('HPE_')));
  const told = unreadable ? `the answer${status === undefined ? '' : ` (${status})`} cannot be read` : message;
  const made = failure(
    what,
    reason,
    name !== '' && name !== 'Error' && !told.startsWith(name) && reason !== 'unreachable' ? `${name}: ${told}` : told,
    permission,
  );
  return {
    ...made,
    ...(status === undefined ? {} : { status }),
    ...(network?.refused ? { refused: true as const } : {}),
  };
}

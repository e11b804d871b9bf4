import type { FailureReason } from '../types.js';

/** Why a call failed, by the error's name and else by the status. */
export function reasonOf(name: string, status: number | undefined): FailureReason | undefined {
  if (isUnauthenticated(name)) return 'unauthenticated';
  if (FORBIDDEN.test(name)) return 'forbidden';
  if (NOT_FOUND.test(name)) return 'not-found';
  if (THROTTLED.test(name)) return 'throttled';
  if (name === 'TimeoutError' || name === 'RequestTimeout' || name === 'RequestTimeoutException') return 'timeout';
  if (status === undefined || (status >= 200 && status < 300)) return undefined;
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  // That something does not exist is said by name. Any other 404 is of a server that does not know the question.
  if (status === 404 || status === 501) return 'invalid-response';
  if (status === 429) return 'throttled';
  return status >= 500 ? 'unreachable' : undefined;
}

export function isUnauthenticated(name: string): boolean {
  return UNAUTHENTICATED.test(name);
}

const UNAUTHENTICATED =
  /^(?:CredentialsProviderError|ProviderError|TokenProviderError|ExpiredToken(?:Exception)?|InvalidClientTokenId|UnrecognizedClientException|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature(?:Exception)?|MissingAuthenticationToken(?:Exception)?|InvalidAccessKeyId|AuthFailure|InvalidToken|UnauthorizedException|RequestExpired|TokenRefreshRequired|NotAuthorized)$/;
const FORBIDDEN =
  /^(?:AccessDenied(?:Exception)?|UnauthorizedOperation|NotAuthorizedException|OptInRequired|ForbiddenException)$/;
const NOT_FOUND = /^(?:NoSuchEntity(?:Exception)?|ResourceNotFound(?:Exception)?|NotFoundException)$/;
const THROTTLED =
  /^(?:Throttling(?:Exception)?|ThrottledException|TooManyRequests(?:Exception)?|RequestLimitExceeded|RequestThrottled(?:Exception)?|BandwidthLimitExceeded|LimitExceededException|SlowDown|PriorRequestNotComplete|RequestThrottledException)$/;

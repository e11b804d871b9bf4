import { failed, success } from '../failure.js';
import type { Result } from '../types.js';

/**
 * The token of the page after this one; undefined after the last. An empty or null token is none, and a server that hands out
 * the token that it was just given would be read for ever.
 */
export function turnPage(
  what: string,
  asked: string | undefined,
  answered: string | null | undefined,
): Result<string | undefined> {
  if (answered === undefined || answered === null || answered === '') return success(undefined);
  if (answered === asked) return failed(what, 'invalid-response', 'the answer names itself as the next page');
  return success(answered);
}

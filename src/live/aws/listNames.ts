import { failed, success } from '../failure.js';
import type { Result } from '../types.js';
import { awsCall } from './call.js';
import { turnPage } from './turnPage.js';

/** All pages of a list of names. @param permission names the call too, as in `eks:ListNodegroups` */
export async function listNames(
  permission: string,
  timeoutMs: number,
  signal: AbortSignal,
  page: (
    nextToken: string | undefined,
    abortSignal: AbortSignal,
  ) => Promise<{ names: string[] | undefined; nextToken: string | undefined }>,
): Promise<Result<string[]>> {
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const answer = await awsCall(
      { what: permission, permission, timeoutMs, send: (abortSignal) => page(nextToken, abortSignal) },
      signal,
    );
    if (!answer.ok) return answer;
    // An answer of another kind is not an empty list.
    if (!answer.value.names) return failed(permission, 'invalid-response', 'the answer holds no list', permission);
    names.push(...answer.value.names);
    const next = turnPage(permission, nextToken, answer.value.nextToken);
    if (!next.ok) return next;
    nextToken = next.value;
  } while (nextToken !== undefined);
  return success(names);
}

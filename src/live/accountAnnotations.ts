import type { ServiceAccountRecord } from './kubernetes/records.js';

export const ROLE_ANNOTATION = 'eks.amazonaws.com/role-arn';
const AUDIENCE_ANNOTATION = 'eks.amazonaws.com/audience';
export const DEFAULT_AUDIENCE = 'sts.amazonaws.com';

/** The role annotation; the webhook takes an empty one as absent. */
export function annotationOf(account: ServiceAccountRecord): string | undefined {
  return account.annotations[ROLE_ANNOTATION] || undefined;
}

/** What its tokens are asked for with: an empty one is taken as it is. */
export function audienceOf(account: ServiceAccountRecord): string {
  return account.annotations[AUDIENCE_ANNOTATION] ?? DEFAULT_AUDIENCE;
}

import { editDistance } from '../../iam/distance.js';
import type { SyntaxNode } from '../../syntax/tree.js';

const DOMAIN = 'eks.amazonaws.com';
export const ROLE_ARN = `${DOMAIN}/role-arn`;
export const AUDIENCE = `${DOMAIN}/audience`;
export const STS_REGIONAL = `${DOMAIN}/sts-regional-endpoints`;
export const TOKEN_EXPIRATION = `${DOMAIN}/token-expiration`;
export const SKIP_CONTAINERS = `${DOMAIN}/skip-containers`;
/** Of kube2iam and kiam, which the EKS webhook does not know. */
export const LEGACY_ROLE = 'iam.amazonaws.com/role';

/**
 * Everything that the webhook reads.
 * @see https://github.com/aws/amazon-eks-pod-identity-webhook
 */
export const IDENTITY_KEYS: readonly string[] = [ROLE_ARN, AUDIENCE, STS_REGIONAL, TOKEN_EXPIRATION, SKIP_CONTAINERS];

/** On pods the webhook reads these two only; everything else it takes from the service account. */
export function worksOnPods(key: string): boolean {
  return key === TOKEN_EXPIRATION || key === SKIP_CONTAINERS;
}

export function worksOnAccounts(key: string): boolean {
  return key !== SKIP_CONTAINERS && IDENTITY_KEYS.includes(key);
}

const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(?:aws|eks|iam|irsa)?(?:role|iamrole|arn)s?(?:arn|name)?$/, ROLE_ARN],
  [/^token(?:exp|ttl|lifetime|duration)/, TOKEN_EXPIRATION],
  [/^(?:aws)?sts(?:region|endpoint)/, STS_REGIONAL],
  [/^skipcontainer/, SKIP_CONTAINERS],
  [/^(?:token)?aud(?:ience)?s?$/, AUDIENCE],
];

/** Keys repeat over a whole workspace: what each can mean, by itself and with a role's ARN as its value. */
const meanings = new Map<string, { readonly alone: string | undefined; readonly withArn: string | undefined }>();
const MOST_MEANINGS = 5000;
const SOME_ARN = 'arn:aws:iam::111122223333:role/r';

/** The key that a near miss can only mean; undefined for right keys and for those that have nothing to do with it. */
export function meantKey(key: string, value: SyntaxNode | undefined): string | undefined {
  let meaning = meanings.get(key);
  if (!meaning) {
    if (meanings.size >= MOST_MEANINGS) meanings.clear();
    const right = IDENTITY_KEYS.includes(key) || key === LEGACY_ROLE;
    meaning = right
      ? { alone: undefined, withArn: undefined }
      : { alone: findMeaning(key, undefined), withArn: findMeaning(key, SOME_ARN) };
    meanings.set(key, meaning);
  }
  if (meaning.alone === meaning.withArn) return meaning.alone;
  return isRoleArn(value?.kind === 'string' ? value.raw : undefined) ? meaning.withArn : meaning.alone;
}

function findMeaning(key: string, value: string | undefined): string | undefined {
  const whole = squeezed(key);
  const near = IDENTITY_KEYS.find((known) => editDistance(whole, squeezed(known), 3) !== undefined);
  if (near !== undefined) return near;
  const slash = Math.max(key.lastIndexOf('/'), key.lastIndexOf('\\'));
  const [domain, name] = [squeezed(key.slice(0, Math.max(slash, 0))), squeezed(key.slice(slash + 1))];
  const ours =
    editDistance(domain, squeezed(DOMAIN), 3) !== undefined ||
    /^(?:iam|irsa|sts)?eks(?:iam)?(?:aws|amazon)/.test(domain);
  if (ours) {
    const byName = NAMES.find(([form]) => form.test(name))?.[1];
    return byName ?? (isRoleArn(value) ? ROLE_ARN : undefined);
  }
  const plain = domain === '' || /^(?:iam|sts)?(?:amazonaws|aws|awsamazon|amazon)com$/.test(domain);
  return plain && /^(?:aws|eks|iam)?rolearn$/.test(name) && isRoleArn(value) ? ROLE_ARN : undefined;
}

function isRoleArn(value: string | undefined): boolean {
  return value !== undefined && /^\s*arn:[^:]*:iam:.*role\//.test(value);
}

function squeezed(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

import { concat, literalOf, type Text } from '../syntax/text.js';

/** A condition key, taken apart. */
export type ConditionKey =
  /** A claim of a web identity token, `ISSUER:CLAIM`: the last colon parts them, as issuers may hold colons (`https://`). */
  | { readonly kind: 'claim'; readonly issuer: Text; readonly claim: string }
  /** `aws:…`, `sts:…` and other services' keys. */
  | { readonly kind: 'service'; readonly prefix: string; readonly name: Text }
  /** No colon in a known part: what it is depends on a hole, or it is no key at all. */
  | { readonly kind: 'unclear' };

// Services' keys start with one word; whatever has a dot or a slash there, or a scheme, or is an ARN, is meant as an issuer.
const SERVICE_KEY = /^([a-z][a-z0-9-]*):(.*)$/is;
const ISSUER_START = /^(?:https?:|arn:|oidc-provider\/)/i;

export function parseConditionKey(key: Text): ConditionKey {
  const first = key[0];
  if (typeof first === 'string' && !ISSUER_START.test(first)) {
    const service = SERVICE_KEY.exec(first);
    if (service && !(key.length === 1 && isClaimOfOneWord(service[1]!, service[2]!)))
      return { kind: 'service', prefix: service[1]!.toLowerCase(), name: concat([service[2]!], key.slice(1)) };
  }
  const last = key[key.length - 1];
  if (typeof last !== 'string') return { kind: 'unclear' };
  const colon = last.lastIndexOf(':');
  if (colon < 0) return { kind: 'unclear' };
  const issuer = concat(key.slice(0, -1), [last.slice(0, colon)]);
  return { kind: 'claim', issuer, claim: last.slice(colon + 1).toLowerCase() };
}

/** `my-issuer:sub`: a host of one word. Of the services, SAML alone has such keys. */
function isClaimOfOneWord(issuer: string, claim: string): boolean {
  return /^(?:sub|aud)$/i.test(claim) && issuer.toLowerCase() !== 'saml';
}

/** The claim's name in lower case (`sub`, `aud`, …) where the key is one of a web identity token. */
export function claimOf(key: Text): string | undefined {
  const parsed = parseConditionKey(key);
  return parsed.kind === 'claim' ? parsed.claim : undefined;
}

/** Keys are compared without regard to case. Undefined where a part of it is unknown. */
export function keyName(key: Text): string | undefined {
  return literalOf(key)?.toLowerCase();
}

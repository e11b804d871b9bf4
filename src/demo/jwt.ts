import { createHash, createPublicKey, generateKeyPair, type KeyObject, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';

/** The key that signs service account tokens, as an API server holds it. */
export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export type Claims = Readonly<Record<string, unknown>>;

export type Verified =
  | { readonly valid: true; readonly claims: Claims }
  | { readonly valid: false; readonly reason: string };

/** Makes an RSA key; the id is derived from it, as kube-apiserver does. */
export async function createSigningKey(): Promise<SigningKey> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const id = createHash('sha256')
    .update(pair.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  return { id, privateKey: pair.privateKey, publicKey: pair.publicKey };
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Signs the claims as a compact RS256 JSON web token (RFC 7519). */
export function signToken(key: SigningKey, claims: Claims): string {
  const signed = `${encode({ alg: 'RS256', kid: key.id })}.${encode(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    // Anything may be sent as a token: what is not JSON is not a token, and is answered so.
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

/** The claims of a token without any check of its signature. */
export function readClaims(token: string): Claims | undefined {
  const parts = token.split('.');
  return parts.length === 3 ? decode(parts[1] ?? '') : undefined;
}

/** Checks form and signature, not times, issuer or audience. */
export function verifyToken(token: string, keys: readonly SigningKey[]): Verified {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  const head = decode(header);
  const claims = decode(payload);
  if (!head || !claims || more.length > 0 || head.alg !== 'RS256') {
    return { valid: false, reason: 'not a signed JSON web token' };
  }
  const key = keys.find(({ id }) => id === head.kid);
  if (!key) {
    return { valid: false, reason: 'signed with a key that the issuer does not have' };
  }
  const good = verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    key.publicKey,
    Buffer.from(signature, 'base64url'),
  );
  return good ? { valid: true, claims } : { valid: false, reason: 'the signature does not fit' };
}

/** The public half as a JSON web key set (RFC 7517). */
export function keySet(keys: readonly SigningKey[]): { keys: Record<string, unknown>[] } {
  return {
    keys: keys.map((key) => ({
      use: 'sig',
      kid: key.id,
      alg: 'RS256',
      ...createPublicKey(key.publicKey).export({ format: 'jwk' }),
    })),
  };
}

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  utcTime,
  utf8String,
} from './der.js';

/** What a TLS server on 127.0.0.1 and its clients need, all PEM. */
export interface ServerCertificate {
  /** The certificate authority that clients have to trust. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

function commonName(name: string): Buffer {
  return sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(name))));
}

function extension(identifier: string, critical: boolean, value: Buffer): Buffer {
  const parts = [objectIdentifier(identifier)];
  if (critical) {
    parts.push(boolean(true));
  }
  return sequence(...parts, octetString(value));
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1').update(spki(key)).digest();
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

interface Request {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: string;
  readonly issuerPublicKey: KeyObject;
  readonly issuerPrivateKey: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly now: Date;
}

function issue(request: Request): string {
  const day = 24 * 60 * 60 * 1000;
  const serial = randomBytes(12);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x01;
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    commonName(request.issuer),
    // A day back, so that a client whose clock is a little slow still accepts it.
    sequence(utcTime(new Date(request.now.getTime() - day)), utcTime(new Date(request.now.getTime() + 30 * day))),
    commonName(request.subject),
    spki(request.publicKey),
    explicit(
      3,
      sequence(
        ...request.extensions,
        extension('2.5.29.14', false, octetString(keyIdentifier(request.publicKey))),
        extension('2.5.29.35', false, sequence(implicit(0, keyIdentifier(request.issuerPublicKey)))),
      ),
    ),
  );
  const signature = sign('sha256', body, request.issuerPrivateKey);
  return pem('CERTIFICATE', sequence(body, ecdsaWithSha256, bitString(signature)));
}

/**
 * Makes a certificate authority and a server certificate for `127.0.0.1` and `localhost` signed by it.
 * Valid from a day before `now` for thirty days (RFC 5280; P-256, because making such keys takes a millisecond).
 */
export function createServerCertificate(now: Date): ServerCertificate {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = {
    issuer: 'Pod IAM demo cluster',
    issuerPublicKey: authority.publicKey,
    issuerPrivateKey: authority.privateKey,
    now,
  };
  return {
    authority: issue({
      ...issuer,
      subject: issuer.issuer,
      publicKey: authority.publicKey,
      extensions: [
        extension('2.5.29.19', true, sequence(boolean(true))),
        // keyCertSign and cRLSign
        extension('2.5.29.15', true, bitString(Buffer.from([0x06]), 1)),
      ],
    }),
    certificate: issue({
      ...issuer,
      subject: 'kube-apiserver',
      publicKey: server.publicKey,
      extensions: [
        extension('2.5.29.19', true, sequence()),
        // digitalSignature
        extension('2.5.29.15', true, bitString(Buffer.from([0x80]), 7)),
        extension('2.5.29.37', false, sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
        extension(
          '2.5.29.17',
          false,
          sequence(implicit(2, Buffer.from('localhost', 'ascii')), implicit(7, Buffer.from([127, 0, 0, 1]))),
        ),
      ],
    }),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export interface TestCertificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  readonly privateKey: KeyObject;
  readonly name: string;
}

/**
 * Makes a certificate for 127.0.0.1, valid for a day, signed by `issuer` (default: itself, as an authority): so that no key
 * lies in the repository and nothing expires. DER after RFC 5280 section 4.1.
 */
export function makeCertificate(name: string, issuer?: TestCertificate): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const isAuthority = issuer === undefined;
  const extensions = sequence(
    // basicConstraints, critical
    sequence(oid(0x55, 0x1d, 0x13), der(0x01, [0xff]), octets(isAuthority ? sequence(der(0x01, [0xff])) : sequence())),
    // subjectAltName: iPAddress
    sequence(oid(0x55, 0x1d, 0x11), octets(sequence(der(0x87, [127, 0, 0, 1])))),
  );
  const content = sequence(
    der(0xa0, der(0x02, [2])), // version 3
    der(0x02, [1, ...randomBytes(8)]), // serial number
    ECDSA_SHA256,
    commonName(issuer?.name ?? name),
    sequence(utcTime(Date.now() - 60_000), utcTime(Date.now() + 86_400_000)),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = sign('sha256', content, issuer?.privateKey ?? privateKey);
  const certificate = sequence(content, ECDSA_SHA256, der(0x03, [0, ...signature]));
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return { name, privateKey, key, cert: pem(certificate) };
}

const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));

function der(tag: number, content: Uint8Array | readonly number[]): Buffer {
  const bytes = Buffer.from(content);
  const { byteLength } = bytes;
  const length =
    byteLength < 128 ? [byteLength] : byteLength < 256 ? [0x81, byteLength] : [0x82, byteLength >> 8, byteLength & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), bytes]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function oid(...bytes: readonly number[]): Buffer {
  return der(0x06, bytes);
}

function octets(content: Uint8Array): Buffer {
  return der(0x04, content);
}

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(name)))));
}

function utcTime(timeMs: number): Buffer {
  const digits = new Date(timeMs).toISOString().replaceAll(/\D/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function pem(certificate: Uint8Array): string {
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

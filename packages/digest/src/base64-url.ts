import { Buffer } from 'node:buffer';
import { DigestTextInvalidError } from './digest-text-invalid-error.ts';
import type { Digest } from './digest.ts';

/** ceil(32 bytes · 8 bits / 6 bits for each character) */
const TEXT_LENGTH = 43;

/**
 * Reads the form that segment names carry: base64 with `-` and `_`, without padding (RFC 4648 section 5), 43 characters.
 * Strict: one digest has one text. The two bits that the last character has to spare must be 0.
 * Throws DigestTextInvalidError for anything else.
 */
export function parseBase64Url(text: string): Digest {
  const bytes = text.length === TEXT_LENGTH ? Buffer.from(text, 'base64url') : undefined;
  // Node's decoder skips what it does not know and takes `+` and `/` too; only the round trip shows that it read all.
  if (bytes === undefined || bytes.toString('base64url') !== text) throw new DigestTextInvalidError('base64url', text);
  return { algorithm: 'sha256', bytes: new Uint8Array(bytes) };
}

/** 43 characters of base64 with `-` and `_`, without padding. */
export function formatBase64Url(digest: Digest): string {
  const { buffer, byteOffset, byteLength } = digest.bytes;
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64url');
}

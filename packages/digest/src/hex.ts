import { Buffer } from 'node:buffer';
import { DigestTextInvalidError } from './digest-text-invalid-error.ts';
import type { Digest } from './digest.ts';

const HEX_DIGEST = /^[0-9a-f]{64}$/i;

/** Reads 64 hex digits, of either case. Throws DigestTextInvalidError for anything else. */
export function parseHex(text: string): Digest {
  if (!HEX_DIGEST.test(text)) throw new DigestTextInvalidError('hex', text);
  return { algorithm: 'sha256', bytes: new Uint8Array(Buffer.from(text, 'hex')) };
}

/** 64 lower-case hex digits. */
export function formatHex(digest: Digest): string {
  return viewOf(digest.bytes).toString('hex');
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

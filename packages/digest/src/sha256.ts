import { hash } from 'node:crypto';
import type { Digest } from './digest.ts';

/** SHA-256 of bytes that are in memory, in one call: no hash object is made. */
export function sha256(bytes: Uint8Array): Digest {
  return { algorithm: 'sha256', bytes: new Uint8Array(hash('sha256', bytes, 'buffer')) };
}

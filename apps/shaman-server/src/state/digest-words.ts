import { randomBytes } from 'node:crypto';
import type { Digest } from '@waybill/digest';

/** Of this process: who chooses digests to share one place of a table cannot know where they will be. */
const SEED_HIGH = randomBytes(4).readInt32LE();
const SEED_LOW = randomBytes(4).readInt32LE();

/** The 32 bits of a digest that begin at a byte. */
export function wordAt({ bytes }: Digest, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  );
}

/** A place for the first 64 bits of a digest in tables of 2^n places: the lowest n bits. */
export function hashWords(high: number, low: number): number {
  let hash = Math.imul(high ^ SEED_HIGH, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ low ^ SEED_LOW, 0xc2b2ae35);
  return (hash ^ (hash >>> 13)) >>> 0;
}

import { CidParts, readCid } from '../codec/cid.ts';

const parts = new CidParts();

/** A hash of 64 bits in two halves. */
export interface ForestHash {
  high: number;
  low: number;
}

/**
 * The hash of Forest's index: (codec XOR hash function), XORed with each whole word of 8 bytes of the digest, little
 * endian; then less one, except for 0, so that all ones are left to mean "empty slot".
 * @throws CidInvalidError, VarintInvalidError, CarTruncatedError.
 */
export function forestHash(bytes: Uint8Array, cidStart: number, cidEnd: number, out: ForestHash): void {
  readCid(bytes, cidStart, cidEnd, parts);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let low = (parts.codec ^ parts.hashCode) | 0;
  let high = Math.floor(parts.codec / 0x1_0000_0000) ^ Math.floor(parts.hashCode / 0x1_0000_0000);
  const end = parts.digestStart + (parts.digestLength & ~7);
  for (let at = parts.digestStart; at < end; at += 8) {
    low ^= view.getInt32(at, true);
    high ^= view.getInt32(at + 4, true);
  }
  if (low !== 0) low -= 1;
  else if (high !== 0) {
    low = -1;
    high -= 1;
  }
  out.low = low >>> 0;
  out.high = high >>> 0;
}

/** The slot where a hash would be if no other were there: (hash * buckets) >> 64. */
export function forestSlot({ high, low }: ForestHash, buckets: number): number {
  return Number((((BigInt(high) << 32n) | BigInt(low)) * BigInt(buckets)) >> 64n);
}

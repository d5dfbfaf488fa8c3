import { BlockCidInvalidError } from './block-errors.ts';

/** Longer digests are refused: 128 is twice what any hash in use has (sha2-512), and keeps keys of stores small. */
const MAX_DIGEST_BYTES = 128;
/** A varint of a CID has at most 9 bytes; codes beyond 2^49 are in no table, and would not be exact as a number. */
const MAX_VARINT_BYTES = 7;
const SHA2_256 = 0x12;
const DAG_PB = 0x70;
const BLAKE2B_256 = 0xb220;
/** Version, codec of one byte, blake2b-256 in three, length, digest: nearly every CID of a chain. */
const USUAL_CID_BYTES = 1 + 1 + 3 + 1 + 32;

/** Where the parts of a CID are within its bytes. */
export interface CidParts {
  readonly codec: number;
  readonly hashCode: number;
  /** Of the multihash (code, length, digest): what names the content, whatever its codec. */
  readonly multihashStart: number;
  readonly digestStart: number;
}

/**
 * Splits the bytes of a CID, version 0 (a bare sha2-256 multihash) or 1.
 * @throws BlockCidInvalidError, also when bytes follow.
 */
export function cidParts(bytes: Uint8Array): CidParts {
  if (isUsual(bytes)) return { codec: bytes[1] as number, hashCode: BLAKE2B_256, multihashStart: 2, digestStart: 6 };
  // The one byte sequence of CIDv0 that is no CIDv1: 0x12 0x20 and 32 bytes.
  if (bytes.length === 34 && bytes[0] === SHA2_256 && bytes[1] === 32) {
    return { codec: DAG_PB, hashCode: SHA2_256, multihashStart: 0, digestStart: 2 };
  }
  const [version, codecStart] = varint(bytes, 0);
  if (version !== 1) throw new BlockCidInvalidError(bytes, `version ${version}`);
  const [codec, multihashStart] = varint(bytes, codecStart);
  const [hashCode, lengthStart] = varint(bytes, multihashStart);
  const [length, digestStart] = varint(bytes, lengthStart);
  if (length > MAX_DIGEST_BYTES) throw new BlockCidInvalidError(bytes, `a digest of ${length} bytes`);
  if (digestStart + length !== bytes.length) {
    throw new BlockCidInvalidError(bytes, `${bytes.length - digestStart} bytes where the digest has ${length}`);
  }
  return { codec, hashCode, multihashStart, digestStart };
}

/** One look at six bytes in place of four numbers read one by one: this is asked for each block of a walk. */
function isUsual(bytes: Uint8Array): boolean {
  if (bytes.length !== USUAL_CID_BYTES || bytes[0] !== 1 || (bytes[1] as number) >= 0x80) return false;
  return bytes[2] === 0xa0 && bytes[3] === 0xe4 && bytes[4] === 0x02 && bytes[5] === 32;
}

function varint(bytes: Uint8Array, start: number): [value: number, end: number] {
  let value = 0;
  for (let at = start; at < start + MAX_VARINT_BYTES; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) throw new BlockCidInvalidError(bytes, `it ends within a number at byte ${start}`);
    value += (byte & 0x7f) * 128 ** (at - start);
    if (byte >= 0x80) continue;
    if (byte === 0 && at > start) throw new BlockCidInvalidError(bytes, `a number at byte ${start} is not minimal`);
    return [value, at + 1];
  }
  throw new BlockCidInvalidError(bytes, `a number at byte ${start} is too long`);
}

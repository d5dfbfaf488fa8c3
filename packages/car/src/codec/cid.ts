import { CID } from 'multiformats/cid';
import { CarTruncatedError, CidInvalidError } from '../errors.ts';
import { MOST_CID_BYTES } from './limits.ts';
import { readVarint, varintLength } from './varint.ts';

/** The bytes of a CID, as they stand in CAR files and, after one 0x00, in links. */
export type CidBytes = Uint8Array;

export const CODEC_CBOR = 0x51;
export const CODEC_RAW = 0x55;
export const CODEC_DAG_PB = 0x70;
export const CODEC_DAG_CBOR = 0x71;
export const HASH_IDENTITY = 0x00;
export const HASH_SHA2_256 = 0x12;
export const HASH_BLAKE2B_256 = 0xb220;

/** What a CID is made of; one is made once, and filled again and again by {@link readCid}. */
export class CidParts {
  version: 0 | 1 = 1;
  codec = 0;
  hashCode = 0;
  /** Where in the bytes the digest begins. */
  digestStart = 0;
  digestLength = 0;
}

/** Version 0 has no fields but the multihash: sha2-256, 32 bytes. */
const V0_DIGEST_BYTES = 32;

/**
 * Takes the CID at `at` apart, and gives its length in bytes.
 * Version 0: 12 20 digest[32]. Version 1: varint 1 | varint codec | varint hash function | varint length | digest.
 * Nothing is copied; https://github.com/multiformats/cid
 * @throws CidInvalidError, VarintInvalidError; CarTruncatedError when `end` comes first.
 */
export function readCid(bytes: Uint8Array, at: number, end: number, out: CidParts): number {
  if (at + USUAL_CID_BYTES <= end && isUsualCid(bytes, at)) {
    fill(out, 1, bytes[at + 1] ?? 0, HASH_BLAKE2B_256, at + USUAL_PREFIX_BYTES, 32);
    return USUAL_CID_BYTES;
  }
  if (at + 1 < end && bytes[at] === HASH_SHA2_256 && bytes[at + 1] === V0_DIGEST_BYTES) return readV0(at, end, out);
  const version = readVarint(bytes, at, end);
  if (version === HASH_SHA2_256 && at + 1 === end) throw new CarTruncatedError(at, 'a CID', 2 + V0_DIGEST_BYTES, 1);
  if (version !== 1) throw new CidInvalidError(at, `CID version ${version} is not known; 0 and 1 are`);
  const codecAt = at + 1;
  const codec = readVarint(bytes, codecAt, end);
  const hashAt = codecAt + varintLength(codec);
  const hashCode = readVarint(bytes, hashAt, end);
  const lengthAt = hashAt + varintLength(hashCode);
  const digestLength = readVarint(bytes, lengthAt, end);
  const digestStart = lengthAt + varintLength(digestLength);
  const length = digestStart + digestLength - at;
  if (length > MOST_CID_BYTES)
    throw new CidInvalidError(at, `a CID of ${length} bytes is longer than ${MOST_CID_BYTES}`);
  if (digestStart + digestLength > end) throw new CarTruncatedError(at, 'a CID', length, end - at);
  fill(out, 1, codec, hashCode, digestStart, digestLength);
  return length;
}

/** `01`, codec, `a0 e4 02 20`, digest[32]: nearly all CIDs of a chain. */
export const USUAL_CID_BYTES = 38;
export const USUAL_PREFIX_BYTES = 6;

/** Whether the bytes at `at`, {@link USUAL_CID_BYTES} at least, begin as such a CID; its codec is the second of them. */
export function isUsualCid(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 1 &&
    (bytes[at + 1] ?? 0) < 0x80 &&
    bytes[at + 2] === 0xa0 &&
    bytes[at + 3] === 0xe4 &&
    bytes[at + 4] === 0x02 &&
    bytes[at + 5] === 0x20
  );
}

function readV0(at: number, end: number, out: CidParts): number {
  const length = 2 + V0_DIGEST_BYTES;
  if (at + length > end) throw new CarTruncatedError(at, 'a CID', length, end - at);
  fill(out, 0, CODEC_DAG_PB, HASH_SHA2_256, at + 2, V0_DIGEST_BYTES);
  return length;
}

function fill(
  out: CidParts,
  version: 0 | 1,
  codec: number,
  hashCode: number,
  digestStart: number,
  digestLength: number,
): void {
  out.version = version;
  out.codec = codec;
  out.hashCode = hashCode;
  out.digestStart = digestStart;
  out.digestLength = digestLength;
}

/** A CID must fill its bytes: what stands in a header or link is the CID and nothing more. */
export function readWholeCid(bytes: Uint8Array, start: number, end: number, out: CidParts): void {
  const length = readCid(bytes, start, end, out);
  if (start + length !== end)
    throw new CidInvalidError(start, `a CID of ${length} bytes stands in ${end - start} bytes`);
}

/** The text of a CID, for people; what is no CID is shown as hexadecimal. */
export function formatCid(cid: CidBytes): string {
  try {
    // A copy: multiformats reads the buffer behind a view, which may be a shared one.
    return CID.decode(Uint8Array.from(cid)).toString();
  } catch {
    return `0x${Buffer.from(cid).toString('hex')}`;
  }
}

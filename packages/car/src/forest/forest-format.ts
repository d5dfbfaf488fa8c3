import { readUint64 } from '../codec/uint64.ts';
import { CarIndexInvalidError, CarTruncatedError } from '../errors.ts';

/** Zstd readers skip a frame with this magic: `50 2a 4d 18 | u32 length | data`. */
export const SKIPPABLE_MAGIC = 0x184d_2a50;
export const SKIPPABLE_HEADER_BYTES = 8;

/** Skippable header 8, then the offset of the index data. */
export const FOREST_FOOTER_BYTES = SKIPPABLE_HEADER_BYTES + 8;

/** "deadbef0": the only version there is. */
const INDEX_VERSION = 0xdead_bef0;
/** Version, longest distance, collisions, initial buckets, 8 each. */
export const FOREST_INDEX_HEADER_BYTES = 32;
/** Hash 8, offset of the zstd frame 8; all ones when empty. */
export const FOREST_SLOT_BYTES = 16;

export interface ForestIndexHeader {
  /** How far a hash may stand behind its slot. */
  readonly longestDistance: number;
  readonly collisions: number;
  readonly initialBuckets: number;
}

/** The last 16 bytes; gives the offset of the index data, or `undefined` when this is no footer. */
export function decodeForestFooter(bytes: Uint8Array, start: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, FOREST_FOOTER_BYTES);
  if (view.getUint32(0, true) !== SKIPPABLE_MAGIC || view.getUint32(4, true) !== 8) return undefined;
  const offset = readUint64(view, 8);
  return Number.isSafeInteger(offset) ? offset : undefined;
}

export function encodeForestFooter(indexDataOffset: number): Uint8Array {
  const bytes = new Uint8Array(FOREST_FOOTER_BYTES);
  bytes.set(encodeSkippableHeader(8));
  new DataView(bytes.buffer).setBigUint64(8, BigInt(indexDataOffset), true);
  return bytes;
}

export function encodeSkippableHeader(dataBytes: number): Uint8Array {
  const bytes = new Uint8Array(SKIPPABLE_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, SKIPPABLE_MAGIC, true);
  view.setUint32(4, dataBytes, true);
  return bytes;
}

/** The length of a skippable frame's data. @throws CarIndexInvalidError, CarTruncatedError. */
export function decodeSkippableHeader(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < SKIPPABLE_HEADER_BYTES)
    throw new CarTruncatedError(start, 'a frame of the index', SKIPPABLE_HEADER_BYTES, end - start);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, SKIPPABLE_HEADER_BYTES);
  if (view.getUint32(0, true) !== SKIPPABLE_MAGIC)
    throw new CarIndexInvalidError(start, 'the index is not in a frame that zstd skips');
  return view.getUint32(4, true);
}

/** @throws CarIndexInvalidError, CarTruncatedError. */
export function decodeForestIndexHeader(bytes: Uint8Array, start: number, end: number): ForestIndexHeader {
  if (end - start < FOREST_INDEX_HEADER_BYTES)
    throw new CarTruncatedError(start, 'the header of the index', FOREST_INDEX_HEADER_BYTES, end - start);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, FOREST_INDEX_HEADER_BYTES);
  const version = readUint64(view, 0);
  const longestDistance = readUint64(view, 8);
  const collisions = readUint64(view, 16);
  const initialBuckets = readUint64(view, 24);
  if (version !== INDEX_VERSION)
    throw new CarIndexInvalidError(start, `index version 0x${version.toString(16)} is not known; 0xdeadbef0 is`);
  if (!Number.isSafeInteger(longestDistance) || !Number.isSafeInteger(initialBuckets))
    throw new CarIndexInvalidError(start, 'a number of the index is larger than 2^53 - 1');
  return { longestDistance, collisions, initialBuckets };
}

export function encodeForestIndexHeader({
  longestDistance,
  collisions,
  initialBuckets,
}: ForestIndexHeader): Uint8Array {
  const bytes = new Uint8Array(FOREST_INDEX_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of [INDEX_VERSION, longestDistance, collisions, initialBuckets].entries()) {
    view.setBigUint64(8 * at, BigInt(value), true);
  }
  return bytes;
}

/** A block within a pack: `size of the data, 4 bytes big-endian | size of the multihash, 1 byte | multihash | data`. */
export interface PackRecord {
  readonly key: Uint8Array;
  readonly data: Uint8Array;
  /** Where the next one begins. */
  readonly end: number;
}

/** Where a block is. */
export interface BlockPlace {
  readonly pack: number;
  readonly offset: number;
}

const HEADER_BYTES = /* size of the data */ 4 + /* size of the multihash */ 1;

/**
 * Four pages of LMDB with its header of a value: some 25 blocks of a chain. One put then stores them all, and one copy of 16 KiB
 * (half a microsecond) reads any of them. A block that is larger has a pack of its own.
 */
export const PACK_BYTES = 4 * 4096 - 16;
/** A place in the index: number of the pack, 4 bytes big-endian; offset in it, 2 bytes big-endian. */
const PLACE_BYTES = 4 + 2;

export function recordBytes(key: Uint8Array, data: Uint8Array): number {
  return HEADER_BYTES + key.length + data.length;
}

/** Writes a record at `offset`; there must be room. */
export function encodeRecord(pack: Uint8Array, offset: number, key: Uint8Array, data: Uint8Array): void {
  writeWord(pack, offset, data.length);
  pack[offset + 4] = key.length;
  pack.set(key, offset + HEADER_BYTES);
  pack.set(data, offset + HEADER_BYTES + key.length);
}

/** Views of the record at `offset`. @throws RangeError where the pack ends before it does. */
export function decodeRecord(pack: Uint8Array, offset: number): PackRecord {
  const keyStart = offset + HEADER_BYTES;
  const dataStart = keyStart + (pack[offset + 4] ?? 0);
  const end = dataStart + readWord(pack, offset);
  if (keyStart > pack.length || end > pack.length)
    throw new RangeError(`a record at byte ${offset} of a pack of ${pack.length} bytes ends at ${end}`);
  return { key: pack.subarray(keyStart, dataStart), data: pack.subarray(dataStart, end), end };
}

export function encodePlace({ pack, offset }: BlockPlace, out: Uint8Array = new Uint8Array(PLACE_BYTES)): Uint8Array {
  writeWord(out, 0, pack);
  out[4] = offset >>> 8;
  out[5] = offset;
  return out;
}

export function decodePlace(bytes: Uint8Array): BlockPlace {
  if (bytes.length !== PLACE_BYTES)
    throw new RangeError(`a place of ${bytes.length} bytes, ${PLACE_BYTES} are expected`);
  return { pack: readWord(bytes, 0), offset: ((bytes[4] ?? 0) << 8) | (bytes[5] ?? 0) };
}

/** 32 bits, big-endian. */
export function writeWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

export function readWord(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
  return high * 256 + (bytes[at + 3] ?? 0);
}

import { CarHeaderInvalidError, CarTruncatedError } from '../errors.ts';
import { readUint64 } from './uint64.ts';

/** The varint 10, then `{"version": 2}`: what makes readers of CARv1 stop. */
export const CAR_V2_PRAGMA: Uint8Array = Buffer.from('\x0a\xa1\x67version\x02', 'latin1');

/** Characteristics 16, then offset of the data, size of the data, offset of the index, 8 each. */
export const CAR_V2_HEADER_BYTES = /* characteristics */ 16 + /* data offset */ 8 + /* data size */ 8 + /* index */ 8;

/** Follows the pragma; https://ipld.io/specs/transport/car/carv2/ */
export interface CarV2Header {
  /** The index has all blocks, those with identity CIDs included. */
  readonly isFullyIndexed: boolean;
  /** Where the CARv1 begins, counted from the pragma. */
  readonly dataOffset: number;
  readonly dataSizeBytes: number;
  /** 0 for no index. */
  readonly indexOffset: number;
}

const FULLY_INDEXED = 0x80;

/** Decodes the 40 bytes at `at`. @throws CarHeaderInvalidError, CarTruncatedError. */
export function decodeCarV2Header(bytes: Uint8Array, at: number, end: number): CarV2Header {
  if (end - at < CAR_V2_HEADER_BYTES)
    throw new CarTruncatedError(at, 'the CARv2 header', CAR_V2_HEADER_BYTES, end - at);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, CAR_V2_HEADER_BYTES);
  const dataOffset = readOffset(view, 16, at);
  const dataSizeBytes = readOffset(view, 24, at);
  const indexOffset = readOffset(view, 32, at);
  checkOffsets(at, dataOffset, dataSizeBytes, indexOffset);
  return { isFullyIndexed: (view.getUint8(0) & FULLY_INDEXED) !== 0, dataOffset, dataSizeBytes, indexOffset };
}

function checkOffsets(at: number, dataOffset: number, dataSizeBytes: number, indexOffset: number): void {
  const least = CAR_V2_PRAGMA.length + CAR_V2_HEADER_BYTES;
  if (dataOffset < least)
    throw new CarHeaderInvalidError(at + 16, `the data begins at ${dataOffset}, not after the header`);
  // A writer that has not come to its end leaves a 0.
  if (dataSizeBytes === 0) throw new CarHeaderInvalidError(at + 24, 'the data is empty: the file was not finished');
  const dataEnd = dataOffset + dataSizeBytes;
  if (!Number.isSafeInteger(dataEnd)) throw new CarHeaderInvalidError(at + 24, 'the data ends beyond 2^53');
  if (indexOffset !== 0 && indexOffset < dataEnd)
    throw new CarHeaderInvalidError(at + 32, `the index begins at ${indexOffset}, the data ends at ${dataEnd}`);
}

function readOffset(view: DataView, field: number, at: number): number {
  const value = readUint64(view, field);
  if (value > Number.MAX_SAFE_INTEGER) throw new CarHeaderInvalidError(at + field, 'an offset is larger than 2^53 - 1');
  return value;
}

/** The 40 bytes after the pragma. */
export function encodeCarV2Header(header: CarV2Header): Uint8Array {
  const bytes = new Uint8Array(CAR_V2_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  if (header.isFullyIndexed) view.setUint8(0, FULLY_INDEXED);
  view.setBigUint64(16, BigInt(header.dataOffset), true);
  view.setBigUint64(24, BigInt(header.dataSizeBytes), true);
  view.setBigUint64(32, BigInt(header.indexOffset), true);
  return bytes;
}

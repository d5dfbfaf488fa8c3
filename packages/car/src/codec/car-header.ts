import { CarHeaderInvalidError, CarSectionTooLargeError, CarVersionUnknownError } from '../errors.ts';
import { CborReader } from './cbor-reader.ts';
import type { CidBytes } from './cid.ts';
import { carLimits } from './limits.ts';
import { readVarint, varintLength, writeVarint } from './varint.ts';

/** What stands at the beginning of a CARv1 file, and of the CARv1 inside a CARv2 file. */
export interface CarHeader {
  /** 1; or 2 in the pragma of a CARv2 file, which has no roots. */
  readonly version: number;
  readonly roots: readonly CidBytes[];
  /** Bytes of the header, the varint in front included. */
  readonly sizeBytes: number;
}

/** A root is a link of three bytes at least; so many are no list of heads but an attack. */
const MOST_ROOTS = 65_536;

/**
 * Decodes `varint length | {"roots": [links], "version": 1}`; https://ipld.io/specs/transport/car/carv1/
 * Keys may come in any order. An empty list of roots is accepted: some writers leave it so.
 * @throws CarHeaderInvalidError, CarVersionUnknownError, CarSectionTooLargeError, CarTruncatedError, CborInvalidError,
 * CidInvalidError, VarintInvalidError.
 */
export function decodeCarHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxHeaderBytes = carLimits.maxHeaderBytes,
): CarHeader {
  const sizeBytes = carHeaderLength(bytes, start, end, maxHeaderBytes);
  const bodyStart = start + varintLength(readVarint(bytes, start, end));
  const reader = new CborReader(bytes, bodyStart, Math.min(end, start + sizeBytes));
  const { version, roots } = readFields(reader, start);
  if (version !== 1 && version !== 2) throw new CarVersionUnknownError(start, version);
  if (version === 1 && roots === undefined) throw new CarHeaderInvalidError(start, 'the header has no roots');
  if (reader.at !== start + sizeBytes) {
    const left = start + sizeBytes - reader.at;
    throw new CarHeaderInvalidError(reader.at, `${left} bytes follow the header inside its length`);
  }
  return { version, roots: roots ?? [], sizeBytes };
}

/** How many bytes the header has, its varint included: known after at most four of them. */
export function carHeaderLength(bytes: Uint8Array, start: number, end: number, maxHeaderBytes: number): number {
  const length = readVarint(bytes, start, end);
  if (length === 0) throw new CarHeaderInvalidError(start, 'the header is empty');
  if (length > maxHeaderBytes) throw new CarSectionTooLargeError(start, 'a header', length, maxHeaderBytes);
  return varintLength(length) + length;
}

interface Fields {
  version: number;
  roots: CidBytes[] | undefined;
}

function readFields(reader: CborReader, start: number): Fields {
  let version: number | undefined;
  let roots: CidBytes[] | undefined;
  for (let left = reader.map('the header', 1, 2); left > 0; left -= 1) {
    const keyAt = reader.at;
    const key = reader.text('a key of the header');
    if (key === 'version' && version === undefined) version = reader.integer('the version');
    else if (key === 'roots' && roots === undefined) roots = readRoots(reader);
    else throw new CarHeaderInvalidError(keyAt, `the header has ${JSON.stringify(key.slice(0, 40))}`);
  }
  if (version === undefined) throw new CarHeaderInvalidError(start, 'the header has no version');
  return { version, roots };
}

/** go-car writes null for no roots at all. */
function readRoots(reader: CborReader): CidBytes[] {
  return reader.takeNull() ? [] : reader.links('the roots', MOST_ROOTS);
}

const ROOTS_KEY = Buffer.from('\x65roots', 'latin1');
const VERSION_PART = Buffer.from('\x67version\x01', 'latin1');

/** The header of a CARv1 file, its varint included, in the one form that DAG-CBOR has for it. */
export function encodeCarHeader(roots: readonly CidBytes[]): Uint8Array {
  const parts = [Buffer.of(0xa2), ROOTS_KEY, cborHead(4, roots.length), ...roots.flatMap(encodeLink), VERSION_PART];
  const body = Buffer.concat(parts);
  const bytes = new Uint8Array(varintLength(body.length) + body.length);
  bytes.set(body, writeVarint(body.length, bytes, 0));
  return bytes;
}

/** `tag 42 | byte string | 0x00 | CID`. */
export function encodeLink(cid: CidBytes): Uint8Array[] {
  return [Buffer.of(0xd8, 0x2a), cborHead(2, cid.length + 1), Buffer.of(0), cid];
}

/** Kind and number, as short as can be; up to 32 bits. */
export function cborHead(major: number, value: number): Uint8Array {
  const kind = major << 5;
  if (value < 24) return Buffer.of(kind | value);
  if (value < 0x100) return Buffer.of(kind | 24, value);
  if (value < 0x1_0000) return Buffer.of(kind | 25, value >> 8, value & 0xff);
  return Buffer.of(kind | 26, value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff);
}

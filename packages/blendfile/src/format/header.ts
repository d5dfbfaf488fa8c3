import { BlendFileTruncatedError, BlendFormatUnknownError, BlendHeaderInvalidError } from '../errors.ts';

/** How everything after the header is laid out, and who wrote it. */
export interface BlendHeader {
  /** 0 up to Blender 4.x, 1 from Blender 5.0 on (64-bit lengths and counts). */
  readonly formatVersion: 0 | 1;
  /** Bytes of an old address. */
  readonly pointerBytes: 4 | 8;
  readonly littleEndian: boolean;
  /** Of the Blender that wrote it, major * 100 + minor: 249, 304, 500. */
  readonly version: number;
}

/** /* `BLENDER` *\/ 7 + pointer size 1 + endianness 1 + version 3 */
const LEGACY_HEADER_BYTES = 12;
/** /* `BLENDER` *\/ 7 + header size 2 + `-` 1 + format version 2 + `v` 1 + version 4 */
const WIDE_HEADER_BYTES = 17;

/** Enough of the file for {@link decodeHeader} to decide. */
export const LONGEST_HEADER_BYTES = WIDE_HEADER_BYTES;

const MAGIC = 'BLENDER';

export function headerSizeBytes({ formatVersion }: BlendHeader): number {
  return formatVersion === 0 ? LEGACY_HEADER_BYTES : WIDE_HEADER_BYTES;
}

/**
 * Reads the first bytes of an uncompressed .blend file.
 *
 *     BLENDER  _|-   v|V  304              up to Blender 4.x: 4|8-byte pointers, little|big endian, version 3.4
 *     BLENDER  17  -  01  v  0500          Blender 5.0 on: header size, 8-byte pointers, format version, little endian
 *
 * @throws BlendHeaderInvalidError, BlendFormatUnknownError, BlendFileTruncatedError
 */
export function decodeHeader(bytes: Uint8Array, file: string): BlendHeader {
  const text = String.fromCharCode(...bytes.subarray(0, WIDE_HEADER_BYTES));
  assertMagic(text, file);
  if (/^[0-9]/.test(text.slice(7, 8))) return decodeWide(text, file);
  assertLength(text, LEGACY_HEADER_BYTES, file);
  const [, pointer, endianness, version] = /^([_-])([vV])([0-9]{3})$/.exec(text.slice(7, 12)) ?? [];
  if (pointer === undefined || version === undefined) {
    throw new BlendHeaderInvalidError({ file, offset: 7 }, `header ${JSON.stringify(text.slice(0, 12))} is not known`);
  }
  const littleEndian = endianness === 'v';
  return { formatVersion: 0, pointerBytes: pointer === '_' ? 4 : 8, littleEndian, version: Number(version) };
}

/** The bytes that {@link decodeHeader} reads. */
export function encodeHeader({ formatVersion, pointerBytes, littleEndian, version }: BlendHeader): Uint8Array {
  const legacy = `${MAGIC}${pointerBytes === 4 ? '_' : '-'}${littleEndian ? 'v' : 'V'}${digits(version, 3)}`;
  const text = formatVersion === 0 ? legacy : `${MAGIC}${WIDE_HEADER_BYTES}-01v${digits(version, 4)}`;
  return new TextEncoder().encode(text);
}

function decodeWide(text: string, file: string): BlendHeader {
  assertLength(text, WIDE_HEADER_BYTES, file);
  const [, size, format, version] = /^([0-9]{2})-([0-9]{2})v([0-9]{4})$/.exec(text.slice(7)) ?? [];
  if (size === undefined || format === undefined) {
    throw new BlendHeaderInvalidError({ file, offset: 7 }, `header ${JSON.stringify(text)} is not known`);
  }
  if (Number(format) !== 1) throw new BlendFormatUnknownError({ file, offset: 10 }, Number(format));
  if (Number(size) !== WIDE_HEADER_BYTES) {
    throw new BlendHeaderInvalidError({ file, offset: 7 }, `header size ${size} is not ${WIDE_HEADER_BYTES}`);
  }
  return { formatVersion: 1, pointerBytes: 8, littleEndian: true, version: Number(version) };
}

function assertMagic(text: string, file: string): void {
  const found = text.slice(0, MAGIC.length);
  if (found === MAGIC) return;
  if (MAGIC.startsWith(found)) throw new BlendFileTruncatedError({ file, offset: 0 }, 'the header', 12, found.length);
  throw new BlendHeaderInvalidError({ file, offset: 0 }, 'is no .blend file');
}

function assertLength(text: string, neededBytes: number, file: string): void {
  if (text.length >= neededBytes) return;
  throw new BlendFileTruncatedError({ file, offset: 0 }, 'the header', neededBytes, text.length);
}

function digits(version: number, width: number): string {
  return String(version).padStart(width, '0');
}

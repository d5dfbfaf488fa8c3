import { CarCompressionInvalidError } from '../errors.ts';

const ZSTD_MAGIC = 0xfd2f_b528;
/** Magic and the descriptor of the frame. */
const LEAST_HEADER_BYTES = 5;
/** By the last bits of the descriptor. */
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;
const BLOCK_HEADER_BYTES = 3;
const RAW_RLE = 1;

/**
 * How many bytes the zstd frame at the beginning has, by its block headers; `undefined` when `stored` ends before. RFC 8878,
 * section 3.1.1.
 * @throws CarCompressionInvalidError when there is no zstd frame.
 */
export function zstdFrameLength(stored: Uint8Array): number | undefined {
  if (stored.length < LEAST_HEADER_BYTES) return undefined;
  const view = new DataView(stored.buffer, stored.byteOffset, stored.length);
  if (view.getUint32(0, true) !== ZSTD_MAGIC) throw new CarCompressionInvalidError(0, 'there is no zstd frame');
  const descriptor = stored[4] ?? 0;
  let at = headerLength(descriptor);
  for (;;) {
    if (at + BLOCK_HEADER_BYTES > stored.length) return undefined;
    const header = view.getUint16(at, true) | ((stored[at + 2] ?? 0) << 16);
    const isLast = (header & 1) === 1;
    const kind = (header >> 1) & 3;
    if (kind === 3) throw new CarCompressionInvalidError(at, 'a zstd block of a reserved kind');
    at += BLOCK_HEADER_BYTES + (kind === RAW_RLE ? 1 : header >> 3);
    if (isLast) break;
  }
  if ((descriptor & 4) !== 0) at += 4;
  return at <= stored.length ? at : undefined;
}

function headerLength(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const flag = descriptor >> 6;
  const sizeBytes = flag === 0 && isSingleSegment ? 1 : (CONTENT_SIZE_BYTES[flag] ?? 0);
  return LEAST_HEADER_BYTES + (isSingleSegment ? 0 : 1) + (DICTIONARY_ID_BYTES[descriptor & 3] ?? 0) + sizeBytes;
}

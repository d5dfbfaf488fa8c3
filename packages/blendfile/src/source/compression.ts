/** How a file is stored as a whole; it keeps that when it is rewritten. */
export type BlendCompression = 'none' | 'gzip' | 'zstd';

const GZIP_MAGIC = [0x1f, 0x8b];
const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

/** From the first bytes; what is neither gzip nor zstd has to be a .blend file itself. */
export function detectCompression(start: Uint8Array): BlendCompression {
  if (GZIP_MAGIC.every((byte, at) => start[at] === byte)) return 'gzip';
  return ZSTD_MAGIC.every((byte, at) => start[at] === byte) ? 'zstd' : 'none';
}

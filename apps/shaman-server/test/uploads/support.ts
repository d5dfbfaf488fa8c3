import { sha256 } from '@waybill/digest';
import type { BlobKey } from '@waybill/blob-store';

/** Content that differs by seed, with its key. */
export function makeFile(seed: number, sizeBytes = 1000): { key: BlobKey; content: Uint8Array } {
  const content = new Uint8Array(sizeBytes).map((_byte, index) => (index * 31 + seed * 7 + (index >> 8)) & 0xff);
  return { key: { digest: sha256(content), sizeBytes }, content };
}

export async function* inChunks(content: Uint8Array, chunkBytes = 100): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += chunkBytes) {
    yield content.subarray(at, at + chunkBytes);
    await Promise.resolve();
  }
}

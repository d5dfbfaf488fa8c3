import { pipeline } from 'node:stream/promises';
import type { AbortOptions } from '@waybill/common';

/** Writes to standard output as fast as it is read; resolves to the number of bytes. It stays open. */
export async function writeStandardOutput(
  content: AsyncIterable<Uint8Array>,
  { signal }: AbortOptions = {},
): Promise<number> {
  let sizeBytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of content) {
      sizeBytes += piece.length;
      yield piece;
    }
  }
  await pipeline(counted(), process.stdout, { end: false, ...(signal !== undefined && { signal }) });
  return sizeBytes;
}

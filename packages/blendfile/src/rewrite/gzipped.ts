import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

/** The level that Blender took, before it had zstd. */
const LEVEL = 1;

/** A content as gzip; without name and time, so that the same content gives the same bytes. */
export async function* gzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = createGzip({ level: LEVEL, chunkSize: 256 * 1024 });
  const input = Readable.from(chunks, { objectMode: false });
  input.once('error', (error) => encoder.destroy(error));
  input.pipe(encoder);
  try {
    yield* encoder as AsyncIterable<Uint8Array>;
  } finally {
    input.destroy();
    encoder.destroy();
  }
}

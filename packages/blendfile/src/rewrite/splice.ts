import type { ByteSource } from '../source/byte-source.ts';
import { type ChunkOptions, storedChunks } from '../source/stored-chunks.ts';
import type { ContentEdit } from './blend-edits.ts';

/**
 * A range of a content with edits applied.
 * @param edits In rising order, all within the range.
 */
export async function* splice(
  content: ByteSource,
  start: number,
  end: number,
  edits: readonly ContentEdit[],
  options: ChunkOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = start;
  for (const { offset, removedBytes, inserted } of edits) {
    yield* storedChunks(content, at, offset, options);
    yield inserted;
    at = offset + removedBytes;
  }
  yield* storedChunks(content, at, end, options);
}

import { abortableIterable } from './abortable-iterable.ts';
import { openUnhashedWriter, type UnhashedWriteOptions } from './open-unhashed-writer.ts';

/**
 * Writes a stream to a file, whole or not at all, as `writeFileAtomic` does, but computes no digest: for copies whose digest
 * nobody asks for. A piece need not outlive the request for the next one, so that the source can use one buffer over and
 * over. Resolves to the length.
 * @throws What `openAtomicWriter` throws.
 */
export async function writeUnhashed(
  path: string,
  content: AsyncIterable<Uint8Array>,
  options: UnhashedWriteOptions = {},
): Promise<number> {
  await using file = await openUnhashedWriter(path, options);
  for await (const piece of abortableIterable(content, options)) await file.write(piece);
  return await file.commit();
}

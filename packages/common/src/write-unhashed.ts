import { abortableIterable } from './abortable-iterable.ts';
import { type AtomicWriteOptions, TempFile } from './atomic-writer.ts';

export interface UnhashedWriteOptions extends Omit<AtomicWriteOptions, 'expected'> {
  /** What the length has to be; anything else is not put in place. */
  expectedBytes?: number | undefined;
}

/** Nobody asks for it: no length but that of the content is compared here. */
const NO_DIGEST = { algorithm: 'sha256', bytes: new Uint8Array(32) } as const;

/**
 * Writes a stream to a file, whole or not at all, as `writeFileAtomic` does, but computes no digest: for copies whose digest
 * nobody asks for, where that would be the larger part of the processor time. A piece need not outlive the request for the
 * next one, so that the source can use one buffer over and over. Resolves to the length.
 * @throws What `openAtomicWriter` throws.
 */
export async function writeUnhashed(
  path: string,
  content: AsyncIterable<Uint8Array>,
  { expectedBytes, ...options }: UnhashedWriteOptions = {},
): Promise<number> {
  await using file = await TempFile.open(path, { ...options, expected: { sizeBytes: expectedBytes } }, false);
  let sizeBytes = 0;
  for await (const piece of abortableIterable(content, options)) {
    await file.write(piece);
    sizeBytes += piece.length;
  }
  await file.commit({ sizeBytes, digest: NO_DIGEST });
  return sizeBytes;
}

import { type AtomicWriteOptions, TempFile } from './atomic-writer.ts';

export interface UnhashedWriteOptions extends Omit<AtomicWriteOptions, 'expected'> {
  /** What the length has to be; anything else is not put in place. */
  expectedBytes?: number | undefined;
}

/** As `AtomicWriter`, but for content whose digest nobody asks for. */
export interface UnhashedWriter extends AsyncDisposable {
  write(bytes: Uint8Array): Promise<void>;
  /** Puts the file in place; resolves to its length when it is as durable as asked for. */
  commit(): Promise<number>;
  discard(): Promise<void>;
}

/** Nobody asks for it: no length but that of the content is compared. */
const NO_DIGEST = { algorithm: 'sha256', bytes: new Uint8Array(32) } as const;

/**
 * Opens a file as `openAtomicWriter` does, but computes no digest: where nobody asks for it, that would be the larger part
 * of the processor time. @throws What `openAtomicWriter` throws.
 */
export async function openUnhashedWriter(
  path: string,
  { expectedBytes, ...options }: UnhashedWriteOptions = {},
): Promise<UnhashedWriter> {
  const file = await TempFile.open(path, { ...options, expected: { sizeBytes: expectedBytes } }, false);
  let sizeBytes = 0;
  return {
    async write(bytes) {
      await file.write(bytes);
      sizeBytes += bytes.length;
    },
    async commit() {
      await file.commit({ sizeBytes, digest: NO_DIGEST });
      return sizeBytes;
    },
    discard: () => file.discard(),
    [Symbol.asyncDispose]: () => file.discard(),
  };
}

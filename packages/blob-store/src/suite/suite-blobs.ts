import { formatHex, sha256 } from '@waybill/digest';
import { type BlobKey, blobKey } from '../blob-key.ts';

export interface SuiteBlob {
  readonly key: BlobKey;
  readonly content: Uint8Array;
}

/** The key of a content. */
export function keyOf(content: Uint8Array): BlobKey {
  return blobKey(formatHex(sha256(content)), content.length);
}

/** A blob that is another one for another text, with so many bytes that follow it. */
export function textBlob(text: string, moreBytes = 0): SuiteBlob {
  const content = Buffer.concat([Buffer.from(text), Buffer.alloc(moreBytes, text.length % 251)]);
  return { content, key: keyOf(content) };
}

/** So many blobs, each another one. */
export function textBlobs(text: string, count: number, moreBytes = (_index: number): number => 0): SuiteBlob[] {
  return Array.from({ length: count }, (_, index) => textBlob(`${text} ${index}`, moreBytes(index)));
}

/** Chunks, or items; `pulled` counts how many were asked for, `ended` tells whether it was told to end early. */
export interface SuiteSource<T> extends AsyncIterable<T> {
  pulled: number;
  ended: boolean;
}

export function source<T = Uint8Array>(items: Iterable<T>, failure?: Error): SuiteSource<T> {
  const state: SuiteSource<T> = {
    pulled: 0,
    ended: false,
    async *[Symbol.asyncIterator]() {
      let finished = false;
      try {
        for (const item of items) {
          state.pulled += 1;
          await Promise.resolve();
          yield item;
        }
        finished = true;
        if (failure !== undefined) throw failure;
      } finally {
        if (!finished) state.ended = true;
      }
    },
  };
  return state;
}

/** One for all, which keeps in reach what waits for it: Node ends a process whose file handles are collected as garbage. */
const never = new Promise<never>(() => undefined);

/** A source that gives its chunks and then nothing more, without an end; `waiting` resolves when it does. */
export function stuckSource(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> & { waiting: Promise<unknown> } {
  const { promise: waiting, resolve } = Promise.withResolvers<unknown>();
  return {
    waiting,
    async *[Symbol.asyncIterator]() {
      yield* chunks;
      resolve(undefined);
      await never;
    },
  };
}

export function chunksOf(content: Uint8Array, sizeBytes: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += sizeBytes) chunks.push(content.subarray(at, at + sizeBytes));
  return chunks;
}

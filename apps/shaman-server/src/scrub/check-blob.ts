import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { BlobCorruptError, type BlobKey, BlobMissingError, type BlobStore } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';
import { type Digest, digestsEqual } from '@waybill/digest';
import { BlobContentChangedError } from './scrub-errors.ts';

/** `gone`: deleted since it was listed, which is nobody's fault. */
export type BlobVerdict =
  { readonly kind: 'sound' | 'gone' } | { readonly kind: 'corrupt' | 'unreadable'; readonly error: unknown };

/** Called with each chunk's length after it was read; it decides when the next one is. */
export type Pace = (bytes: number) => Promise<void>;

/** Reads a blob to its end and compares it with its name. Rejects only when aborted. */
export async function checkBlob(
  store: BlobStore,
  key: BlobKey,
  pace: Pace,
  options: AbortOptions = {},
): Promise<BlobVerdict> {
  try {
    const actual = await hashBlob(store, key, pace, options);
    if (digestsEqual(actual, key.digest)) return { kind: 'sound' };
    return { kind: 'corrupt', error: new BlobContentChangedError(key, actual) };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof BlobMissingError) return { kind: 'gone' };
    return { kind: error instanceof BlobCorruptError ? 'corrupt' : 'unreadable', error };
  }
}

async function hashBlob(store: BlobStore, key: BlobKey, pace: Pace, options: AbortOptions): Promise<Digest> {
  const content = await store.get(key, options);
  const hash = createHash('sha256');
  try {
    for await (const bytes of types.isUint8Array(content.body) ? [content.body] : content.body) {
      hash.update(bytes);
      await pace(bytes.length);
    }
  } finally {
    await content.discard();
  }
  return { algorithm: 'sha256', bytes: new Uint8Array(hash.digest()) };
}

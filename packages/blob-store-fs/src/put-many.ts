import type { PutManyItem, PutManyOutcome } from '@waybill/blob-store';
import { type AbortOptions, Semaphore } from '@waybill/common';
import type { FsBlobs } from './fs-blobs.ts';
import { putBlob } from './put-blob.ts';

/**
 * So many blobs are under way at once: enough that syncs of the same directory are shared, and that those of different ones
 * reach the disk together. More gains nothing (docs/decisions/2026-11-21-batch-durability.md).
 */
const AT_ONCE = 16;

export async function putMany(
  blobs: FsBlobs,
  items: Iterable<PutManyItem> | AsyncIterable<PutManyItem>,
  options: AbortOptions,
): Promise<PutManyOutcome[]> {
  options.signal?.throwIfAborted();
  const outcomes: Promise<PutManyOutcome>[] = [];
  const doors = new Semaphore(AT_ONCE);
  try {
    for await (const item of items) {
      options.signal?.throwIfAborted();
      const permit = await doors.acquire(options);
      outcomes.push(putItem(blobs, item, options).finally(() => permit.release()));
    }
  } finally {
    // Nothing goes on behind the back of who is told that the call has failed.
    await Promise.all(outcomes);
  }
  options.signal?.throwIfAborted();
  return await Promise.all(outcomes);
}

async function putItem(blobs: FsBlobs, { key, content }: PutManyItem, options: AbortOptions): Promise<PutManyOutcome> {
  try {
    return { key, outcome: await putBlob(blobs, key, content, options) };
  } catch (error) {
    return { key, outcome: 'failed', error };
  }
}

import { type BlobKey, type HasManyOptions, visitEach } from '@waybill/blob-store';
import type { FsBlobs } from './fs-blobs.ts';

/** From so many on, syncing the whole file system costs less than syncing each blob; there are such only after a restart. */
const MANY = 256;

/** So many blobs that are settled at once share syncs of their directories. */
const AT_ONCE = 16;

export async function hasMany(blobs: FsBlobs, keys: readonly BlobKey[], options: HasManyOptions): Promise<boolean[]> {
  const answers = new Array<boolean>(keys.length).fill(false);
  const everything = keys.map((_, index) => index);
  let unsettled = await look(blobs, keys, { answers, indexes: everything, ...options });
  if (unsettled.length >= MANY) {
    await blobs.settler.settleAll();
    unsettled = await look(blobs, keys, { answers, indexes: unsettled, ...options });
  }
  const left = unsettled.values();
  const settle = async (): Promise<void> => {
    for (const index of left) {
      options.signal?.throwIfAborted();
      const key = keys[index] as BlobKey;
      answers[index] = (await blobs.has(key)) && (options.touch !== true || blobs.touch(key));
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: AT_ONCE }, settle));
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
  return answers;
}

interface LookOptions extends HasManyOptions {
  readonly answers: boolean[];
  readonly indexes: readonly number[];
}

/** Notes for each key whether it is there. @returns The indexes of those that are, and not known to be durable, untouched. */
async function look(
  blobs: FsBlobs,
  keys: readonly BlobKey[],
  { answers, indexes, touch, signal }: LookOptions,
): Promise<number[]> {
  const unsettled: number[] = [];
  await visitEach(
    indexes,
    (index) => {
      const key = keys[index] as BlobKey;
      const found = blobs.find(key);
      if (found !== undefined && !blobs.settler.isSettled(key, found)) unsettled.push(index);
      else answers[index] = found !== undefined && (touch !== true || blobs.refresh(key, found));
    },
    { signal },
  );
  return unsettled;
}

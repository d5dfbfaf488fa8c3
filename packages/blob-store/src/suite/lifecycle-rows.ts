import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { blobBytes } from '../blob-bytes.ts';
import { BlobStoreClosedError } from '../blob-errors.ts';
import { source, stuckSource, textBlob, textBlobs } from './suite-blobs.ts';
import { type SuiteContext, testWhen } from './suite-setup.ts';

export function lifecycleRows({ withStore, supports }: SuiteContext): void {
  describe('the life of a store', () => {
    testWhen(supports.reopen)('finds what was acknowledged when it is opened anew, and nothing unfinished', () =>
      withStore(async (store, { reopen }) => {
        const blobs = textBlobs('kept', 20, (index) => index * 1000);
        await store.putMany(blobs.slice(0, 10));
        for (const { key, content } of blobs.slice(10)) await store.put(key, source([content]));
        const unfinished = textBlob('unfinished', 100_000);
        const abort = new AbortController();
        const stuck = stuckSource([unfinished.content.subarray(0, 60_000)]);
        const put = store.put(unfinished.key, stuck, { signal: abort.signal });
        await stuck.waiting;
        const again = await reopen();
        expect(await again.hasMany(blobs.map(({ key }) => key))).toEqual(blobs.map(() => true));
        expect(await again.has(unfinished.key)).toBe(false);
        expect(await Array.fromAsync(again.list())).toHaveLength(20);
        for (const { key, content } of blobs) {
          expect(await again.put(key, content)).toBe('exists');
          expect(Buffer.from(await blobBytes(await again.get(key))).equals(content)).toBe(true);
        }
        expect(await again.put(unfinished.key, unfinished.content)).toBe('stored');
        abort.abort(new Error('ended'));
        await expect(put).rejects.toThrow('ended');
        expect(await again.has(unfinished.key)).toBe(true);
      }),
    );

    test('sweeps nothing of those who are still at it', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('still coming', 100_000);
        const abort = new AbortController();
        const stuck = stuckSource([content.subarray(0, 60_000)]);
        const put = store.put(key, stuck, { signal: abort.signal });
        await stuck.waiting;
        expect(await store.sweep({ maxAgeMs: 0 })).toEqual({ uploads: 0, partials: 0, sizeBytes: 0 });
        abort.abort(new Error('ended'));
        await expect(put).rejects.toThrow('ended');
        expect(await store.sweep({ maxAgeMs: 0 })).toEqual({ uploads: 0, partials: 0, sizeBytes: 0 });
      }));

    test('waits for its calls when it is closed, and refuses all that come later', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('just in time', 200_000);
        const put = store.put(key, source([content]));
        await store.close();
        // Not a moment later: it has ended by now, or this gives the other answer.
        expect(await Promise.race([put, setImmediate('too late')])).toBe('stored');
        const calls: (() => Promise<unknown>)[] = [
          () => store.has(key),
          () => store.hasMany([key]),
          () => store.get(key),
          () => store.put(key, content),
          () => store.putMany([{ key, content }]),
          () => store.touch([key]),
          () => store.delete(key),
          () => store.quarantine(key),
          () => Array.fromAsync(store.list()),
          () => store.sweep(),
        ];
        for (const call of calls) await expect(call()).rejects.toBeInstanceOf(BlobStoreClosedError);
        await store.close();
      }));
  });
}

import { types } from 'node:util';
import { describe, expect, test } from 'vitest';
import { blobBytes } from '../blob-bytes.ts';
import { BlobCorruptError, BlobMissingError } from '../blob-errors.ts';
import { textBlob } from './suite-blobs.ts';
import { type SuiteContext, testWhen } from './suite-setup.ts';

export function getRows({ withStore, supports }: SuiteContext): void {
  describe('get', () => {
    test('gives the whole blob, small and large', () =>
      withStore(async (store) => {
        for (const moreBytes of [0, 100_000, 3_000_000]) {
          const { key, content } = textBlob('whole', moreBytes);
          await store.put(key, content);
          const found = await store.get(key);
          expect(found.sizeBytes).toBe(content.length);
          expect(Buffer.from(await blobBytes(found)).equals(content)).toBe(true);
        }
      }));

    test('gives a range, from `start` up to the byte before `end`', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('0123456789', 1_000_000);
        await store.put(key, content);
        const size = content.length;
        for (const [start, end] of [
          [0, 1],
          [3, 7],
          [0, size],
          [size - 1, size],
          [5, 5],
          [size, size],
          [9, 800_001],
        ] as const) {
          const found = await store.get(key, { start, end });
          expect(found.sizeBytes).toBe(end - start);
          expect(Buffer.from(await blobBytes(found)).equals(content.subarray(start, end))).toBe(true);
        }
        expect((await blobBytes(await store.get(key, { start: size - 4 }))).length).toBe(4);
        expect((await blobBytes(await store.get(key, { end: 4 }))).length).toBe(4);
      }));

    test('refuses a range that is not within the blob', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('0123456789');
        await store.put(key, content);
        for (const range of [
          { start: 11 },
          { end: 11 },
          { start: 5, end: 4 },
          { start: -1 },
          { start: 0.5 },
          { end: NaN },
        ]) {
          await expect(store.get(key, range)).rejects.toBeInstanceOf(RangeError);
        }
      }));

    test('tells what is missing', () =>
      withStore(async (store) => {
        const { key } = textBlob('nowhere');
        const get = store.get(key);
        await expect(get).rejects.toBeInstanceOf(BlobMissingError);
        await expect(get).rejects.toMatchObject({ key });
      }));

    testWhen(supports.truncate)('tells what has lost bytes from what is missing', () =>
      withStore(async (store, { truncate }) => {
        const { key, content } = textBlob('cut', 100);
        await store.put(key, content);
        await truncate(key, 60);
        const get = store.get(key);
        await expect(get).rejects.toBeInstanceOf(BlobCorruptError);
        await expect(get).rejects.toMatchObject({ key, actualBytes: 60 });
        expect(await store.hasMany([key])).toEqual([false]);
      }),
    );

    testWhen(supports.makeUnreadable)('tells what cannot be read from what is missing', () =>
      withStore(async (store, { makeUnreadable }) => {
        const { key, content } = textBlob('locked away');
        await store.put(key, content);
        await makeUnreadable(key);
        const error: unknown = await store.get(key).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toBeInstanceOf(BlobMissingError);
        expect(error).not.toBeInstanceOf(BlobCorruptError);
        for (const call of [store.has(key), store.hasMany([key])]) {
          await expect(call).rejects.not.toBeInstanceOf(BlobMissingError);
        }
      }),
    );

    test('lets go of a content that is not read, or not to its end', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('too much', 3_000_000);
        await store.put(key, content);
        const unread = await store.get(key);
        await unread.discard();
        await unread.discard();
        const half = await store.get(key);
        if (!types.isUint8Array(half.body)) for await (const _ of half.body) break;
        await half.discard();
        expect(await store.delete(key)).toBe(true);
      }));

    test('gives bytes that are the reader’s own', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('precious');
        await store.put(key, content);
        (await blobBytes(await store.get(key))).fill(0);
        expect(Buffer.from(await blobBytes(await store.get(key)))).toEqual(content);
      }));

    test('does nothing when it is aborted before it begins', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('not wanted');
        await store.put(key, content);
        const reason = new Error('enough');
        const signal = AbortSignal.abort(reason);
        await expect(store.get(key, { signal })).rejects.toBe(reason);
        await expect(store.has(key, { signal })).rejects.toBe(reason);
        await expect(store.hasMany([key], { signal })).rejects.toBe(reason);
      }));
  });
}

import { describe, expect, test } from 'vitest';
import { blobBytes } from '../blob-bytes.ts';
import { BlobDigestMismatchError, BlobLengthMismatchError } from '../blob-errors.ts';
import { keyOf, source, textBlob, textBlobs } from './suite-blobs.ts';
import type { SuiteContext } from './suite-setup.ts';

export function putManyRows({ withStore }: SuiteContext): void {
  describe('putMany', () => {
    test('stores all, from an array or a stream, with an outcome for each in their order', () =>
      withStore(async (store) => {
        const blobs = textBlobs('many', 300, (index) => index * 10);
        for (const { key, content } of blobs.slice(7, 8)) await store.put(key, content);
        const first = await store.putMany(blobs.slice(0, 150));
        expect(first.map(({ key }) => key)).toEqual(blobs.slice(0, 150).map(({ key }) => key));
        expect(first.map(({ outcome }) => outcome)).toEqual(first.map((_, at) => (at === 7 ? 'exists' : 'stored')));
        const second = await store.putMany(source(blobs));
        expect(second.map(({ outcome }) => outcome)).toEqual(blobs.map((_, at) => (at < 150 ? 'exists' : 'stored')));
        expect(await store.hasMany(blobs.map(({ key }) => key))).toEqual(blobs.map(() => true));
        for (const { key, content } of blobs.slice(100, 110)) {
          expect(Buffer.from(await blobBytes(await store.get(key))).equals(content)).toBe(true);
        }
      }));

    test('does nothing for no items', () =>
      withStore(async (store) => {
        expect(await store.putMany([])).toEqual([]);
      }));

    test('fails a bad item by itself', () =>
      withStore(async (store) => {
        const [first, second, third] = [textBlob('good 1'), textBlob('good 2', 500), textBlob('')];
        const { key } = textBlob('bad!');
        const items = [
          first,
          { key, content: Buffer.from('evil') },
          second,
          { key, content: Buffer.from('longer than four') },
          third,
        ];
        const outcomes = await store.putMany(items);
        expect(outcomes).toMatchObject([
          { outcome: 'stored' },
          { outcome: 'failed', error: { actual: keyOf(Buffer.from('evil')).digest } },
          { outcome: 'stored' },
          { outcome: 'failed', error: { expectedBytes: 4, actualBytes: 16 } },
          { outcome: 'stored' },
        ]);
        const errors = outcomes.flatMap((one) => (one.outcome === 'failed' ? [one.error] : []));
        expect(errors[0]).toBeInstanceOf(BlobDigestMismatchError);
        expect(errors[1]).toBeInstanceOf(BlobLengthMismatchError);
        expect(await store.has(key)).toBe(false);
        expect(await store.hasMany([first.key, second.key, third.key])).toEqual([true, true, true]);
      }));

    test('stores an item once that comes many times', () =>
      withStore(async (store) => {
        const blob = textBlob('again and again');
        const outcomes = await store.putMany(Array.from({ length: 40 }, () => blob));
        expect(outcomes.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1);
        expect(outcomes.filter(({ outcome }) => outcome === 'exists')).toHaveLength(39);
      }));

    test('rejects with what the source fails with, and leaves nothing half done', () =>
      withStore(async (store) => {
        const blobs = textBlobs('before the break', 20);
        const failure = new Error('the connection broke');
        await expect(store.putMany(source(blobs, failure))).rejects.toBe(failure);
        for await (const { key } of store.list()) {
          expect(keyOf(await blobBytes(await store.get(key)))).toEqual(key);
        }
        expect((await store.putMany(blobs)).map(({ outcome }) => outcome)).not.toContain('failed');
      }));

    test('rejects when it is aborted, and asks for no more items', () =>
      withStore(async (store) => {
        const reason = new Error('enough');
        const abort = new AbortController();
        const endless = source(
          (function* () {
            for (let given = 1; ; given += 1) {
              if (given === 50) abort.abort(reason);
              yield textBlob(`endless ${given}`);
            }
          })(),
        );
        await expect(store.putMany(endless, { signal: abort.signal })).rejects.toBe(reason);
        expect(endless.pulled).toBeLessThanOrEqual(51);
        const none = store.putMany([textBlob('x')], { signal: AbortSignal.abort(reason) });
        await expect(none).rejects.toBe(reason);
        expect(await store.has(textBlob('x').key)).toBe(false);
      }));
  });
}

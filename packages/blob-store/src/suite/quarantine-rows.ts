import { describe, expect, test } from 'vitest';
import { blobBytes } from '../blob-bytes.ts';
import { BlobMissingError } from '../blob-errors.ts';
import { textBlob } from './suite-blobs.ts';
import { type SuiteContext, testWhen } from './suite-setup.ts';

export function quarantineRows({ withStore, supports }: SuiteContext): void {
  describe('quarantine', () => {
    test('takes a blob out of use, once, and lets it be stored anew', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('suspect');
        const other = textBlob('sound');
        await store.putMany([{ key, content }, other]);
        expect(await store.quarantine(key)).toEqual(expect.any(String));
        expect(await store.quarantine(key)).toBeUndefined();
        await expect(store.get(key)).rejects.toBeInstanceOf(BlobMissingError);
        expect(await store.hasMany([key, other.key])).toEqual([false, true]);
        expect(await Array.fromAsync(store.list())).toHaveLength(1);
        expect(await store.put(key, content)).toBe('stored');
        expect(Buffer.from(await blobBytes(await store.get(key)))).toEqual(content);
      }));

    test('keeps apart what is quarantined again and again', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('suspect again');
        const names = new Set<string | undefined>();
        for (let time = 0; time < 3; time += 1) {
          await store.put(key, content);
          names.add(await store.quarantine(key));
        }
        expect(names.size).toBe(3);
        expect(names).not.toContain(undefined);
      }));

    testWhen(supports.truncate)('takes what has lost bytes', () =>
      withStore(async (store, { truncate }) => {
        const { key, content } = textBlob('cut', 100);
        await store.put(key, content);
        await truncate(key, 60);
        expect(await store.quarantine(key)).toEqual(expect.any(String));
        await expect(store.get(key)).rejects.toBeInstanceOf(BlobMissingError);
      }),
    );
  });
}

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { BlobKey } from '../blob-key.ts';
import { formatBlobKey } from '../blob-key.ts';
import type { BlobStore } from '../blob-store.ts';
import { textBlob, textBlobs } from './suite-blobs.ts';
import type { SuiteContext } from './suite-setup.ts';

async function referencedAtMs(store: BlobStore, key: BlobKey): Promise<number> {
  for await (const info of store.list()) if (formatBlobKey(info.key) === formatBlobKey(key)) return info.referencedAtMs;
  throw new Error('the blob is not listed');
}

export function referenceRows({ withStore, supports }: SuiteContext): void {
  const tick = (): Promise<void> => sleep(supports.referenceResolutionMs * 2 + 5);

  describe('touch and delete', () => {
    test('notes when a blob was put, and when it was touched', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('touched');
        // File systems take the time of the kernel's last tick, which may be 10 ms old.
        const slackMs = supports.referenceResolutionMs + 20;
        const beforeMs = Date.now();
        await store.put(key, content);
        const putAtMs = await referencedAtMs(store, key);
        expect(putAtMs).toBeGreaterThanOrEqual(beforeMs - slackMs);
        expect(putAtMs).toBeLessThanOrEqual(Date.now() + slackMs);
        await tick();
        await store.touch([key]);
        const touchedAtMs = await referencedAtMs(store, key);
        expect(touchedAtMs).toBeGreaterThan(putAtMs);
        expect(touchedAtMs).toBeLessThanOrEqual(Date.now() + slackMs);
      }));

    test('takes a put of what exists for a reference', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('put again');
        await store.put(key, content);
        const putAtMs = await referencedAtMs(store, key);
        await tick();
        await store.put(key, content);
        const againAtMs = await referencedAtMs(store, key);
        expect(againAtMs).toBeGreaterThan(putAtMs);
        await tick();
        await store.putMany([{ key, content }]);
        expect(await referencedAtMs(store, key)).toBeGreaterThan(againAtMs);
      }));

    test('ignores what is missing when it touches many, and says so', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('there');
        await store.put(key, content);
        const putAtMs = await referencedAtMs(store, key);
        await tick();
        const keys = [textBlob('missing 1').key, key, textBlob('missing 2').key];
        expect(await store.touch(keys)).toEqual([false, true, false]);
        expect(await referencedAtMs(store, key)).toBeGreaterThan(putAtMs);
        expect(await store.has(textBlob('missing 1').key)).toBe(false);
      }));

    test('deletes a blob once', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('to be deleted');
        const kept = textBlob('kept');
        expect(await store.delete(key)).toBe(false);
        await store.putMany([{ key, content }, kept]);
        expect(await store.delete(key)).toBe(true);
        expect(await store.delete(key)).toBe(false);
        expect(await store.hasMany([key, kept.key])).toEqual([false, true]);
        expect(await store.put(key, content)).toBe('stored');
        expect(await store.has(key)).toBe(true);
      }));

    test('deletes only what was referenced before a time, if one is given', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('maybe deleted');
        await store.put(key, content);
        const atMs = await referencedAtMs(store, key);
        expect(await store.delete(key, { ifReferencedBeforeMs: atMs })).toBe(false);
        expect(await store.has(key)).toBe(true);
        await tick();
        const laterMs = Date.now();
        await tick();
        await store.touch([key]);
        expect(await store.delete(key, { ifReferencedBeforeMs: laterMs })).toBe(false);
        expect(await store.delete(key, { ifReferencedBeforeMs: Date.now() + 60_000 })).toBe(true);
        expect(await store.has(key)).toBe(false);
      }));

    test('never deletes what is touched at the same time, by its last touch', () =>
      withStore(async (store) => {
        const blobs = textBlobs('raced for', 50);
        await store.putMany(blobs);
        await tick();
        const limitMs = Date.now();
        await tick();
        const races = blobs.map(async ({ key }, index) => {
          const calls = [
            (): Promise<unknown> => store.touch([key]),
            (): Promise<unknown> => store.delete(key, { ifReferencedBeforeMs: limitMs }),
          ];
          if (index % 2 === 0) calls.reverse();
          const [a, b] = await Promise.all(calls.map((call) => call()));
          const deleted = a === true || b === true;
          expect(await store.has(key)).toBe(!deleted);
        });
        await Promise.all(races);
      }));

    test('keeps what was put again while it was to be deleted, or stores it anew', () =>
      withStore(async (store) => {
        const blobs = textBlobs('put and deleted', 20);
        await store.putMany(blobs);
        await tick();
        const limitMs = Date.now();
        await tick();
        const races = blobs.map(async ({ key, content }) => {
          const [outcome, deleted] = await Promise.all([
            store.put(key, content),
            store.delete(key, { ifReferencedBeforeMs: limitMs }),
          ]);
          expect(await store.has(key)).toBe(true);
          expect(outcome).toBe(deleted ? 'stored' : 'exists');
        });
        await Promise.all(races);
      }));

    test('does nothing when it is aborted before it begins', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('not to be deleted');
        await store.put(key, content);
        const atMs = await referencedAtMs(store, key);
        await tick();
        const reason = new Error('enough');
        const signal = AbortSignal.abort(reason);
        await expect(store.delete(key, { signal })).rejects.toBe(reason);
        await expect(store.touch([key], { signal })).rejects.toBe(reason);
        expect(await referencedAtMs(store, key)).toBe(atMs);
      }));
  });
}

import { describe, expect, test } from 'vitest';
import { createMemoryBlobStore } from '../src/index.ts';
import { blobStoreSuite, textBlob } from '../src/suite/index.ts';

describe('the memory store', () => {
  blobStoreSuite({
    supports: { reopen: false, truncate: false, makeUnreadable: false },
    create: async () => {
      const store = createMemoryBlobStore();
      return { store, dispose: () => store.close() };
    },
  });

  test('goes by the clock that it is given', async () => {
    let nowMs = 1000;
    const store = createMemoryBlobStore({ now: () => nowMs });
    const { key, content } = textBlob('timed');
    await store.put(key, content);
    nowMs = 2000;
    expect(await Array.fromAsync(store.list())).toEqual([{ key, referencedAtMs: 1000 }]);
    await store.touch([key]);
    expect(await store.delete(key, { ifReferencedBeforeMs: 2000 })).toBe(false);
    nowMs = 3000;
    expect(await store.hasMany([key])).toEqual([true]);
    expect(await Array.fromAsync(store.list())).toEqual([{ key, referencedAtMs: 2000 }]);
    expect(await store.hasMany([key], { touch: true })).toEqual([true]);
    expect(await store.delete(key, { ifReferencedBeforeMs: 3000 })).toBe(false);
    expect(await store.delete(key, { ifReferencedBeforeMs: 3001 })).toBe(true);
  });

  test('keeps its blobs when the caller uses the bytes for something else', async () => {
    const store = createMemoryBlobStore();
    const { key, content } = textBlob('kept');
    const bytes = Buffer.from(content);
    await store.put(key, bytes);
    bytes.fill(0);
    const { body } = await store.get(key);
    expect(body).toEqual(new Uint8Array(content));
  });
});

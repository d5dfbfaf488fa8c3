import { describe, expect, test } from 'vitest';
import { textBlobs } from './suite-blobs.ts';
import type { SuiteContext } from './suite-setup.ts';

export function hasRows({ withStore }: SuiteContext): void {
  describe('has', () => {
    test('tells what is there, one by one and for many, in their order and as often as asked', () =>
      withStore(async (store) => {
        const there = textBlobs('there', 30);
        const missing = textBlobs('missing', 30);
        await store.putMany(there);
        for (const { key } of there.slice(0, 3)) expect(await store.has(key)).toBe(true);
        for (const { key } of missing.slice(0, 3)) expect(await store.has(key)).toBe(false);
        const mixed = [...there, ...missing, ...there].map(({ key }) => key);
        expect(await store.hasMany(mixed)).toEqual(mixed.map((_, at) => at < 30 || at >= 60));
        expect(await store.hasMany([])).toEqual([]);
      }));

    test('marks as referenced what it finds of many, if it is told to, and says what it has found', () =>
      withStore(async (store) => {
        const there = textBlobs('there', 5);
        const missing = textBlobs('missing', 5);
        await store.putMany(there);
        const mixed = [...there, ...missing].map(({ key }) => key);
        expect(await store.hasMany(mixed, { touch: true })).toEqual(mixed.map((_, at) => at < 5));
        // Within the short while after which a blob is marked anew, the put is reference enough.
        for (const { key } of there)
          expect(await store.delete(key, { ifReferencedBeforeMs: Date.now() - 60_000 })).toBe(false);
        expect(await store.hasMany(mixed)).toEqual(mixed.map((_, at) => at < 5));
      }));

    test('gives way to other work while it looks for many', () =>
      withStore(async (store) => {
        const keys = textBlobs('key', 5000).map(({ key }) => key);
        let turned = false;
        setImmediate(() => (turned = true));
        await store.hasMany(keys);
        expect(turned).toBe(true);
      }));

    test('stops when it is aborted while it looks for many', () =>
      withStore(async (store) => {
        const keys = textBlobs('key', 5000).map(({ key }) => key);
        const reason = new Error('enough');
        const abort = new AbortController();
        setImmediate(() => abort.abort(reason));
        await expect(store.hasMany(keys, { signal: abort.signal })).rejects.toBe(reason);
      }));
  });
}

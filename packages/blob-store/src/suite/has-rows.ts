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

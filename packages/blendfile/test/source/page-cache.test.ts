import { describe, expect, it } from 'vitest';
import { PageCache } from '../../src/source/page-cache.ts';

describe('PageCache', () => {
  it('drops what was used longest ago, and hands it back', () => {
    const dropped: number[] = [];
    const cache = new PageCache(30, (_bytes, page) => dropped.push(page));
    for (const page of [1, 2, 3]) cache.set(page, new Uint8Array(10));
    cache.get(1);
    cache.set(4, new Uint8Array(10));
    expect(dropped).toEqual([2]);
    expect([1, 2, 3, 4].map((page) => cache.get(page)?.length)).toEqual([10, undefined, 10, 10]);
  });

  it('hands back a page that is set anew, and keeps one that is larger than all', () => {
    const dropped: Uint8Array[] = [];
    const cache = new PageCache(30, (bytes) => dropped.push(bytes));
    const first = new Uint8Array(10);
    cache.set(1, first);
    cache.set(1, new Uint8Array(100));
    expect(dropped).toEqual([first]);
    expect(cache.get(1)).toHaveLength(100);
  });
});

import { describe, expect, it } from 'vitest';
import { EtagCache } from '../../src/remote/etag-cache.ts';

describe('a cache of listings', () => {
  it('gives back what was set last', () => {
    const cache = new EtagCache<string>({ maxEntries: 2, maxWeight: 100 });
    cache.set('a', '1', 'old', 1);
    cache.set('a', '2', 'new', 1);
    expect(cache.get('a')).toMatchObject({ etag: '2', value: 'new' });
    expect(cache.get('b')).toBeUndefined();
  });

  it('forgets what was used longest ago when it is full', () => {
    const cache = new EtagCache<string>({ maxEntries: 2, maxWeight: 100 });
    cache.set('a', '1', 'a', 1);
    cache.set('b', '1', 'b', 1);
    cache.get('a');
    cache.set('c', '1', 'c', 1);
    expect(['a', 'b', 'c'].map((path) => cache.get(path)?.value)).toEqual(['a', undefined, 'c']);
  });

  it('holds no more weight than it may, not even in one entry', () => {
    const cache = new EtagCache<string>({ maxEntries: 10, maxWeight: 100 });
    cache.set('a', '1', 'a', 60);
    cache.set('b', '1', 'b', 60);
    expect([cache.get('a'), cache.get('b')?.value]).toEqual([undefined, 'b']);
    cache.set('c', '1', 'c', 101);
    expect([cache.get('b'), cache.get('c')]).toEqual([undefined, undefined]);
    cache.set('b', '1', 'b', 60);
    cache.set('b', '2', 'b', 40);
    cache.set('d', '1', 'd', 60);
    expect([cache.get('b')?.etag, cache.get('d')?.etag]).toEqual(['2', '1']);
  });
});

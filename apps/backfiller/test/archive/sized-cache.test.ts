import { describe, expect, it } from 'vitest';
import { SizedCache } from '../../src/archive/sized-cache.ts';

const create = (maxBytes: number) => new SizedCache<string>({ maxBytes, sizeOf: (value) => value.length });

describe('SizedCache', () => {
  it('drops what was used longest ago when the sum is exceeded', () => {
    const cache = create(6);
    cache.set('a', 'xx');
    cache.set('b', 'xx');
    cache.set('c', 'xx');
    cache.get('a');
    cache.set('d', 'xx');
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key) !== undefined)).toEqual([true, false, true, true]);
    expect(cache.sizeBytes).toBe(6);
  });

  it('does not keep a value that is larger than all room, and keeps the rest', () => {
    const cache = create(3);
    cache.set('a', 'xx');
    cache.set('b', 'xxxx');
    expect(cache.get('a')).toBe('xx');
    expect(cache.get('b')).toBeUndefined();
  });

  it('counts a replaced value once', () => {
    const cache = create(10);
    cache.set('a', 'xxxx');
    cache.set('a', 'x');
    expect(cache.sizeBytes).toBe(1);
    cache.delete('a');
    expect(cache.sizeBytes).toBe(0);
  });

  it('keeps, where that is asked for, only what is set a second time, so that one walk pushes nothing out', () => {
    const cache = new SizedCache<string>({ maxBytes: 4, sizeOf: (value) => value.length, fromSecondTime: true });
    cache.set('a', 'xx');
    expect(cache.get('a')).toBeUndefined();
    cache.set('a', 'yy');
    for (let walk = 0; walk < 10_000; walk++) cache.set(`passer-by ${walk.toString()}`, 'zz');
    expect(cache.get('a')).toBe('yy');
    expect(cache.sizeBytes).toBe(2);
  });
});

import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mapOrdered } from '../../src/rewrite/map-ordered.ts';

async function* count(to: number): AsyncGenerator<number> {
  for (let value = 0; value < to; value += 1) yield Promise.resolve(value);
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

describe('mapOrdered', () => {
  it('gives results in the order of the input, and never has more under way than allowed', async () => {
    let underWay = 0;
    let most = 0;
    const results = mapOrdered(count(20), 3, async (value) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await setTimeout((20 - value) % 5);
      underWay -= 1;
      return value * 2;
    });
    expect(await all(results)).toEqual(Array.from({ length: 20 }, (_, value) => value * 2));
    expect(most).toBe(3);
  });

  it('ends with the first error, and waits for what is under way', async () => {
    let ended = 0;
    const results = mapOrdered(count(20), 4, async (value) => {
      await setTimeout(value === 2 ? 0 : 5);
      ended += 1;
      if (value === 2) throw new Error('two');
      return value;
    });
    await expect(all(results)).rejects.toThrow('two');
    const before = ended;
    await setTimeout(20);
    expect(ended).toBe(before);
    expect(ended).toBeLessThan(10);
  });
});

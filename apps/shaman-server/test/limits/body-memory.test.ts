import { expect, it } from 'vitest';
import { BodyMemory } from '../../src/limits/body-memory.ts';

it('is given out up to its limit, and given back once', () => {
  const memory = new BodyMemory(100);
  const [one, two] = [memory.open(), memory.open()];
  one.take(40);
  two.take(60);
  expect(() => one.take(1)).toThrow(expect.objectContaining({ code: 'ERR_SERVER_BUSY', retryAfterSeconds: 5 }));
  expect(memory.usedBytes).toBe(100);
  two[Symbol.dispose]();
  two[Symbol.dispose]();
  expect(memory.usedBytes).toBe(40);
  one.take(60);
  one[Symbol.dispose]();
  expect(memory.usedBytes).toBe(0);
});

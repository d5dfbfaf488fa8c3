import { expect, test } from 'vitest';
import { KeyLocks } from '../src/key-locks.ts';

test('lets one in at a time for a key, in order, however the one before ended', async () => {
  const locks = new KeyLocks();
  const log: string[] = [];
  const work =
    (name: string, fails = false) =>
    async (): Promise<string> => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const all = [locks.run('a', work('1', true)), locks.run('a', work('2')), locks.run('a', work('3'))];
  const settled = await Promise.allSettled(all);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(log).toEqual(['1 begins', '1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
  expect(await locks.run('a', work('4'))).toBe('4');
});

test('lets the other keys through', async () => {
  const locks = new KeyLocks();
  const { promise, resolve } = Promise.withResolvers<string>();
  const first = locks.run('a', () => promise);
  expect(await locks.run('b', () => Promise.resolve('b'))).toBe('b');
  resolve('a');
  expect(await first).toBe('a');
});

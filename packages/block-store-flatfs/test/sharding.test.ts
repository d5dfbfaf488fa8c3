import { describe, expect, test } from 'vitest';
import { FlatfsShardingInvalidError } from '../src/index.ts';
import { parseSharding } from '../src/sharding.ts';

const name = 'CIQFTFEEHEDF6KLBT32BFAGLXEZL4UWFNWM4LFTLMXQBCERZ6CMLX3Y';

describe('the sharding of a store', () => {
  test.each([
    ['/repo/flatfs/shard/v1/next-to-last/2\n', name, 'X3'],
    ['/repo/flatfs/shard/v1/next-to-last/3', name, 'LX3'],
    ['/repo/flatfs/shard/v1/prefix/5\n', name, 'CIQFT'],
    ['/repo/flatfs/shard/v1/suffix/3\n', name, 'X3Y'],
    ['/repo/flatfs/shard/v1/next-to-last/2', 'A', '__'],
    ['/repo/flatfs/shard/v1/next-to-last/2', 'AB', '_A'],
    ['/repo/flatfs/shard/v1/prefix/3', 'A', 'A__'],
    ['/repo/flatfs/shard/v1/suffix/3', 'A', '__A'],
  ])('%j keeps %s in %s', (text, block, folder) => {
    expect(parseSharding(text)(block)).toBe(folder);
  });

  test.each([
    '',
    'next-to-last/2',
    '/repo/flatfs/shard/v2/next-to-last/2',
    '/repo/flatfs/shard/v1/next-to-last/0',
    '/repo/flatfs/shard/v1/next-to-last/99',
    '/repo/flatfs/shard/v1/constructor/2',
    '/repo/flatfs/shard/v1/prefix/-1',
    '/repo/flatfs/shard/v1/prefix/2/x',
  ])('refuses %j', (text) => {
    expect(() => parseSharding(text)).toThrow(FlatfsShardingInvalidError);
  });
});

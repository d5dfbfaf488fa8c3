import { FlatfsShardingInvalidError } from './flatfs-errors.ts';

/** Gives the folder in which a name is kept. */
export type ShardFunction = (name: string) => string;

/** No shard function cuts more: names of sha2-256 have 55 characters. */
const MOST_CHARACTERS = 50;

/**
 * Reads what stands in the file `SHARDING` of a store, for example `/repo/flatfs/shard/v1/next-to-last/2`. Names that are too
 * short are filled up with `_`.
 *
 * ```
 * prefix/2          CIQFTF…X3Y  ->  CI
 * suffix/2          CIQFTF…X3Y  ->  3Y
 * next-to-last/2    CIQFTF…X3Y  ->  X3     the default of Kubo
 * ```
 * @throws FlatfsShardingInvalidError.
 * @see https://github.com/ipfs/go-ds-flatfs#sharding-functions
 */
export function parseSharding(text: string): ShardFunction {
  const [, kind = '', digits = ''] = /^\/repo\/flatfs\/shard\/v1\/([a-z-]+)\/(\d{1,2})\s*$/.exec(text) ?? [];
  const count = Number(digits);
  const shard = shardFunctions.get(kind)?.(count);
  if (shard === undefined || count < 1 || count > MOST_CHARACTERS) throw new FlatfsShardingInvalidError(text);
  return shard;
}

const shardFunctions: ReadonlyMap<string, (count: number) => ShardFunction> = new Map([
  [
    'prefix',
    (count: number): ShardFunction =>
      (name) =>
        name.padEnd(count, '_').slice(0, count),
  ],
  [
    'suffix',
    (count: number): ShardFunction =>
      (name) =>
        name.padStart(count, '_').slice(-count),
  ],
  [
    'next-to-last',
    (count: number): ShardFunction =>
      (name) =>
        name.padStart(count + 1, '_').slice(-count - 1, -1),
  ],
]);

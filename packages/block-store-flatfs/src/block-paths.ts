import path from 'node:path';
import { cidParts } from '@waybill/block-store';
import { base32upper } from 'multiformats/bases/base32';
import type { ShardFunction } from './sharding.ts';

/**
 * Where a block can be, the usual place first.
 *
 * ```
 * FOLDER/X3/CIQFTFEEHEDF6KLBT32BFAGLXEZL4UWFNWM4LFTLMXQBCERZ6CMLX3Y.data
 *        └ shard    └ base32 of the multihash, upper case, not padded
 * ```
 * Before version 0.12 Kubo named blocks of CIDv1 by the whole CID.
 */
export function blockPaths(folder: string, shard: ShardFunction, cid: Uint8Array): string[] {
  const { multihashStart } = cidParts(cid);
  const keys = multihashStart === 0 ? [cid] : [cid.subarray(multihashStart), cid];
  return keys.map((key) => {
    const name = base32upper.baseEncode(key);
    return path.join(folder, shard(name), `${name}.data`);
  });
}

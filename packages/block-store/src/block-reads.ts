import type { AbortOptions } from '@waybill/common';
import type { CID } from 'multiformats/cid';
import { BlockMissingError } from './block-errors.ts';
import type { BlockStore } from './block-store.ts';

/** What an adapter has to know how to do; the rest of reading follows from it. */
export interface BlockReads {
  readonly hasBytes: (cid: Uint8Array, options: AbortOptions) => Promise<boolean>;
  readonly getManyBytes: (cids: readonly Uint8Array[], options: AbortOptions) => Promise<(Uint8Array | undefined)[]>;
}

/** The reading methods of a store, made from two. */
export function blockReads(reads: BlockReads): Pick<BlockStore, 'has' | 'get' | 'getMany' | 'getManyBytes'> {
  return {
    has: (cid, options = {}) => reads.hasBytes(cid.bytes, options),
    get: async (cid, options = {}) => {
      const [data] = await reads.getManyBytes([cid.bytes], options);
      if (data === undefined) throw new BlockMissingError(cid);
      return data;
    },
    getMany: (cids, options = {}) => reads.getManyBytes(cids.map(cidBytes), options),
    getManyBytes: (cids, options = {}) => reads.getManyBytes(cids, options),
  };
}

function cidBytes(cid: CID): Uint8Array {
  return cid.bytes;
}

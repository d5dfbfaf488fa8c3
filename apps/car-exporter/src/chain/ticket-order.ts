import type { BlockHeader, CidBytes } from '@waybill/car';
import { createBLAKE2b, type IHasher } from 'hash-wasm';

export interface TipsetBlock {
  readonly cid: CidBytes;
  readonly header: BlockHeader;
}

let loaded: Promise<IHasher> | undefined;

/** The blocks of a tipset in their order: by blake2b-256 of the ticket's proof, then by the bytes of the CID (specification 1.6). */
export async function sortByTicket(blocks: readonly TipsetBlock[]): Promise<TipsetBlock[]> {
  if (blocks.length < 2) return [...blocks];
  loaded ??= createBLAKE2b(256);
  const blake2b = await loaded;
  const ranked = blocks.map((block) => ({
    block,
    rank: blake2b
      .init()
      .update(block.header.ticketProof ?? new Uint8Array(0))
      .digest('binary'),
  }));
  ranked.sort((one, other) => Buffer.compare(one.rank, other.rank) || Buffer.compare(one.block.cid, other.block.cid));
  return ranked.map(({ block }) => block);
}

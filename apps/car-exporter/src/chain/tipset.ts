import { type BlockHeader, type CidBytes, decodeBlockHeader, formatCid } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { ChainBlockMissingError, TipsetInvalidError } from './chain-errors.ts';
import { sortByTicket, type TipsetBlock } from './ticket-order.ts';

/** Blocks of one height on one chain, in the order of their tickets. */
export interface Tipset {
  readonly height: number;
  readonly cids: readonly CidBytes[];
  readonly headers: readonly BlockHeader[];
}

/** Looks a block up; `undefined` when it is not there. A store of any kind. */
export type FetchBlock = (cid: CidBytes, options?: AbortOptions) => Promise<Uint8Array | undefined>;

/**
 * Loads the blocks of a tipset, named in any order.
 * @throws ChainBlockMissingError; TipsetInvalidError where the blocks belong to no one tipset; CarError for no header.
 */
export async function loadTipset(
  fetch: FetchBlock,
  cids: readonly CidBytes[],
  options: AbortOptions = {},
): Promise<Tipset> {
  const named: TipsetBlock[] = [];
  for (const cid of cids) named.push({ cid, header: await loadHeader(fetch, cid, options) });
  const blocks = await sortByTicket(named);
  const [first] = blocks;
  if (first === undefined) throw new TipsetInvalidError('a tipset has at least one block');
  for (const { header } of blocks) assertSameTipset(first.header, header);
  const twice = blocks.find(({ cid }, at) => at > 0 && isSame(cid, blocks[at - 1]));
  if (twice !== undefined) throw new TipsetInvalidError(`block ${formatCid(twice.cid)} is named twice`);
  const headers = blocks.map(({ header }) => header);
  return { height: first.header.height, cids: blocks.map(({ cid }) => cid), headers };
}

function isSame(cid: CidBytes, other: TipsetBlock | undefined): boolean {
  return other !== undefined && Buffer.compare(cid, other.cid) === 0;
}

function assertSameTipset(first: BlockHeader, header: BlockHeader): void {
  if (header.height !== first.height)
    throw new TipsetInvalidError(`blocks of heights ${first.height} and ${header.height} are no tipset`);
  if (!hasSameParents(header, first))
    throw new TipsetInvalidError(`blocks of height ${first.height} with different parents are no tipset`);
}

export async function loadHeader(fetch: FetchBlock, cid: CidBytes, options: AbortOptions = {}): Promise<BlockHeader> {
  const data = await fetch(cid, options);
  if (data === undefined) throw new ChainBlockMissingError({ cid: formatCid(cid), task: 'block' });
  return decodeBlockHeader(data, 0, data.length);
}

function hasSameParents(one: BlockHeader, other: BlockHeader): boolean {
  if (one.parents.length !== other.parents.length) return false;
  return one.parents.every((cid, at) => Buffer.compare(cid, other.parents[at] ?? new Uint8Array(0)) === 0);
}

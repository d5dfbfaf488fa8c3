import type { BlockVerifier } from '@waybill/block-store';
import { type BlockHeader, type CidBytes, decodeBlockHeader, formatCid } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { ChainBlockMissingError, ChainInvalidError } from '../chain/chain-errors.ts';
import { type ExportRule, MESSAGES, RECEIPTS, STATE } from '../walk/export-rule.ts';
import { LinkFilter } from '../walk/link-filter.ts';
import type { BlockOutput } from './block-output.ts';
import type { GrowingSeenSet } from './growing-seen-set.ts';
import type { BlockReader } from './kept-blocks.ts';
import { type ChainRoots, emptyChainRoots, type RootTask } from './origins.ts';

interface ReadHeaderLaneInit {
  readonly store: BlockReader;
  readonly rule: ExportRule;
  readonly seen: GrowingSeenSet;
  readonly output: BlockOutput;
  readonly verifier?: BlockVerifier | undefined;
}

interface ReadHeader {
  readonly cid: CidBytes;
  readonly header: BlockHeader;
}

/** The roots that hang on the headers, and how many headers there are. */
export interface HeaderRoots extends ChainRoots {
  readonly headerCount: number;
}

/**
 * Writes all headers, from the head to the genesis, each child before its parents, tipset by tipset: the parents of a tipset
 * are known when it was read, and no sooner, so that each costs a round trip to the store.
 * @throws ChainBlockMissingError; ChainInvalidError without a genesis; CarError; what the store and the writer throw.
 */
export async function readHeaderLane(
  { store, rule, seen, output, verifier }: ReadHeaderLaneInit,
  head: readonly CidBytes[],
  options: AbortOptions = {},
): Promise<HeaderRoots> {
  const lane = new BlockHeaderLane(rule, seen);
  let headerCount = 0;
  for (let tipset = distinct(head), child: ReadHeader | undefined; ;) {
    const found = await store.getManyBytes(tipset, options);
    const read = tipset.map((cid, at) => decodeFound(cid, found[at], child));
    for (const [at, { cid, header }] of read.entries()) {
      const data = found[at] ?? new Uint8Array(0);
      verifier?.assertStored(cid, data);
      output.epoch = header.height;
      if (seen.add(cid, 0, cid.length)) {
        output.block(cid, data);
        headerCount += 1;
      }
      lane.takeParts(cid, header);
    }
    await output.settle();
    options.signal?.throwIfAborted();
    tipset = distinct(read.flatMap(({ header }) => (header.height === 0 ? [] : header.parents)));
    if (tipset.length === 0) break;
    child = read[0];
  }
  if (!lane.hasGenesis) throw new ChainInvalidError('the chain ends without a genesis', output.epoch);
  return { ...lane.roots, headerCount };
}

function decodeFound(cid: CidBytes, data: Uint8Array | undefined, child: ReadHeader | undefined): ReadHeader {
  if (data !== undefined) return { cid, header: decodeBlockHeader(data, 0, data.length) };
  const header = child === undefined ? undefined : formatCid(child.cid);
  throw new ChainBlockMissingError({ cid: formatCid(cid), task: 'block', header, epoch: child?.header.height });
}

/** The blocks of a tipset name the same parents. A difference goes through headers that it leaves out: what hangs there may be new. */
function distinct(cids: readonly CidBytes[]): CidBytes[] {
  return [...new Map(cids.map((cid) => [Buffer.from(cid).toString('latin1'), cid])).values()];
}

class BlockHeaderLane {
  readonly roots = emptyChainRoots();
  hasGenesis = false;
  readonly #rule: ExportRule;
  readonly #seen: GrowingSeenSet;
  readonly #filter: LinkFilter;

  constructor(rule: ExportRule, seen: GrowingSeenSet) {
    this.#rule = rule;
    this.#seen = seen;
    this.#filter = new LinkFilter(rule.takesCbor);
  }

  takeParts(cid: CidBytes, header: BlockHeader): void {
    const parts = this.#rule.partsAt(header.height);
    if (parts === 0 && header.height > 0) return;
    const origin = this.roots.origins.add(cid, header.height);
    if ((parts & MESSAGES) !== 0) this.#seed(header.messages, origin, 'messages');
    if ((parts & RECEIPTS) !== 0) this.#keepReceipts(header.parentMessageReceipts, origin);
    if (header.height === 0) this.#takeGenesis(header, origin);
    if ((parts & STATE) !== 0) this.#seed(header.parentStateRoot, origin, 'state');
  }

  #takeGenesis({ parents }: BlockHeader, origin: number): void {
    this.hasGenesis = true;
    for (const parent of parents) this.#seed(parent, origin, 'genesis parent');
  }

  #seed(cid: CidBytes, origin: number, task: RootTask): void {
    if (!this.#filter.takes(cid, 0, cid.length) || !this.#seen.add(cid, 0, cid.length)) return;
    const isLeaf = task === 'genesis parent' && !this.#rule.scansGenesisParents;
    const list = isLeaf ? this.roots.leaves : this.roots.strict;
    list.push(cid, 0, cid.length, this.roots.origins.noteOf(origin, task));
  }

  /** Not marked yet: what state links to, too, must be judged as state. */
  #keepReceipts(cid: CidBytes, origin: number): void {
    if (!this.#filter.takes(cid, 0, cid.length)) return;
    this.roots.receipts.push(cid, 0, cid.length, this.roots.origins.noteOf(origin, 'receipts'));
  }
}

import { loadBlockVerifier } from '@waybill/block-store';
import { type CidBytes, type FrameWriter, formatCid } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import type { WalkCheckpoints } from '../resume/walk-checkpoints.ts';
import type { ExportRule } from '../walk/export-rule.ts';
import type { WalkStatus, WalkSummary } from '../walk/walk-car.ts';
import { BelowWalk } from './below-walk.ts';
import { BlockOutput } from './block-output.ts';
import { CidStack } from './cid-stack.ts';
import { GrowingSeenSet } from './growing-seen-set.ts';
import { type BlockReader, KeptBlocks, keptBlockReader } from './kept-blocks.ts';
import { readHeaderLane } from './read-header-lane.ts';

export interface WalkBlocksInit {
  /** Any store of blocks: LMDB, a node, flatfs, memory. */
  readonly store: BlockReader;
  readonly head: readonly CidBytes[];
  readonly rule: ExportRule;
  /** Where the blocks go; without one the walk only marks what it meets, for a difference. */
  readonly writer?: FrameWriter | undefined;
  /** What is in here is left out, and what is met is added. Default: an empty one. */
  readonly seen?: GrowingSeenSet | undefined;
  /** Compare the hash of every block. Default false: a store of a node has done so, others when they were filled. */
  readonly verify?: boolean | undefined;
  /** Where the walk can be broken off. It goes on by beginning again, with the blocks that are kept in the place of the store. */
  readonly checkpoints?: WalkCheckpoints | undefined;
  /** Called at least once for every thousand blocks. */
  readonly onStatus?: ((status: WalkStatus) => void) | undefined;
}

/**
 * `walkCar` for stores that give blocks by CID and know nothing of places: headers first, then messages and state, receipts last.
 * The same chain and rule give the same bytes, whatever the speed of the store; not those of `walkCar`, which
 * goes by the order of a file.
 * @throws ChainBlockMissingError for any block but those below receipts; ChainInvalidError; CarError for a block that cannot be
 * scanned; what the store and the writer throw.
 */
export async function walkBlocks(init: WalkBlocksInit, options: AbortOptions = {}): Promise<WalkSummary> {
  const { rule, seen = new GrowingSeenSet(), verify = false, checkpoints } = init;
  const store =
    checkpoints === undefined
      ? init.store
      : keptBlockReader(init.store, await KeptBlocks.open(checkpoints.keptPieces(), init.head));
  const output = new BlockOutput(init);
  const verifier = verify ? await loadBlockVerifier() : undefined;
  const { origins, strict, receipts, leaves, headerCount } = await readHeaderLane(
    { store, rule, seen, output, verifier },
    init.head,
    options,
  );
  const walk = new BelowWalk({ store, seen, output, takesCbor: rule.takesCbor, verifier });
  const fatal = (cid: CidBytes, note: number): never => {
    throw origins.missing(cid, note);
  };
  output.phase = 'messages and state';
  await walk.run(inOrder(leaves), fatal, false, options);
  await walk.run(inOrder(strict), fatal, true, options);
  output.phase = 'receipts';
  const missing = new Set<string>();
  const lacking = (cid: CidBytes): unknown => missing.add(formatCid(cid));
  await walk.run(inOrder(receipts, seen), lacking, true, options);
  return { ...output.counts, headerCount, missingReceipts: [...missing] };
}

/** The stack that gives first what was put in first; with `seen`, only what is new there. */
function inOrder(list: CidStack, seen?: GrowingSeenSet): CidStack {
  const stack = new CidStack();
  stack.pushReversed(list);
  if (seen === undefined) return stack;
  const fresh = new CidStack();
  while (stack.length > 0) {
    const { cids, notes } = stack.pop(1);
    const [cid = new Uint8Array(0)] = cids;
    if (seen.add(cid, 0, cid.length)) fresh.push(cid, 0, cid.length, notes[0] ?? 0);
  }
  return inOrder(fresh);
}

import type { SyntheticBlock } from './block-sink.ts';
import { SeededNumbers } from './seeded-numbers.ts';

/** The order of blocks in a stream. */
export interface BlockOrder {
  /**
   * `oldest-first`: as a node gets them while it follows the chain. `newest-first`: as in a snapshot; the whole chain is
   * held in memory for it. Default `oldest-first`.
   */
  direction?: 'oldest-first' | 'newest-first';
  /** So many neighbours are mixed, as in stores that are not written in one row; 0 and 1 mix nothing. Default 0. Infinity mixes all, in memory. */
  window?: number;
}

/** Brings blocks into another order, the same each time. */
export function* orderBlocks(
  blocks: Iterable<SyntheticBlock>,
  { direction = 'oldest-first', window = 0 }: BlockOrder,
  seed: number,
): Generator<SyntheticBlock, void, undefined> {
  const source = direction === 'newest-first' ? [...blocks].reverse() : blocks;
  if (window <= 1) {
    yield* source;
    return;
  }
  const numbers = new SeededNumbers(seed, ORDER_STREAM);
  let group: SyntheticBlock[] = [];
  for (const block of source) {
    group.push(block);
    if (group.length < window) continue;
    yield* mixed(group, numbers);
    group = [];
  }
  yield* mixed(group, numbers);
}

/** Numbers of its own, so that the order does not change what the blocks are. */
const ORDER_STREAM = 1;
const DUPLICATE_STREAM = 2;
/** A duplicate follows its original at this distance at most. */
const DUPLICATE_DISTANCE = 1000;

/** Gives some blocks a second time, some blocks later. */
export function* repeatSome(
  blocks: Iterable<SyntheticBlock>,
  chance: number,
  seed: number,
): Generator<SyntheticBlock, void, undefined> {
  if (chance <= 0) {
    yield* blocks;
    return;
  }
  const numbers = new SeededNumbers(seed, DUPLICATE_STREAM);
  let waiting: SyntheticBlock[] = [];
  for (const block of blocks) {
    yield block;
    if (numbers.chance(chance)) waiting.push(block);
    if (waiting.length === 0 || !numbers.chance(1 / DUPLICATE_DISTANCE)) continue;
    yield* waiting;
    waiting = [];
  }
  yield* waiting;
}

/** The shuffle of Fisher and Yates, in place. */
function mixed(group: SyntheticBlock[], numbers: SeededNumbers): SyntheticBlock[] {
  for (let last = group.length - 1; last > 0; last -= 1) {
    const other = numbers.below(last + 1);
    const block = group[last] as SyntheticBlock;
    group[last] = group[other] as SyntheticBlock;
    group[other] = block;
  }
  return group;
}

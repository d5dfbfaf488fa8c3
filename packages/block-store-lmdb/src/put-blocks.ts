import { setImmediate } from 'node:timers/promises';
import type { Block, PutManyResult } from '@waybill/block-store';
import { type AbortOptions, abortableIterable } from '@waybill/common';
import { BulkLoad, type BulkLoadInit } from './bulk-load.ts';

type Source<T> = Iterable<T> | AsyncIterable<T>;

/** Packs that are taken up before others get their turn: some milliseconds. */
const PACKS_PER_TURN = 100;

/** Verifies blocks and writes them; all are on disk, and to be found, when it resolves. */
export async function putBlocks(
  blocks: Source<Block>,
  init: BulkLoadInit,
  options: AbortOptions,
): Promise<PutManyResult> {
  const load = await beginLoad(init, options);
  for await (const block of abortable(blocks, options)) {
    load.add(block);
    if (load.isFull) await commit(load, options);
  }
  load.finish();
  return load.result;
}

/** As {@link putBlocks}, of blocks that come many together. */
export async function putBatches(
  batches: Source<Iterable<Block>>,
  init: BulkLoadInit,
  options: AbortOptions,
): Promise<PutManyResult> {
  const load = await beginLoad(init, options);
  for await (const batch of abortable(batches, options)) {
    for (const block of batch) {
      load.add(block);
      if (load.isFull) await commit(load, options);
    }
  }
  load.finish();
  return load.result;
}

async function beginLoad(init: BulkLoadInit, { signal }: AbortOptions): Promise<BulkLoad> {
  const load = new BulkLoad(init);
  const adopting = load.adopt();
  for (let packs = 1; adopting.next().done !== true; packs += 1) {
    if (packs % PACKS_PER_TURN !== 0) continue;
    await setImmediate();
    signal?.throwIfAborted();
  }
  return load;
}

async function commit(load: BulkLoad, { signal }: AbortOptions): Promise<void> {
  load.commit();
  // A commit holds the thread for some tens of milliseconds; others get their turn before the next.
  await setImmediate();
  signal?.throwIfAborted();
}

/** A source that may wait is left at once when the call is aborted; one that cannot wait is looked at between commits. */
function abortable<T>(source: Source<T>, options: AbortOptions): Source<T> {
  return Symbol.asyncIterator in source ? abortableIterable(source, options) : source;
}

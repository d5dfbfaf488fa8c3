import { setImmediate } from 'node:timers/promises';
import { type Block, type BlockVerifier, cidParts, identityContent, type PutManyResult } from '@waybill/block-store';
import { type AbortOptions, abortableIterable } from '@waybill/common';
import type { LmdbDatabase } from './lmdb-database.ts';
import { asLmdbWriteError } from './lmdb-write-error.ts';
import { type PendingBlock, writeBatch } from './write-batch.ts';

export interface PutBlocksInit {
  path: string;
  database: LmdbDatabase;
  verifier: BlockVerifier;
  /** A commit is made when so many bytes or blocks have come. */
  batchBytes: number;
  batchBlocks: number;
}

type Source = Iterable<Block> | AsyncIterable<Block>;

/** Verifies blocks and writes them batch by batch; each batch is on disk before the next is read. */
export async function putBlocks(blocks: Source, init: PutBlocksInit, options: AbortOptions): Promise<PutManyResult> {
  const result = { stored: 0, existing: 0, storedBytes: 0 };
  for await (const batch of batches(blocks, result, init, options)) {
    const { stored, storedBytes } = write(batch, init);
    result.stored += stored;
    result.existing += batch.length - stored;
    result.storedBytes += storedBytes;
    // A commit holds the thread for some tens of milliseconds; others get their turn before the next.
    await setImmediate();
    options.signal?.throwIfAborted();
  }
  return result;
}

function write(
  batch: readonly PendingBlock[],
  { path, database }: PutBlocksInit,
): { stored: number; storedBytes: number } {
  try {
    return writeBatch(database, batch);
  } catch (error) {
    throw asLmdbWriteError(error, path);
  }
}

/** Verified blocks, in pieces that fit into one commit; what is in its CID already is counted and left out. */
async function* batches(
  blocks: Source,
  result: { existing: number },
  { verifier, batchBytes, batchBlocks }: PutBlocksInit,
  options: AbortOptions,
): AsyncGenerator<PendingBlock[], void, undefined> {
  let batch: PendingBlock[] = [];
  let sizeBytes = 0;
  for await (const { cid, data } of abortable(blocks, options)) {
    verifier.assertContent(cid, data);
    const parts = cidParts(cid);
    if (identityContent(cid, parts) !== undefined) {
      result.existing += 1;
      continue;
    }
    batch.push({ key: cid.subarray(parts.multihashStart), data });
    sizeBytes += data.length;
    if (sizeBytes < batchBytes && batch.length < batchBlocks) continue;
    yield batch;
    [batch, sizeBytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

/** A source that may wait is left at once when the call is aborted; one that cannot wait is looked at between batches. */
function abortable(blocks: Source, options: AbortOptions): Source {
  return Symbol.asyncIterator in blocks ? abortableIterable(blocks, options) : blocks;
}

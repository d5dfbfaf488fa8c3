import { type CarBlock, type CidBytes, formatCid, readCarBatches } from '@waybill/car';
import type { LmdbBlockStore } from '@waybill/block-store-lmdb';
import type { AbortOptions } from '@waybill/common';
import { CID } from 'multiformats/cid';
import { headOfRoots } from '../chain/head-of-roots.ts';
import { SNAPSHOT_LIMITS } from '../store/snapshot-limits.ts';

export interface ImportCarsInit {
  readonly paths: readonly string[];
  readonly store: LmdbBlockStore;
  /** Keep the head of the first file. */
  readonly setHead: boolean;
  /** Told the count of blocks read so far, at least once for every few thousand. */
  readonly onBlocks?: ((blockCount: number) => void) | undefined;
}

export interface ImportSummary {
  /** New in the store. */
  readonly stored: number;
  /** There before, or more than once in the files; identity blocks among them. */
  readonly existing: number;
  /** Contents of the new ones. */
  readonly storedBytes: number;
  /** What `@head` means from now on; empty where it was left as it was. */
  readonly head: readonly string[];
}

/**
 * Reads files from front to back into the store. The head is set when all is durable: a store that was broken off has none.
 * @throws CarError; BlockDigestMismatchError; DiskFullError; the signal's reason. What came before stays in the store.
 */
export async function importCars(
  { paths, store, setHead, onBlocks }: ImportCarsInit,
  options: AbortOptions = {},
): Promise<ImportSummary> {
  const total = { stored: 0, existing: 0, storedBytes: 0 };
  let roots: readonly CidBytes[] = [];
  let read = 0;
  const onBatch = (count: number): void => {
    read += count;
    onBlocks?.(read);
  };
  for (const [at, path] of paths.entries()) {
    const batches = readCarBatches(path, {
      ...options,
      limits: SNAPSHOT_LIMITS,
      onHeader: (header) => {
        if (at === 0) roots = header.roots;
      },
    });
    const { stored, existing, storedBytes } = await store.putBatches(counted(batches, onBatch), options);
    total.stored += stored;
    total.existing += existing;
    total.storedBytes += storedBytes;
  }
  const head = setHead ? await keepHead(store, roots, options) : [];
  return { ...total, head };
}

async function* counted(
  batches: AsyncIterable<CarBlock[]>,
  onBatch: (blockCount: number) => void,
): AsyncGenerator<CarBlock[], void, undefined> {
  for await (const batch of batches) {
    onBatch(batch.length);
    yield batch;
  }
}

async function keepHead(store: LmdbBlockStore, roots: readonly CidBytes[], options: AbortOptions): Promise<string[]> {
  const fetch = async (cid: CidBytes): Promise<Uint8Array | undefined> => (await store.getManyBytes([cid], options))[0];
  const { head } = await headOfRoots(roots, fetch, options);
  await store.setRoots(
    head.map((cid) => CID.decode(cid)),
    options,
  );
  return head.map((cid) => formatCid(cid));
}

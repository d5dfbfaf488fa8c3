import { type CarStore, formatCid } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { setImmediate } from 'node:timers/promises';

export interface BlockSetSize {
  readonly blocks: number;
  /** Of their frames. */
  readonly sizeBytes: number;
}

export interface StoreDifference {
  readonly onlyInFirst: BlockSetSize;
  readonly onlyInSecond: BlockSetSize;
  readonly inBoth: BlockSetSize;
  readonly sameRoots: boolean;
}

export type Side = 'first' | 'second';

export interface DiffStoresOptions extends AbortOptions {
  /** Called for each block that one side lacks, in the order of its file. */
  readonly onDifference?: ((side: Side, cid: string) => void) | undefined;
}

const ORDINALS_AT_ONCE = 4096;

/** Compares two sets of blocks by CID; order and duplicates do not count. Each file is read once. @throws CarError. */
export async function diffStores(
  first: CarStore,
  second: CarStore,
  options: DiffStoresOptions = {},
): Promise<StoreDifference> {
  const there = await compare(first, second, 'first', options);
  const back = await compare(second, first, 'second', options);
  const sameRoots =
    first.roots.length === second.roots.length &&
    first.roots.every((cid, at) => Buffer.compare(cid, second.roots[at] ?? new Uint8Array(0)) === 0);
  return { onlyInFirst: there.lacking, onlyInSecond: back.lacking, inBoth: there.shared, sameRoots };
}

async function compare(
  store: CarStore,
  other: CarStore,
  side: Side,
  { signal, onDifference }: DiffStoresOptions,
): Promise<{ lacking: BlockSetSize; shared: BlockSetSize }> {
  const lacking = { blocks: 0, sizeBytes: 0 };
  const shared = { blocks: 0, sizeBytes: 0 };
  const { blockCount } = store.index;
  for (let from = 0; from < blockCount; from += ORDINALS_AT_ONCE) {
    signal?.throwIfAborted();
    const length = Math.min(ORDINALS_AT_ONCE, blockCount - from);
    const ordinals = Uint32Array.from({ length }, (_, at) => from + at);
    store.readRuns(ordinals, {}, (ordinal, bytes, frameStart, cidStart, dataStart, end) => {
      // A duplicate counts where it stands first.
      if (store.find(bytes, cidStart, dataStart - cidStart) !== ordinal) return;
      const isThere = other.find(bytes, cidStart, dataStart - cidStart) >= 0;
      const size = isThere ? shared : lacking;
      size.blocks += 1;
      size.sizeBytes += end - frameStart;
      if (!isThere) onDifference?.(side, formatCid(bytes.subarray(cidStart, dataStart)));
    });
    await setImmediate();
  }
  return { lacking, shared };
}

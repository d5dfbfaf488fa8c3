import { type CidBytes, decodeSnapshotMetadata, type SnapshotMetadata } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import type { FetchBlock } from './tipset.ts';

/** What the roots of a CAR stand for. */
export interface SnapshotHead {
  readonly head: readonly CidBytes[];
  /** Of a snapshot v2 (FRC-0108). */
  readonly metadata?: SnapshotMetadata | undefined;
}

/**
 * The head tipset that the roots of a snapshot name: themselves; or, for a snapshot v2, those in the metadata, which is the
 * only root. A single root that is no metadata is a tipset of one block, or a genesis.
 */
export async function headOfRoots(
  roots: readonly CidBytes[],
  fetch: FetchBlock,
  options: AbortOptions = {},
): Promise<SnapshotHead> {
  const [only, ...others] = roots;
  if (only === undefined || others.length > 0) return { head: roots };
  const data = await fetch(only, options);
  const metadata = data === undefined ? undefined : tryMetadata(data);
  return metadata === undefined ? { head: roots } : { head: metadata.headTipsetKey, metadata };
}

/** A map of three, of which no header begins. */
const MAP_OF_THREE = 0xa3;

function tryMetadata(data: Uint8Array): SnapshotMetadata | undefined {
  if (data[0] !== MAP_OF_THREE) return undefined;
  try {
    return decodeSnapshotMetadata(data, 0, data.length);
  } catch {
    // Another map: the reader's rule is to take the file for a snapshot v1.
    return undefined;
  }
}

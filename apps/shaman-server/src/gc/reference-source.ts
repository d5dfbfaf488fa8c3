import type { AbortOptions } from '@waybill/common';
import type { DigestSet } from '../state/digest-set.ts';

/** Something that refers to blobs: the tree of checkouts, extra folders, a table. */
export interface ReferenceSource {
  /** For reports: a path, a table. */
  readonly name: string;
  /**
   * Adds the digest of every blob that is referred to; too many do no harm. Resolves with the number of references.
   * MUST reject when it could not read everything, and then nothing is deleted.
   */
  collect(into: DigestSet, options?: AbortOptions): Promise<number>;
}

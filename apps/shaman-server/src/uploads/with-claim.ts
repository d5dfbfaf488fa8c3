import type { AbortOptions } from '@waybill/common';
import type { UploadClaim } from './upload-coordinator.ts';

export interface ClaimedWork<T> {
  work: (options: AbortOptions) => Promise<T>;
  /** Whether the file is stored now. */
  isStored: (result: T) => boolean;
  /** The result where another upload of the file was quicker. */
  overtaken: T;
}

/**
 * Works under a claim and ends it. Whatever happens, the others learn how it ended; and whoever was overtaken is told that the
 * file is there, not that it was aborted.
 */
export async function withClaim<T>(
  claim: UploadClaim,
  signal: AbortSignal | undefined,
  { work, isStored, overtaken }: ClaimedWork<T>,
): Promise<T> {
  const { storedElsewhere } = claim;
  let outcome: 'stored' | 'failed' = 'failed';
  try {
    const both = signal === undefined ? storedElsewhere : AbortSignal.any([signal, storedElsewhere]);
    const result = await work({ signal: both });
    if (isStored(result)) outcome = 'stored';
    return result;
  } catch (error) {
    if (!storedElsewhere.aborted || signal?.aborted === true) throw error;
    return overtaken;
  } finally {
    claim.end(outcome);
  }
}

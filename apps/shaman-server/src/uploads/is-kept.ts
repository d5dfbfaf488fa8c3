import type { BlobKey, BlobStore } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';

/**
 * Whether a file is there, and stays until its checkout is made: it is marked as referenced, and a collection that took it away
 * between the look and the mark is seen.
 */
export async function isKept(
  store: Pick<BlobStore, 'has' | 'touch'>,
  key: BlobKey,
  options: AbortOptions,
): Promise<boolean> {
  if (!(await store.has(key, options))) return false;
  const [isTouched] = await store.touch([key], options);
  return isTouched === true;
}

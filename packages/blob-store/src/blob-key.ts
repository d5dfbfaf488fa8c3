import { type Digest, formatHex, parseHex } from '@waybill/digest';
import { BlobKeyInvalidError } from './blob-errors.ts';

/** What names a blob: the digest of its bytes, and how many they are. Both have to be right. */
export interface BlobKey {
  readonly digest: Digest;
  /** A safe integer, from 0 on. */
  readonly sizeBytes: number;
}

/**
 * @param hex 64 hex digits, of either case.
 * @throws BlobKeyInvalidError.
 */
export function blobKey(hex: string, sizeBytes: number): BlobKey {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw new BlobKeyInvalidError(hex, sizeBytes);
  try {
    return { digest: parseHex(hex), sizeBytes };
  } catch (error) {
    throw new BlobKeyInvalidError(hex, sizeBytes, error);
  }
}

/** `HEX-SIZE`, the same text for equal keys: for maps, logs and ETags. */
export function formatBlobKey(key: BlobKey): string {
  return `${formatHex(key.digest)}-${key.sizeBytes}`;
}

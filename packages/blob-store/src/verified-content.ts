import { type AbortOptions, abortableIterable, HashingWriter } from '@waybill/common';
import { type Digest, digestsEqual, sha256 } from '@waybill/digest';
import { BlobDigestMismatchError, BlobLengthMismatchError } from './blob-errors.ts';
import type { BlobKey } from './blob-key.ts';

/**
 * Passes a content on while it is counted and hashed; ends only when it was what the key says.
 * The source is told to end at the first chunk that goes beyond the declared length; nothing of that chunk is passed on.
 * @throws BlobLengthMismatchError, BlobDigestMismatchError; what the source throws; the signal's reason.
 */
export async function* verifiedContent(
  key: BlobKey,
  content: AsyncIterable<Uint8Array>,
  options: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const hashing = new HashingWriter();
  for await (const bytes of abortableIterable(content, options)) {
    assertFits(key, hashing.sizeBytes + bytes.length);
    hashing.write(bytes);
    yield bytes;
  }
  const { sizeBytes, digest } = hashing.finish();
  if (sizeBytes !== key.sizeBytes) throw new BlobLengthMismatchError(key, sizeBytes);
  assertDigest(key, digest);
}

/** @throws BlobLengthMismatchError, BlobDigestMismatchError. */
export function verifyBlobBytes(key: BlobKey, bytes: Uint8Array): void {
  if (bytes.length !== key.sizeBytes) throw new BlobLengthMismatchError(key, bytes.length);
  assertDigest(key, sha256(bytes));
}

/** @throws BlobLengthMismatchError when so many bytes are too many. */
export function assertFits(key: BlobKey, sizeBytes: number): void {
  if (sizeBytes > key.sizeBytes) throw new BlobLengthMismatchError(key, sizeBytes);
}

/** @throws BlobDigestMismatchError. */
export function assertDigest(key: BlobKey, actual: Digest): void {
  if (!digestsEqual(key.digest, actual)) throw new BlobDigestMismatchError(key, actual);
}

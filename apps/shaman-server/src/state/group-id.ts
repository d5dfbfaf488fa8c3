import type { BlobKey } from '@waybill/blob-store';
import { formatHex, sha256, SHA256_BYTES } from '@waybill/digest';

/** The digests of the keys, one after the other. */
export function concatDigests(keys: readonly BlobKey[]): Uint8Array {
  const all = new Uint8Array(keys.length * SHA256_BYTES);
  for (const [index, { digest }] of keys.entries()) all.set(digest.bytes, index * SHA256_BYTES);
  return all;
}

/** One name for one list of blobs, so that a client which sends its definition again renews its pin. */
export function groupId(keys: readonly BlobKey[]): string {
  return formatHex(sha256(concatDigests(keys)));
}

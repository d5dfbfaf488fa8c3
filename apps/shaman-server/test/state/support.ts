import { blobKey, type BlobKey } from '@waybill/blob-store';
import { formatHex, sha256 } from '@waybill/digest';

export function keysOf(...texts: string[]): BlobKey[] {
  return texts.map((text) => blobKey(formatHex(sha256(Buffer.from(text))), text.length));
}

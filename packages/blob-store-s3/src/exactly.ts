import type { BlobKey } from '@waybill/blob-store';
import { ObjectTruncatedError } from './s3-errors.ts';

/** Passes on a body that has to be so long. @throws ObjectTruncatedError. */
export async function* exactly(
  key: BlobKey,
  sizeBytes: number,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let received = 0;
  for await (const bytes of body) {
    received += bytes.length;
    yield bytes;
  }
  if (received !== sizeBytes) throw new ObjectTruncatedError(key, sizeBytes, received);
}

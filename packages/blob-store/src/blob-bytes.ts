import { types } from 'node:util';
import type { BlobContent } from './blob-store.ts';

/** Reads a content into memory as a whole: for small ones. */
export async function blobBytes(content: BlobContent): Promise<Uint8Array> {
  const { body, sizeBytes } = content;
  if (types.isUint8Array(body)) return body;
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for await (const bytes of body) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}

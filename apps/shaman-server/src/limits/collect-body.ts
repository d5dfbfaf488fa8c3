import { BodyTooLargeError } from './limit-errors.ts';

/** A whole body in memory. Throws BodyTooLargeError at the first chunk beyond the limit. */
export async function collectBody(
  source: AsyncIterable<Uint8Array>,
  limitBytes: number,
  what = 'the body',
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of source) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > limitBytes) throw new BodyTooLargeError(what, limitBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, sizeBytes);
}

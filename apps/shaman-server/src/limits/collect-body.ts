import { BodyTooLargeError } from './limit-errors.ts';

export interface CollectBodyOptions {
  /** For the error. Default `the body`. */
  what?: string | undefined;
  /** Called with the length of each chunk before it is kept; what it throws ends the collecting. */
  onChunk?: ((sizeBytes: number) => void) | undefined;
}

/** A whole body in memory. Throws BodyTooLargeError at the first chunk beyond the limit. */
export async function collectBody(
  source: AsyncIterable<Uint8Array>,
  limitBytes: number,
  { what = 'the body', onChunk }: CollectBodyOptions = {},
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of source) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > limitBytes) throw new BodyTooLargeError(what, limitBytes);
    onChunk?.(chunk.byteLength);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, sizeBytes);
}

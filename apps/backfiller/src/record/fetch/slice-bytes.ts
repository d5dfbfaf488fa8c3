import { ResponseTruncatedError } from '@waybill/http-kit';

/**
 * `length` bytes from `skip` on. The source is left as soon as they have come. Throws ResponseTruncatedError where it ends before.
 * @param url For the error.
 */
export async function* sliceBytes(
  source: AsyncIterable<Uint8Array>,
  { skip, length, url }: { skip: number; length: number; url: string },
): AsyncGenerator<Uint8Array, void, undefined> {
  let position = 0;
  const end = skip + length;
  if (length === 0) return;
  for await (const chunk of source) {
    const part = chunk.subarray(Math.max(0, skip - position), Math.max(0, end - position));
    position += chunk.length;
    if (part.length > 0) yield part;
    if (position >= end) return;
  }
  throw new ResponseTruncatedError({ url, expectedBytes: length, receivedBytes: Math.max(0, position - skip) });
}

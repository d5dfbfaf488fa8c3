/** Most listings fit; larger ones double it a few times. */
const INITIAL_BYTES = 32 * 1024;

/**
 * All chunks as one; what bounds them is the source's limit. A single chunk is not copied. Others are, as they come:
 * kept until the end, chunks of one byte would take a hundred times their size.
 */
export const collectBytes = async (source: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  let whole: Uint8Array | undefined;
  let sizeBytes = 0;
  for await (const chunk of source) {
    const before = whole;
    if (before === undefined) whole = chunk;
    else whole = append(before, sizeBytes, chunk);
    sizeBytes += chunk.byteLength;
  }
  return whole?.subarray(0, sizeBytes) ?? new Uint8Array(0);
};

/** The buffer with the chunk behind its first `sizeBytes`, or a larger one where it does not fit. */
const append = (buffer: Uint8Array, sizeBytes: number, chunk: Uint8Array): Uint8Array => {
  const neededBytes = sizeBytes + chunk.byteLength;
  if (neededBytes <= buffer.byteLength) return fill(buffer, sizeBytes, chunk);
  const larger = Buffer.allocUnsafeSlow(Math.max(INITIAL_BYTES, 2 * neededBytes));
  larger.set(buffer.subarray(0, sizeBytes));
  return fill(larger, sizeBytes, chunk);
};
const fill = (buffer: Uint8Array, at: number, chunk: Uint8Array): Uint8Array => {
  buffer.set(chunk, at);
  return buffer;
};

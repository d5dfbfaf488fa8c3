/** As much as goes out at a time on a fast line in one piece, and no more than a connection can do without. */
const BUFFER_BYTES = 256 * 1024;

/**
 * Joins small chunks, each of which would otherwise be a write and a wait of its own. All come in one buffer, which is used over
 * again: whoever asks for the next piece MUST be done with the one before. Larger chunks are passed on as they are.
 */
export async function* gathered(
  source: AsyncIterable<Uint8Array>,
  bufferBytes = BUFFER_BYTES,
): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = Buffer.allocUnsafeSlow(bufferBytes);
  let filledBytes = 0;
  for await (const chunk of source) {
    if (filledBytes > 0 && filledBytes + chunk.byteLength > bufferBytes) {
      yield buffer.subarray(0, filledBytes);
      filledBytes = 0;
    }
    if (chunk.byteLength > bufferBytes) yield chunk;
    else {
      buffer.set(chunk, filledBytes);
      filledBytes += chunk.byteLength;
    }
  }
  if (filledBytes > 0) yield buffer.subarray(0, filledBytes);
}

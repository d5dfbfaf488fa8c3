/** The same bytes in pieces of exactly `chunkBytes`, but for the last one. The pieces belong to the receiver. */
export async function* rechunk(
  chunks: AsyncIterable<Uint8Array>,
  chunkBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let collected: Uint8Array[] = [];
  let collectedBytes = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + chunkBytes - collectedBytes);
      collected.push(part);
      collectedBytes += part.length;
      at += part.length;
      if (collectedBytes < chunkBytes) continue;
      yield Buffer.concat(collected, collectedBytes);
      collected = [];
      collectedBytes = 0;
    }
  }
  if (collectedBytes > 0) yield Buffer.concat(collected, collectedBytes);
}

/** As much as is written at once elsewhere: a trip through the thread pool for each chunk of a socket costs more than the writing. */
const ENOUGH_BYTES = 256 * 1024;
/** Chunks of a few bytes take more memory than their bytes; and no system takes more than some hundred in one call. */
const ENOUGH_CHUNKS = 64;

/** Hands chunks on in rows that are worth a system call. A row has at least one chunk; no chunk is copied. */
export async function* gatherChunks(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly Uint8Array[], void, undefined> {
  let row: Uint8Array[] = [];
  let rowBytes = 0;
  for await (const chunk of chunks) {
    row.push(chunk);
    rowBytes += chunk.length;
    if (rowBytes < ENOUGH_BYTES && row.length < ENOUGH_CHUNKS) continue;
    yield row;
    row = [];
    rowBytes = 0;
  }
  if (row.length > 0) yield row;
}

/** Joined as often as this many have come: kept until the end, chunks of one byte would take a hundred times their size. */
const CHUNKS_TO_JOIN = 256;

/** All chunks as one; what bounds them is the source's limit. A single chunk is not copied. */
export const collectBytes = async (source: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const blocks: Uint8Array[] = [];
  let chunks: Uint8Array[] = [];
  for await (const chunk of source) {
    chunks.push(chunk);
    if (chunks.length < CHUNKS_TO_JOIN) continue;
    blocks.push(Buffer.concat(chunks));
    chunks = [];
  }
  const [only, ...others] = [...blocks, ...chunks];
  return only !== undefined && others.length === 0 ? only : Buffer.concat([...blocks, ...chunks]);
};

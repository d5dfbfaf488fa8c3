/** Bytes as a stream of one piece. */
export async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  await Promise.resolve();
  yield bytes;
}

/**
 * A body that tells how much of it comes. Opened when first asked for a chunk: a store that has the file already never does,
 * and then the client need not send it. Not an async generator, whose end would wait for a chunk that may never come.
 */
export function countedBody(
  open: () => AsyncIterable<Uint8Array>,
  count: (sizeBytes: number) => void,
): AsyncIterable<Uint8Array> {
  let body: AsyncIterator<Uint8Array> | undefined;
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      body ??= open()[Symbol.asyncIterator]();
      const result = await body.next();
      if (result.done !== true) count(result.value.byteLength);
      return result;
    },
    async return() {
      await body?.return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

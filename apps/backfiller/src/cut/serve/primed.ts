/**
 * Waits for the first piece of a stream, so that what fails before it can still be answered with a status, and gives the
 * whole. Throws what the stream throws before its first piece. Undefined: the stream is empty.
 */
export async function primed<T>(source: AsyncGenerator<T, void>): Promise<AsyncGenerator<T, void> | undefined> {
  const first = await source.next();
  return first.done === true ? undefined : continued(first.value, source);
}

async function* continued<T>(first: T, rest: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return();
  }
}

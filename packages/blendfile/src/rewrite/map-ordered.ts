/**
 * Maps with up to `concurrency` calls at the same time; results come in the order of the input. After an error nothing
 * more is taken, and what is under way is waited for.
 */
export async function* mapOrdered<T, U>(
  input: AsyncIterable<T>,
  concurrency: number,
  map: (value: T) => Promise<U>,
): AsyncGenerator<U, void, undefined> {
  const underWay: Promise<U>[] = [];
  try {
    for await (const value of input) {
      const result = map(value);
      // Its error is seen when its turn comes; until then it is not unhandled.
      result.catch(() => undefined);
      underWay.push(result);
      const first = underWay.length >= concurrency ? underWay.shift() : undefined;
      if (first !== undefined) yield await first;
    }
    for (let first = underWay.shift(); first !== undefined; first = underWay.shift()) yield await first;
  } finally {
    await Promise.allSettled(underWay);
  }
}

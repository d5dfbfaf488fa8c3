/** An interface of optional methods that work reports to. */
export type Callbacks<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Told what a callback threw, and which one it was. */
export type CallbackFailure = (error: unknown, name: string) => void;

/**
 * The same callbacks, none of which can stop the work that reports to them: what one throws, or what the promise that it
 * returns rejects with, goes to `onFailure`. Methods that are missing do nothing.
 */
export function isolatedCallbacks<T extends object>(callbacks: Callbacks<T>, onFailure: CallbackFailure): Required<T> {
  return new Proxy({} as Required<T>, {
    get: (_target, name) =>
      typeof name === 'symbol' || name === 'then'
        ? undefined
        : (...values: unknown[]): void => callSafely(callbacks, name, values, onFailure),
  });
}

/** Calls one method, if there is one. Never throws. */
export function callSafely(
  callbacks: object,
  name: string,
  values: readonly unknown[],
  onFailure: CallbackFailure,
): void {
  const method: unknown = (callbacks as Readonly<Record<string, unknown>>)[name];
  if (typeof method !== 'function') return;
  try {
    const returned: unknown = Reflect.apply(method, callbacks, values);
    if (returned instanceof Promise) returned.catch((error: unknown) => onFailure(error, name));
  } catch (error) {
    onFailure(error, name);
  }
}

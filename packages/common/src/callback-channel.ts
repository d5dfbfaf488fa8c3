import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { callSafely, type CallbackFailure, type Callbacks } from './isolated-callbacks.ts';

/** What goes through the port: a call, or the question whether all calls before it have been made. */
type Message = { readonly name: string; readonly values: readonly unknown[] } | { readonly flush: number };

export interface CallbackListenerOptions {
  /** Default: nothing is told. */
  onFailure?: CallbackFailure | undefined;
}

/** The side where the callbacks run. */
export interface CallbackListener extends Disposable {
  /** To be handed to the other thread (in `workerData` or a message, and in its transfer list). */
  readonly port: MessagePort;
}

/**
 * Lets work in another thread report to callbacks that run on this one, in the order in which they were called. A callback that
 * throws does not keep the following ones from being called. Dispose it when the work has ended; the process is not kept alive.
 *
 *     using listener = listenForCallbacks(callbacks);
 *     new Worker(script, { workerData: { port: listener.port }, transferList: [listener.port] });
 */
export function listenForCallbacks<T extends object>(
  callbacks: Callbacks<T>,
  { onFailure = () => undefined }: CallbackListenerOptions = {},
): CallbackListener {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', (message: Message) => {
    if ('flush' in message) port1.postMessage(message.flush);
    else callSafely(callbacks, message.name, message.values, onFailure);
  });
  port1.unref();
  return { port: port2, [Symbol.dispose]: () => port1.close() };
}

/** The side that works. */
export interface RemoteCallbacks<T extends object> extends Disposable {
  /** Every method sends its values (what can be cloned between threads) and returns at once. */
  readonly callbacks: Required<T>;
  /** Resolves when all calls so far have been made over there, or nobody listens any more: to be awaited before work is called done. */
  flush(): Promise<void>;
}

/** What stands for the callbacks in the thread that works; `port` comes from {@link listenForCallbacks}. */
export function remoteCallbacks<T extends object>(port: MessagePort): RemoteCallbacks<T> {
  const waiting = new Map<number, () => void>();
  let flushes = 0;
  let isOpen = true;
  const release = (): void => {
    for (const resolve of waiting.values()) resolve();
    waiting.clear();
    port.unref();
  };
  port.on('message', (flush: number) => {
    waiting.get(flush)?.();
    waiting.delete(flush);
    if (waiting.size === 0) port.unref();
  });
  port.on('close', () => {
    isOpen = false;
    release();
  });
  port.unref();
  const callbacks = new Proxy({} as Required<T>, {
    get: (_target, name) =>
      typeof name === 'symbol' || name === 'then'
        ? undefined
        : (...values: unknown[]): void => port.postMessage({ name, values } satisfies Message),
  });
  const flush = (): Promise<void> =>
    new Promise((resolve) => {
      if (!isOpen) {
        resolve();
        return;
      }
      flushes += 1;
      waiting.set(flushes, resolve);
      port.ref();
      port.postMessage({ flush: flushes } satisfies Message);
    });
  return { callbacks, flush, [Symbol.dispose]: () => port.close() };
}

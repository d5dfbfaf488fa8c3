import { abortableSleep, backoffDelayMs } from '@waybill/common';

/** The slice of a `pg` client that this needs. */
export interface ListenerClient {
  connect(): Promise<unknown>;
  query(text: string): Promise<unknown>;
  end(): Promise<unknown>;
  on(event: 'notification', listener: (message: { payload?: string | undefined }) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
}

export interface DatabaseListenerInit {
  /** A new client, not connected yet. */
  createClient: () => ListenerClient;
  /** A plain identifier. */
  channel: string;
  onNotice: (payload: string) => void;
  /** Notices before this were not heard. Called at each connection. */
  onListening?: (() => void) | undefined;
  /** A connection broke or could not be made; another one follows. */
  onError?: ((error: unknown) => void) | undefined;
  /** Before the second attempt; later ones come after longer pauses. Default 500. */
  retryMs?: number | undefined;
}

/**
 * Hears what is told by NOTIFY, on a connection of its own that is made again and again. What is told while there is none is
 * lost, so whoever listens has to look by himself as well.
 */
export class DatabaseListener implements AsyncDisposable {
  readonly #init: DatabaseListenerInit;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;

  constructor(init: DatabaseListenerInit) {
    this.#init = init;
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const begunMs = performance.now();
      await this.#listen().catch((error: unknown) => this.#init.onError?.(error));
      const retryMs = backoffDelayMs(attempt, { baseMs: this.#init.retryMs ?? 500 });
      if (performance.now() - begunMs > retryMs) attempt = 0;
      await abortableSleep(retryMs, { signal }).catch(() => undefined);
    }
  }

  /** Resolves when this is closed, rejects when the connection breaks. */
  async #listen(): Promise<void> {
    const { createClient, channel, onNotice, onListening } = this.#init;
    const { signal } = this.#closing;
    const { promise: over, resolve, reject } = Promise.withResolvers<undefined>();
    const client = createClient();
    // It stays to the end and beyond: a client on its way out that the server cuts off still emits an error.
    client.on('error', reject);
    client.on('end', () => reject(new Error('the connection of the listener ended')));
    client.on('notification', ({ payload = '' }) => onNotice(payload));
    const close = (): void => resolve(undefined);
    signal.addEventListener('abort', close);
    try {
      const listening = client.connect().then(() => client.query(`listen ${channel}`));
      await Promise.race([listening, over]);
      if (!signal.aborted) onListening?.();
      await over;
    } finally {
      signal.removeEventListener('abort', close);
      over.catch(() => undefined);
      await client.end().catch(() => undefined);
    }
  }
}

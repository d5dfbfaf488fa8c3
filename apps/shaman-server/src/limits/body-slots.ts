import { Semaphore } from '@waybill/common';
import type { AbortOptions, Permit } from '@waybill/common';
import { ClientBusyError, ServerBusyError } from './limit-errors.ts';

export interface BodySlotsInit {
  /** Bodies that are read at a time, of all clients. */
  total: number;
  /** Bodies that are read at a time, of one client. */
  perClient: number;
  /** How long an upload waits for its turn before the client is told to come back. Default 5,000. */
  patienceMs?: number | undefined;
}

/** What a client that is sent away is told to wait. */
const RETRY_AFTER_SECONDS = 5;

/** Lets a bounded number of bodies be read at a time. */
export class BodySlots {
  readonly #slots: Semaphore;
  readonly #init: BodySlotsInit;
  readonly #clients = new Map<string, number>();

  constructor(init: BodySlotsInit) {
    this.#init = init;
    this.#slots = new Semaphore(init.total);
  }

  /** Bodies that are read now. */
  get used(): number {
    return this.#init.total - this.#slots.available;
  }

  get waiting(): number {
    return this.#slots.waiting;
  }

  /** Throws ClientBusyError at once, ServerBusyError after some seconds. */
  async acquire(client: string, { signal }: AbortOptions = {}): Promise<Permit> {
    this.#enter(client);
    try {
      const slot = await this.#slot(signal);
      return oncePermit(() => {
        this.#leave(client);
        slot.release();
      });
    } catch (error) {
      this.#leave(client);
      throw error;
    }
  }

  async #slot(signal: AbortSignal | undefined): Promise<Permit> {
    // The common case costs no timer.
    if (this.#slots.available > 0) return await this.#slots.acquire({ signal });
    const timeout = AbortSignal.timeout(this.#init.patienceMs ?? 5000);
    const signals = signal === undefined ? [timeout] : [timeout, signal];
    try {
      return await this.#slots.acquire({ signal: AbortSignal.any(signals) });
    } catch (error) {
      if (timeout.aborted && signal?.aborted !== true) throw new ServerBusyError(RETRY_AFTER_SECONDS);
      throw error;
    }
  }

  #enter(client: string): void {
    const count = this.#clients.get(client) ?? 0;
    if (count >= this.#init.perClient) throw new ClientBusyError(this.#init.perClient, RETRY_AFTER_SECONDS);
    this.#clients.set(client, count + 1);
  }

  #leave(client: string): void {
    const count = this.#clients.get(client) ?? 0;
    if (count <= 1) this.#clients.delete(client);
    else this.#clients.set(client, count - 1);
  }
}

function oncePermit(release: () => void): Permit {
  let held = true;
  const once = (): void => {
    if (held) release();
    held = false;
  };
  return { release: once, [Symbol.dispose]: once };
}

import { ServerBusyError } from './limit-errors.ts';

/** What a client that is sent away is told to wait. */
const RETRY_AFTER_SECONDS = 5;

/** The memory that one request takes, until it is given back. */
export interface BodyLease extends Disposable {
  /** Takes so many bytes more. Throws ServerBusyError where others have taken the rest. */
  take(sizeBytes: number): void;
}

/**
 * Memory for bodies that are held as a whole, of all requests together. It is taken as bytes come: who announces much and sends
 * nothing takes nothing.
 */
export class BodyMemory {
  readonly #limitBytes: number;
  #usedBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  open(): BodyLease {
    let takenBytes = 0;
    return {
      take: (sizeBytes) => {
        if (this.#usedBytes + sizeBytes > this.#limitBytes) throw new ServerBusyError(RETRY_AFTER_SECONDS);
        this.#usedBytes += sizeBytes;
        takenBytes += sizeBytes;
      },
      [Symbol.dispose]: () => {
        this.#usedBytes -= takenBytes;
        takenBytes = 0;
      },
    };
  }
}

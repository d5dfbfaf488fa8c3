import type { AbortOptions } from './abort-options.ts';

/** Gives one permit back; a second call does nothing. Also disposable: `using permit = await semaphore.acquire();` */
export interface Permit extends Disposable {
  release(): void;
}

/** Lets a fixed number of callers in at a time; the others wait in the order in which they came. */
export class Semaphore {
  readonly #waiting = new Set<() => void>();
  #available: number;

  /** @param permits How many may be in at once, a whole number from 1 on; throws RangeError otherwise. */
  constructor(permits: number) {
    if (!Number.isSafeInteger(permits) || permits < 1) throw new RangeError(`a semaphore of ${permits} permits`);
    this.#available = permits;
  }

  /** Permits that nobody holds. */
  get available(): number {
    return this.#available;
  }

  /** Callers that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Waits for a permit. An aborted wait leaves the queue and rejects with the signal's reason. */
  async acquire({ signal }: AbortOptions = {}): Promise<Permit> {
    signal?.throwIfAborted();
    if (this.#available > 0) this.#available -= 1;
    else await this.#wait(signal);
    return this.#permit();
  }

  /** Runs `work` with a permit, and gives it back however that ends. */
  async run<T>(work: () => T | Promise<T>, options?: AbortOptions): Promise<T> {
    using _permit = await this.acquire(options);
    return await work();
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.delete(enter);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.add(enter);
    });
  }

  #permit(): Permit {
    let held = true;
    const release = (): void => {
      if (held) this.#next();
      held = false;
    };
    return { release, [Symbol.dispose]: release };
  }

  /** The permit goes straight to the caller who has waited longest, so that no newcomer can overtake it. */
  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#available += 1;
      return;
    }
    this.#waiting.delete(first);
    first();
  }
}

import { backoffDelayMs, Semaphore } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { CheckoutExistsError, CheckoutInsideAnotherError } from './checkout-errors.ts';
import type { CheckoutRegistry } from './checkout-registry.ts';
import type { FileCheckoutStore, Registration } from './file-checkout-store.ts';

export interface TreeMakerInit {
  registry: Pick<CheckoutRegistry, 'files' | 'findRegistration'>;
  local: Pick<FileCheckoutStore, 'createRegistered' | 'eraseRegistered' | 'registrationAt'>;
  /** Removes trees here that were erased elsewhere: one of them may be in the way. */
  dropErased: () => Promise<void>;
  /** A tree that is wanted cannot be made now; it is tried again. */
  onError?: ((error: unknown) => void) | undefined;
  /** Trees that are made at a time; default 2: within one, files are fetched many at a time. */
  concurrency?: number | undefined;
  /** Before the second attempt, in milliseconds; later ones come after longer pauses. Default 1,000. */
  retryMs?: number | undefined;
}

interface WantedTree extends Registration {
  attempts: number;
  notBeforeMs: number;
}

/** Makes trees here of checkouts that other servers made. */
export class TreeMaker {
  readonly #init: TreeMakerInit;
  readonly #slots: Semaphore;
  readonly #wanted = new Map<string, WantedTree>();
  readonly #making = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();

  constructor(init: TreeMakerInit) {
    this.#init = init;
    this.#slots = new Semaphore(init.concurrency ?? 2);
  }

  /** Trees that are not here yet. */
  get missing(): number {
    return this.#wanted.size;
  }

  /** Begins to make it, and tries again at each {@link retry} until it is there or erased. */
  want({ path, registration }: Registration): void {
    if (this.#init.local.registrationAt(path) === registration || this.#wanted.has(registration)) return;
    const wanted = { path, registration, attempts: 0, notBeforeMs: 0 };
    this.#wanted.set(registration, wanted);
    void this.#try(wanted);
  }

  /** It was erased. */
  forget({ registration }: Pick<Registration, 'registration'>): void {
    this.#wanted.delete(registration);
  }

  retry(): void {
    for (const wanted of this.#wanted.values()) if (performance.now() >= wanted.notBeforeMs) void this.#try(wanted);
  }

  /** Resolves when the tree is here, or the checkout is erased. Those who ask for one at the same time share the work. */
  async make(tree: Registration, { signal }: AbortOptions = {}): Promise<void> {
    const { registration } = tree;
    let making = this.#making.get(registration);
    if (making === undefined) {
      making = this.#slots
        .run(() => this.#make(tree), { signal: this.#closing.signal })
        .finally(() => this.#making.delete(registration));
      this.#making.set(registration, making);
      // Nobody may be left to hear of it.
      making.catch(() => undefined);
    }
    await abandonable(making, signal);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled([...this.#making.values()]);
  }

  async #try(wanted: WantedTree): Promise<void> {
    wanted.notBeforeMs = Infinity;
    try {
      await this.make(wanted);
      this.#wanted.delete(wanted.registration);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      const { retryMs: baseMs = 1000 } = this.#init;
      wanted.notBeforeMs = performance.now() + backoffDelayMs(wanted.attempts, { baseMs, maxAttemptExponent: 6 });
      wanted.attempts += 1;
      this.#init.onError?.(error);
    }
  }

  async #make(tree: Registration): Promise<void> {
    const { registry, local } = this.#init;
    if (this.#isHere(tree)) return;
    const files = await registry.files(tree.registration);
    if (files === undefined) return;
    const options = { signal: this.#closing.signal };
    try {
      await local.createRegistered(tree, files, options).catch(async (error: unknown) => {
        if (!(error instanceof CheckoutExistsError || error instanceof CheckoutInsideAnotherError)) throw error;
        await this.#init.dropErased();
        if (!this.#isHere(tree)) await local.createRegistered(tree, files, options);
      });
    } catch (error) {
      // Files may be gone because the checkout is; another server of the same folder may have been quicker.
      if (this.#isHere(tree) || (await this.#isErased(tree))) return;
      throw error;
    }
    if (await this.#isErased(tree)) await local.eraseRegistered(tree);
  }

  #isHere({ path, registration }: Registration): boolean {
    return this.#init.local.registrationAt(path) === registration;
  }

  async #isErased({ registration }: Registration): Promise<boolean> {
    return (await this.#init.registry.findRegistration(registration)) === undefined;
  }
}

/** Whoever no longer waits does not stop the work: others may wait for it. */
async function abandonable(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort);
  try {
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

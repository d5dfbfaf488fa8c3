import type { AbortOptions } from '@waybill/common';
import { type Clock, systemClock } from '../state/clock.ts';
import type { CopiedTree, FileCheckoutStore } from './file-checkout-store.ts';

export interface CopyEvictorInit {
  local: Pick<FileCheckoutStore, 'copies' | 'eraseUnused'>;
  /** What the files of all copies may have together. Those that are kept may be more. */
  maxBytes: number;
  /** Copies that were asked for within this time are kept: somebody reads them, and nobody sees that. */
  keepMs: number;
  /** Called when copies are gone: what only they showed is of no more use. */
  onEvicted?: (() => void) | undefined;
  onError?: ((error: unknown) => void) | undefined;
  clock?: Clock | undefined;
}

/** What was evicted, oldest first, and what is left. */
export interface CopyEvictReport {
  readonly evicted: readonly CopiedTree[];
  readonly sizeBytes: number;
}

/** Down to this part, so that not every demand has to evict. */
const LOW_WATER = 0.9;

/**
 * Keeps trees that were made on demand below a size: what was used last goes last. Only copies go, of checkouts that the
 * registry knows: the next demand makes them again. Trees that this server made for a client stay until they are erased.
 */
export class CopyEvictor {
  readonly #init: CopyEvictorInit;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #running: Promise<CopyEvictReport> | undefined;

  constructor(init: CopyEvictorInit) {
    this.#init = init;
    this.#clock = init.clock ?? systemClock;
  }

  /** Those who ask while one runs share it. */
  evict(options: AbortOptions = {}): Promise<CopyEvictReport> {
    this.#running ??= this.#evict(options).finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Lets it run behind the caller's back. */
  begin(): void {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    this.evict({ signal }).catch((error: unknown) => {
      if (!signal.aborted) this.#init.onError?.(error);
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running?.catch(() => undefined);
  }

  async #evict({ signal }: AbortOptions): Promise<CopyEvictReport> {
    const { local, maxBytes, keepMs, onEvicted } = this.#init;
    const copies = await Array.fromAsync(local.copies({ signal }));
    let sizeBytes = copies.reduce((sum, copy) => sum + copy.sizeBytes, 0);
    const evicted: CopiedTree[] = [];
    if (sizeBytes <= maxBytes) return { evicted, sizeBytes };
    const ifUsedBeforeMs = this.#clock.nowMs() - keepMs;
    for (const copy of copies.sort((a, b) => a.usedAtMs - b.usedAtMs)) {
      signal?.throwIfAborted();
      if (sizeBytes <= maxBytes * LOW_WATER || copy.usedAtMs >= ifUsedBeforeMs) break;
      // One that was asked for since it was listed is no longer the oldest.
      if (!(await local.eraseUnused(copy, { ifUsedBeforeMs: Math.min(ifUsedBeforeMs, copy.usedAtMs + 1) }))) continue;
      evicted.push(copy);
      sizeBytes -= copy.sizeBytes;
    }
    if (evicted.length > 0) onEvicted?.();
    return { evicted, sizeBytes };
  }
}

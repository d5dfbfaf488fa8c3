import type { BlobKey } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';
import { type Clock, systemClock } from './clock.ts';
import { DigestSet } from './digest-set.ts';
import { groupId } from './group-id.ts';
import { PinsExhaustedError } from './pins-exhausted-error.ts';
import { DEFAULT_PIN_TTL_MS, type PinOptions, type PinStore } from './pins.ts';

export interface MemoryPinStoreInit {
  /** Default: the system's. */
  clock?: Clock;
  /** Blobs in all pins together; default 5,000,000, which take about 100 MB. */
  maxBlobs?: number;
}

interface HeldPin {
  readonly digests: DigestSet;
  readonly ttlMs: number;
  endsAtMs: number;
}

interface Deletion {
  readonly digests: DigestSet;
  readonly done: Promise<void>;
}

/**
 * Pins of one process. They do not survive it and need not: whoever pins a blob has touched it as well (see
 * {@link PinStore}), and a store on a file system remembers that for as long as blobs are kept, 31 days by default. Pins
 * decide only where that age is set below the time that a definition is in flight.
 */
export class MemoryPinStore implements PinStore {
  readonly #clock: Clock;
  readonly #maxBlobs: number;
  readonly #pins = new Map<string, HeldPin>();
  readonly #deletions = new Set<Deletion>();

  constructor({ clock = systemClock, maxBlobs = 5_000_000 }: MemoryPinStoreInit = {}) {
    this.#clock = clock;
    this.#maxBlobs = maxBlobs;
  }

  /** @throws PinsExhaustedError. */
  async pin(keys: readonly BlobKey[], { ttlMs = DEFAULT_PIN_TTL_MS, signal }: PinOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    if (keys.length > 0) this.#hold(keys, ttlMs);
    // Deletions that begin from now on see the pin; those before it have to end.
    const concerned = [...this.#deletions].filter(({ digests }) => keys.some(({ digest }) => digests.has(digest)));
    await Promise.all(concerned.map(({ done }) => done));
    signal?.throwIfAborted();
  }

  #hold(keys: readonly BlobKey[], ttlMs: number): void {
    const id = groupId(keys);
    const endsAtMs = this.#clock.nowMs() + ttlMs;
    const held = this.#live().get(id);
    if (held !== undefined) {
      held.endsAtMs = Math.max(held.endsAtMs, endsAtMs);
      return;
    }
    if (this.#blobs() + keys.length > this.#maxBlobs) throw new PinsExhaustedError(this.#maxBlobs);
    this.#pins.set(id, { digests: digestsOf(keys), ttlMs, endsAtMs });
  }

  renewFor({ digest }: BlobKey): void {
    const nowMs = this.#clock.nowMs();
    for (const pin of this.#live().values())
      if (pin.digests.has(digest)) pin.endsAtMs = Math.max(pin.endsAtMs, nowMs + pin.ttlMs);
  }

  async withUnpinned<T>(
    keys: readonly BlobKey[],
    work: (unpinned: readonly BlobKey[]) => Promise<T>,
    { signal }: AbortOptions = {},
  ): Promise<T> {
    signal?.throwIfAborted();
    const pins = [...this.#live().values()];
    const unpinned = keys.filter(({ digest }) => !pins.some(({ digests }) => digests.has(digest)));
    const { promise: done, resolve } = Promise.withResolvers<undefined>();
    const deletion: Deletion = { digests: digestsOf(unpinned), done: done.then(() => undefined) };
    this.#deletions.add(deletion);
    try {
      return await work(unpinned);
    } finally {
      this.#deletions.delete(deletion);
      resolve(undefined);
    }
  }

  count(): Promise<{ pins: number; blobs: number }> {
    return Promise.resolve({ pins: this.#live().size, blobs: this.#blobs() });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #blobs(): number {
    let blobs = 0;
    for (const { digests } of this.#pins.values()) blobs += digests.size;
    return blobs;
  }

  /** Forgets what has ended. */
  #live(): Map<string, HeldPin> {
    const nowMs = this.#clock.nowMs();
    for (const [id, pin] of this.#pins) if (pin.endsAtMs <= nowMs) this.#pins.delete(id);
    return this.#pins;
  }
}

function digestsOf(keys: readonly BlobKey[]): DigestSet {
  const digests = new DigestSet(keys.length);
  for (const { digest } of keys) digests.add(digest);
  return digests;
}

export function createMemoryPinStore(init?: MemoryPinStoreInit): PinStore {
  return new MemoryPinStore(init);
}

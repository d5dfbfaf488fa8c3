import type { BlobKey } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';
import type { Digest } from '@waybill/digest';
import { type Clock, systemClock } from './clock.ts';
import { DigestSet } from './digest-set.ts';
import { groupId } from './group-id.ts';
import { PinIndex } from './pin-index.ts';
import { PinsExhaustedError } from './pins-exhausted-error.ts';
import { DEFAULT_PIN_TTL_MS, type PinOptions, type PinStore } from './pins.ts';

export interface MemoryPinStoreInit {
  /** Default: the system's. */
  clock?: Clock;
  /** Blobs in all pins together; default 5,000,000, which take about 120 MB. */
  maxBlobs?: number;
}

/** Ended pins take memory for so long; they hold nothing. */
const FORGET_EVERY_MS = 1000;

interface HeldPin {
  readonly id: string;
  readonly blobs: number;
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
  readonly #numbers = new Map<string, number>();
  readonly #pins = new Map<number, HeldPin>();
  readonly #index = new PinIndex();
  #nextNumber = 0;
  #blobs = 0;
  #forgetAtMs = -Infinity;
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
    const nowMs = this.#clock.nowMs();
    if (nowMs >= this.#forgetAtMs) this.#forget(nowMs);
    const number = this.#numbers.get(id);
    const held = number === undefined ? undefined : this.#pins.get(number);
    if (held === undefined) this.#holdNew(id, keys, ttlMs, nowMs);
    else held.endsAtMs = Math.max(held.endsAtMs, nowMs + ttlMs);
  }

  #holdNew(id: string, keys: readonly BlobKey[], ttlMs: number, nowMs: number): void {
    if (this.#blobs + keys.length > this.#maxBlobs) this.#forget(nowMs);
    if (this.#blobs + keys.length > this.#maxBlobs) throw new PinsExhaustedError(this.#maxBlobs);
    const number = this.#nextNumber;
    this.#nextNumber = (number + 1) >>> 0;
    let blobs = 0;
    for (const { digest } of keys) blobs += this.#index.add(digest, number) ? 1 : 0;
    this.#blobs += blobs;
    this.#numbers.set(id, number);
    this.#pins.set(number, { id, blobs, ttlMs, endsAtMs: nowMs + ttlMs });
  }

  renewFor({ digest }: BlobKey): void {
    const nowMs = this.#clock.nowMs();
    for (const pin of this.#pinsOf(digest, nowMs)) pin.endsAtMs = Math.max(pin.endsAtMs, nowMs + pin.ttlMs);
  }

  async withUnpinned<T>(
    keys: readonly BlobKey[],
    work: (unpinned: readonly BlobKey[]) => Promise<T>,
    { signal }: AbortOptions = {},
  ): Promise<T> {
    signal?.throwIfAborted();
    const nowMs = this.#clock.nowMs();
    const unpinned = keys.filter(({ digest }) => this.#pinsOf(digest, nowMs).next().done === true);
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
    this.#forget(this.#clock.nowMs());
    return Promise.resolve({ pins: this.#pins.size, blobs: this.#blobs });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  *#pinsOf(digest: Digest, nowMs: number): Generator<HeldPin, void, undefined> {
    for (const number of this.#index.pinsOf(digest)) {
      const pin = this.#pins.get(number);
      if (pin !== undefined && pin.endsAtMs > nowMs) yield pin;
    }
  }

  #forget(nowMs: number): void {
    this.#forgetAtMs = nowMs + FORGET_EVERY_MS;
    for (const [number, { id, blobs, endsAtMs }] of this.#pins) {
      if (endsAtMs > nowMs) continue;
      this.#pins.delete(number);
      this.#numbers.delete(id);
      this.#blobs -= blobs;
    }
    if (this.#index.size > 2 * this.#blobs) this.#index.keep((number) => this.#pins.has(number));
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

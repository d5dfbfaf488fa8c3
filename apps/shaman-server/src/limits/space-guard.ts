import { statfs } from 'node:fs/promises';
import { FreeSpaceLowError, StoreQuotaExceededError } from './limit-errors.ts';
import type { StoreUsage } from './store-usage.ts';

export interface SpaceGuardInit {
  usage: StoreUsage;
  /** Most bytes in the store. Default: no limit. */
  maxStoreBytes?: number | undefined;
  /** Bytes of the file system that stay free. Default 0. */
  minFreeBytes?: number | undefined;
  /** Free bytes of the file system. Default: not looked at. See `freeBytesOf`. */
  freeBytes?: (() => Promise<number>) | undefined;
}

/** Room for one upload, from before its first byte on. */
export interface Reservation extends Disposable {
  /** So much of it is on disk now: the file system counts it by itself. */
  advance(writtenBytes: number): void;
  /** Adds it to what the store holds. */
  stored(): void;
}

/** Says before the first byte whether there is room for an upload, those under way included. */
export class SpaceGuard {
  readonly #init: SpaceGuardInit;
  /** Declared and not yet written. */
  #pendingBytes = 0;
  /** Declared and not yet stored. */
  #unstoredBytes = 0;

  constructor(init: SpaceGuardInit) {
    this.#init = init;
  }

  /** Throws StoreQuotaExceededError, FreeSpaceLowError. */
  async reserve(sizeBytes: number): Promise<Reservation> {
    const freeBytes = await this.#init.freeBytes?.();
    // From here on without giving way: of two that come at once, the second one sees the first.
    this.#assertQuota(sizeBytes);
    if (freeBytes !== undefined) this.#assertFree(sizeBytes, freeBytes - this.#pendingBytes);
    return this.#reservation(sizeBytes);
  }

  #assertQuota(sizeBytes: number): void {
    const { usage, maxStoreBytes = Infinity } = this.#init;
    const usedBytes = (usage.current?.sizeBytes ?? 0) + this.#unstoredBytes;
    if (usedBytes + sizeBytes > maxStoreBytes) throw new StoreQuotaExceededError(maxStoreBytes, sizeBytes);
  }

  #assertFree(sizeBytes: number, freeBytes: number): void {
    const { minFreeBytes = 0 } = this.#init;
    if (freeBytes - sizeBytes < minFreeBytes) throw new FreeSpaceLowError({ minFreeBytes, freeBytes, sizeBytes });
  }

  #reservation(sizeBytes: number): Reservation {
    let pendingBytes = sizeBytes;
    let open = true;
    this.#pendingBytes += sizeBytes;
    this.#unstoredBytes += sizeBytes;
    const end = (): void => {
      if (!open) return;
      open = false;
      this.#pendingBytes -= pendingBytes;
      this.#unstoredBytes -= sizeBytes;
    };
    return {
      advance: (writtenBytes) => {
        const bytes = open ? Math.min(writtenBytes, pendingBytes) : 0;
        pendingBytes -= bytes;
        this.#pendingBytes -= bytes;
      },
      stored: () => {
        if (open) this.#init.usage.added(sizeBytes);
        end();
      },
      [Symbol.dispose]: end,
    };
  }
}

/** A look at the file system costs a trip through the thread pool: not for each of a thousand small files a second. */
const FRESH_MS = 250;

/** Free bytes of a folder's file system, at most a quarter of a second old. */
export function freeBytesOf(directory: string): () => Promise<number> {
  let known: Promise<number> | undefined;
  let lookedAtMs = -Infinity;
  return () => {
    if (known !== undefined && performance.now() - lookedAtMs < FRESH_MS) return known;
    lookedAtMs = performance.now();
    known = statfs(directory).then(({ bavail, bsize }) => bavail * bsize);
    known.catch(() => (known = undefined));
    return known;
  };
}

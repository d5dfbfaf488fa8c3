import type { SegmentAddress } from '../../archive/archive.ts';
import type { BackfillSettings } from '../backfill-settings.ts';

/** 24 hours. */
export const TOMBSTONE_WINDOW_MS = 86_400_000;

export interface TombstoneWindow {
  readonly startedMs: number;
  readonly applied: number;
}

export interface TombstoneLimits {
  readonly perPass: number;
  readonly perDay: number;
}

/** Ten full passes a day: enough for people who hide by hand, little against the 40,000 segments of a day. */
const PASSES_PER_DAY = 10;

export const tombstoneLimits = (
  settings: Pick<BackfillSettings, 'tombstoneLimit' | 'tombstoneDailyLimit'>,
): TombstoneLimits => ({
  perPass: settings.tombstoneLimit,
  perDay: settings.tombstoneDailyLimit ?? PASSES_PER_DAY * settings.tombstoneLimit,
});

/** New tombstones of one node in one pass. Above the limit only their number is kept. */
export class TombstoneBasket {
  readonly #limit: number;
  readonly #addresses: SegmentAddress[] = [];
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  get addresses(): readonly SegmentAddress[] {
    return this.#addresses;
  }

  add(address: SegmentAddress): void {
    this.#count += 1;
    if (this.#count <= this.#limit) this.#addresses.push(address);
    else this.#addresses.length = 0;
  }
}

/**
 * How many tombstones each node has put here lately. A tombstone hides; a node that could send as many as it likes, or
 * a few in every pass, could hide the archive. Hence a limit per pass, above which none of that pass is applied, and one
 * per 24 hours, which outlives restarts.
 */
export class TombstoneLedger {
  readonly #limits: TombstoneLimits;
  readonly #now: () => number;
  readonly #windows = new Map<string, TombstoneWindow>();

  constructor(limits: TombstoneLimits, now: () => number = Date.now) {
    this.#limits = limits;
    this.#now = now;
  }

  get limits(): TombstoneLimits {
    return this.#limits;
  }

  /** Books `count` tombstones of a node; false where it may not send as many, then none is booked. */
  admit(nodeKey: string, count: number): boolean {
    const { startedMs, applied } = this.windowOf(nodeKey);
    if (count > this.#limits.perPass || applied + count > this.#limits.perDay) return false;
    this.#windows.set(nodeKey, { startedMs, applied: applied + count });
    return true;
  }

  /** What counts now: nothing where 24 hours are over. */
  windowOf(nodeKey: string): TombstoneWindow {
    const nowMs = this.#now();
    const window = this.#windows.get(nodeKey);
    if (window === undefined || nowMs - window.startedMs >= TOMBSTONE_WINDOW_MS)
      return { startedMs: nowMs, applied: 0 };
    if (window.startedMs <= nowMs) return window;
    // The clock was set back: what was booked counts for 24 hours from now, and not until that date has come again.
    const moved = { startedMs: nowMs, applied: window.applied };
    this.#windows.set(nodeKey, moved);
    return moved;
  }

  restore(nodeKey: string, window: TombstoneWindow): void {
    this.#windows.set(nodeKey, window);
  }
}

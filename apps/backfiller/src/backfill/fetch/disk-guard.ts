import { statfs } from 'node:fs/promises';
import { abortableSleep, backoffDelayMs } from '@waybill/common';
import type { Logger } from 'pino';

export interface DiskGuardInit {
  readonly freeBytes: () => Promise<number>;
  readonly minFreeBytes: number;
  readonly log: Pick<Logger, 'info' | 'error'>;
  readonly signal: AbortSignal;
  /** Does not wait for space: a single pass ends instead. */
  readonly giveUp: boolean;
  /** Called when fetching may go on, or has to end. */
  readonly onChange: () => void;
  /** Before the first look whether there is space again; then twice as long each time, up to 16-fold. */
  readonly probeMs: number;
}

/** `open`: fetch. `paused`: do not. `trial`: fetch one item, to see whether it fits. `given-up`: end. */
export type DiskState = 'open' | 'paused' | 'trial' | 'given-up';

/** While fetching, free space is looked at this often. */
const CHECK_MS = 1000;
/** A quota is not seen in statfs, and a disk that is full to the last block shows a few: a fetch tells. */
const LEAST_FREE_BYTES = 1024 * 1024;

/** Free bytes for this user on the file system that holds a directory. */
export const freeBytesOf = async (directory: string): Promise<number> => {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
};

/**
 * Stops fetching while the disk is full, says so once, and goes on by itself when there is space: after a probe that
 * finds space, one item is fetched; only when it is in place all fetching goes on.
 */
export class DiskGuard {
  readonly #init: DiskGuardInit;
  #state: DiskState = 'open';
  #checkedMs = -Infinity;
  #probes = 0;

  constructor(init: DiskGuardInit) {
    this.#init = init;
  }

  get state(): DiskState {
    return this.#state;
  }

  /** How many fetches may run now. */
  get limit(): number {
    return this.#state === 'open' ? Infinity : this.#state === 'trial' ? 1 : 0;
  }

  /** Looks at free space now and then; resolves at once where it need not. Never rejects. */
  async check(): Promise<void> {
    const { minFreeBytes, freeBytes } = this.#init;
    if (minFreeBytes === 0 || this.#state !== 'open' || performance.now() - this.#checkedMs < CHECK_MS) return;
    this.#checkedMs = performance.now();
    const free = await freeBytes().catch(() => Infinity);
    if (free < minFreeBytes) this.pause({ free, minFreeBytes });
  }

  /** Something did not fit. */
  pause(detail: object): void {
    if (this.#state === 'paused' || this.#state === 'given-up') return;
    if (this.#state === 'open') this.#announce(detail);
    this.#state = this.#init.giveUp ? 'given-up' : 'paused';
    if (this.#state === 'paused') void this.#probe();
    this.#init.onChange();
  }

  /** Something fitted. */
  noteWritten(): void {
    if (this.#state !== 'trial') return;
    this.#state = 'open';
    this.#probes = 0;
    this.#init.log.info('There is space on the disk again. Backfilling goes on');
    this.#init.onChange();
  }

  #announce(detail: object): void {
    const then = this.#init.giveUp ? 'Giving up' : 'Backfilling pauses until there is space';
    this.#init.log.error(detail, `The disk is full. ${then}`);
  }

  async #probe(): Promise<void> {
    const { signal, probeMs, minFreeBytes, freeBytes } = this.#init;
    try {
      for (;;) {
        await abortableSleep(backoffDelayMs(this.#probes++, { baseMs: probeMs }), { signal });
        const free = await freeBytes().catch(() => 0);
        if (free >= Math.max(minFreeBytes, LEAST_FREE_BYTES)) break;
      }
    } catch {
      // Only the sleep rejects, and only when all ends.
      return;
    }
    this.#state = 'trial';
    this.#init.onChange();
  }
}

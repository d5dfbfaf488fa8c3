import type { DiskFullError } from '@waybill/common';
import type { Logger } from '@waybill/http-kit';
import { DiskGuard } from '../../backfill/fetch/disk-guard.ts';
import { withSignal } from './with-signal.ts';

export interface DiskGateInit {
  readonly freeBytes: () => Promise<number>;
  /** Closed while less is free. 0: only while something did not fit. */
  readonly minFreeBytes: number;
  /** Before the first look whether there is space again; then twice as long each time, up to 16-fold. */
  readonly probeMs: number;
  readonly log: Logger;
  readonly onPaused: (isPaused: boolean) => void;
}

/** Whoever has one MUST leave. A second call does nothing. */
export interface GatePass {
  readonly leave: () => void;
}

/**
 * Where all segments of a recorder, of whichever stream, pass before they are fetched. Closed while the disk is full; when there is space
 * again, one goes first, and the others when it is in place, or has failed for a reason of its own.
 */
export class DiskGate {
  readonly #guard: DiskGuard;
  readonly #over = new AbortController();
  #checking: Promise<void> | undefined;
  #inside = 0;
  #change = Promise.withResolvers<undefined>();

  constructor({ log, onPaused, ...init }: DiskGateInit) {
    this.#guard = new DiskGuard({
      ...init,
      // A live stream does not wait, but a recorder that ends has all of it lost.
      giveUp: false,
      signal: this.#over.signal,
      // The guard tells when; it says so in the words of backfilling.
      log: {
        error: (detail: unknown) => log.error(detail, 'The disk is full. Recording pauses until there is space'),
        info: () => log.info('There is space on the disk again. Recording goes on'),
      },
      onChange: () => {
        onPaused(!this.isOpen);
        this.#tellWaiting();
      },
    });
  }

  get isOpen(): boolean {
    return this.#guard.state === 'open';
  }

  /** Resolves when a fetch may begin; who came first goes first. Rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<GatePass> {
    await this.#check();
    while (this.#inside >= this.#guard.limit) await withSignal(this.#change.promise, signal);
    signal.throwIfAborted();
    this.#inside += 1;
    let isInside = true;
    const leave = (): void => {
      if (!isInside) return;
      isInside = false;
      this.#inside -= 1;
      this.#tellWaiting();
    };
    return { leave };
  }

  /** Something did not fit. */
  noteFull(error: DiskFullError): void {
    this.#guard.pause({ err: error });
  }

  /** Something is in place. */
  noteWritten(): void {
    this.#guard.noteWritten();
  }

  /** Nobody will enter any more. */
  close(): void {
    this.#over.abort();
  }

  /** Those who come during a look wait for what it shows. */
  async #check(): Promise<void> {
    this.#checking ??= this.#guard.check().finally(() => {
      this.#checking = undefined;
    });
    await this.#checking;
  }

  #tellWaiting(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve(undefined);
  }
}

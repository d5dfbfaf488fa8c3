import { abortableSleep, backoffDelayMs, jitter } from '@waybill/common';
import type { BackfillNode } from '../backfill-node.ts';
import type { NodeTally } from '../report/node-tally.ts';
import { runNodePass } from './run-node-pass.ts';
import type { Session } from './session.ts';

/** A node that says over and over that events were missed does not get more passes than this. */
const LEAST_PAUSE_MS = 10_000;

/** Passes over one node, one after another; other nodes have loops of their own, so that a slow one delays nobody. */
export class NodeLoop {
  readonly #session: Session;
  readonly #node: BackfillNode;
  readonly #signal: AbortSignal;
  #failures = 0;
  #extrasMs = -Infinity;
  #woken = false;
  #pause: AbortController | undefined;

  constructor(session: Session, node: BackfillNode, signal: AbortSignal) {
    this.#session = session;
    this.#node = node;
    this.#signal = signal;
  }

  /** Ends the pause before the next pass, or the one after the pass that is running. */
  wake(): void {
    this.#woken = true;
    this.#pause?.abort();
  }

  /** Runs until the signal aborts. Never rejects. */
  async run(): Promise<void> {
    const isOver = (): boolean => this.#signal.aborted;
    while (!isOver()) {
      const tally = await this.#pass();
      if (!isOver()) await this.#sleep(this.#conclude(tally));
    }
  }

  async #pass(): Promise<NodeTally> {
    const { settings } = this.#session.parts;
    const extras = performance.now() - this.#extrasMs >= settings.extrasIntervalMs;
    if (extras) this.#extrasMs = performance.now();
    this.#woken = false;
    return await runNodePass(this.#session, this.#node, { dryRun: false, start: settings.start, extras });
  }

  /** Says how the pass went; returns the pause before the next one. */
  #conclude(tally: NodeTally): number {
    const { accounts, parts } = this.#session;
    const log = accounts.logOf(this.#node);
    if (tally.error === undefined) {
      this.#failures = 0;
      if (tally.isComplete) log.info('Backfill complete');
      else log.warn({ missing: tally.failedCount }, 'Backfill incomplete');
      return jitter(parts.settings.intervalMs);
    }
    this.#failures += 1;
    parts.metrics.backfillErrors.inc({ remote: this.#node.name });
    const delayMs = Math.max(backoffDelayMs(this.#failures), this.#node.circuit?.waitMs ?? 0);
    log.warn({ err: tally.error }, `Backfill failed. Retrying in ${Math.round(delayMs / 1000)} s`);
    return delayMs;
  }

  async #sleep(delayMs: number): Promise<void> {
    const leastMs = Math.min(LEAST_PAUSE_MS, delayMs);
    await abortableSleep(leastMs, { signal: this.#signal }).catch(() => undefined);
    if (this.#woken && this.#failures === 0) return;
    this.#pause = new AbortController();
    const signal = AbortSignal.any([this.#signal, this.#pause.signal]);
    await abortableSleep(delayMs - leastMs, { signal }).catch(() => undefined);
    this.#pause = undefined;
  }
}

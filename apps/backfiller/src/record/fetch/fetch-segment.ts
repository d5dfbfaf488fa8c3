import { abortableSleep, backoffDelayMs, DiskFullError, WaybillError } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { attempt } from './attempt.ts';
import type { Attempt, AttemptInit } from './attempt.ts';

export interface FetchSegmentInit extends Omit<AttemptInit, 'segment' | 'cut'> {
  /** Where it is to be had now: a fresh playlist may have another URL for it. */
  readonly current: () => AttemptInit['segment'];
  readonly softTimeoutMs: number;
  readonly hardTimeoutMs: number;
  readonly tries: number;
  readonly retryBaseMs: number;
  readonly onFailed?: ((error: unknown) => void) | undefined;
}

/** A segment did not come in the time that it may take. */
export class SegmentTimeoutError extends WaybillError {
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`a segment took more than ${timeoutMs} ms`, { code: 'ERR_SEGMENT_TIMEOUT', retryable: true });
    this.timeoutMs = timeoutMs;
  }
}

/**
 * Fetches a segment, with as many rounds as it may have. Resolves to a whole one; else, after the last round or the hard timeout, to the
 * longest that broke off; undefined where nothing came at all. Rejects only with the signal's reason, and with DiskFullError, at once; then
 * nothing of it stays.
 */
export async function fetchSegment(
  init: FetchSegmentInit,
  { signal }: AbortOptions = {},
): Promise<Attempt | undefined> {
  const { hardTimeoutMs, tries, retryBaseMs } = init;
  const cut = new AbortController();
  const timer = setTimeout(() => cut.abort(new SegmentTimeoutError(hardTimeoutMs)), hardTimeoutMs);
  const kept = new KeptAttempt();
  try {
    for (let round = 0; round < tries; round += 1) {
      if (round > 0) await pause(backoffDelayMs(round - 1, { baseMs: retryBaseMs }), cut.signal, signal);
      await runRound(init, kept, cut.signal, signal);
      signal?.throwIfAborted();
      if (kept.isWhole || cut.signal.aborted) break;
    }
    return kept.attempt;
  } catch (error) {
    await kept.discard();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The best of what has come; the others are discarded. */
class KeptAttempt {
  attempt: Attempt | undefined;

  get isWhole(): boolean {
    return this.attempt?.whole === true;
  }

  async offer(next: Attempt): Promise<void> {
    const [better, worse] =
      this.attempt === undefined || isBetter(next, this.attempt) ? [next, this.attempt] : [this.attempt, next];
    this.attempt = better;
    await worse?.recording.discard();
  }

  async discard(): Promise<void> {
    await this.attempt?.recording.discard();
    this.attempt = undefined;
  }
}

function isBetter(one: Attempt, other: Attempt): boolean {
  return one.whole === other.whole ? one.recording.sizeBytes > other.recording.sizeBytes : one.whole;
}

/** One request, and after the soft timeout a second one beside it. Over when one has brought all, or none is left. Throws DiskFullError. */
async function runRound(
  init: FetchSegmentInit,
  kept: KeptAttempt,
  cut: AbortSignal,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { current, open, record, softTimeoutMs, onFailed } = init;
  const over = Promise.withResolvers<undefined>();
  const round = new AbortController();
  const running = new Set<Promise<void>>();
  let full: DiskFullError | undefined;
  const launch = (): void => {
    if (cut.aborted) return;
    const one = { segment: current(), open, record, cut: AbortSignal.any([cut, round.signal]) };
    const request: Promise<void> = attempt(one, { signal })
      .then(async (result) => {
        if (!result.whole && !round.signal.aborted) onFailed?.(result.error);
        await kept.offer(result);
      })
      .catch((error: unknown) => {
        if (error instanceof DiskFullError) full = error;
        else if (!round.signal.aborted && signal?.aborted !== true) onFailed?.(error);
      })
      .finally(() => {
        running.delete(request);
        if (running.size === 0 || kept.isWhole || full !== undefined) over.resolve(undefined);
      });
    running.add(request);
  };
  launch();
  if (running.size === 0) return;
  const soft = setTimeout(launch, softTimeoutMs);
  await over.promise;
  clearTimeout(soft);
  round.abort();
  await Promise.all(running);
  if (full !== undefined && !kept.isWhole) throw full;
}

/** Also over, without an error, at the hard timeout. */
async function pause(ms: number, cut: AbortSignal, signal: AbortSignal | undefined): Promise<void> {
  const either = signal === undefined ? cut : AbortSignal.any([cut, signal]);
  await abortableSleep(ms, { signal: either }).catch(() => undefined);
  signal?.throwIfAborted();
}

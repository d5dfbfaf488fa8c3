import type { AbortOptions } from '@waybill/common';
import type { MediaSegment } from '../playlist/media-playlist.ts';
import type { SegmentRecording } from '../write/segment-recording.ts';

export interface AttemptInit {
  readonly segment: MediaSegment;
  readonly open: (segment: MediaSegment, options: AbortOptions) => Promise<AsyncIterable<Uint8Array>>;
  readonly record: (options: AbortOptions) => Promise<SegmentRecording>;
  /** Ends the fetch; what has come is kept. */
  readonly cut: AbortSignal;
}

/** A finished recording that waits for its name. Whoever holds it MUST publish or discard it. */
export interface Attempt {
  readonly recording: SegmentRecording;
  /** The body came to its end. */
  readonly whole: boolean;
  readonly tookMs: number;
  /** Why it is not whole. */
  readonly error: unknown;
}

/**
 * Fetches a segment once. Rejects where nothing came of it, where it could not be written, and when `signal` aborts; then nothing of it stays.
 */
export async function attempt(
  { segment, open, record, cut }: AttemptInit,
  { signal }: AbortOptions = {},
): Promise<Attempt> {
  const startedMs = performance.now();
  const left = new AbortController();
  const signals = signal === undefined ? [cut, left.signal] : [signal, cut, left.signal];
  const body = await open(segment, { signal: AbortSignal.any(signals) });
  const recording = await record({ signal }).catch((error: unknown) => {
    // A body that nobody will read keeps its connection, and a generator that has not begun cannot be told.
    left.abort(error);
    throw error;
  });
  try {
    const error = await pour(body, recording);
    signal?.throwIfAborted();
    if (error !== undefined && recording.sizeBytes === 0) throw error.reason;
    await recording.finish();
    return { recording, whole: error === undefined, tookMs: performance.now() - startedMs, error: error?.reason };
  } catch (error) {
    await recording.discard();
    throw error;
  }
}

/** Resolves to why the body broke off, or to nothing. Rejects where writing fails. */
async function pour(
  body: AsyncIterable<Uint8Array>,
  recording: SegmentRecording,
): Promise<{ reason: unknown } | undefined> {
  const iterator = body[Symbol.asyncIterator]();
  for (;;) {
    let next: IteratorResult<Uint8Array, unknown>;
    try {
      next = await iterator.next();
    } catch (reason) {
      return { reason };
    }
    if (next.done === true) return undefined;
    try {
      await recording.write(next.value);
    } catch (error) {
      await iterator.return?.();
      throw error;
    }
  }
}

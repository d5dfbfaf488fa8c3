import { Readable } from 'node:stream';
import type { AbortOptions } from '@waybill/common';
import type { Logger } from '@waybill/http-kit';
import { LATENCY_BUCKETS, sharedMetric } from '@waybill/http-kit';
import type { FastifyReply } from 'fastify';
import { Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { CutEmptyError, CutsBusyError } from '../cut-errors.ts';
import { requireFfmpeg } from '../ffmpeg/require-ffmpeg.ts';
import { CutSlots, defaultCutConcurrency } from './cut-slots.ts';
import { primed } from './primed.ts';

export interface CutSettings {
  /** The program. Default `ffmpeg`, from PATH. */
  readonly ffmpeg?: string | undefined;
  /** Requests that may run it at a time. Default: one for two processors. */
  readonly concurrency?: number | undefined;
}

interface CutWork {
  /** For metrics and the log: a type of cut, `frame` or `waveform`. */
  readonly kind: string;
  readonly mediaType: string;
  readonly needsFfmpeg: boolean;
  make(options: AbortOptions): AsyncGenerator<Uint8Array, void>;
}

/** Sends what is made while it is read: within limits, no longer than somebody reads it, and never cut short in silence. */
export class CutService {
  readonly program: string;
  readonly #slots: CutSlots;
  readonly #logger: Logger;
  readonly #latency: Histogram;

  constructor(
    { ffmpeg = 'ffmpeg', concurrency = defaultCutConcurrency() }: CutSettings,
    { logger, registry }: { logger: Logger; registry: Registry },
  ) {
    this.program = ffmpeg;
    this.#slots = new CutSlots(concurrency);
    this.#logger = logger;
    this.#latency = latencyOf(registry);
    const slots = this.#slots;
    gaugeOf(registry, 'cuts_running', 'Cuts, frames and waveforms for which ffmpeg runs.', () => slots.running);
    gaugeOf(registry, 'cuts_waiting', 'Cuts, frames and waveforms that wait for their turn.', () => slots.waiting);
  }

  /**
   * Throws FfmpegMissingError, CutsBusyError, and what `make` throws before the first byte; what comes later breaks the
   * connection off, so that no client takes a part for the whole.
   */
  async send(reply: FastifyReply, work: CutWork): Promise<FastifyReply> {
    const gone = new AbortController();
    const onClose = (): void => {
      gone.abort();
    };
    reply.raw.once('close', onClose);
    try {
      const content = await this.#start(work, gone.signal);
      return await reply.type(work.mediaType).header('cache-control', 'no-cache').send(asReadable(content));
    } catch (error) {
      reply.raw.off('close', onClose);
      // Nobody is there to be answered.
      if (gone.signal.aborted) return reply;
      if (error instanceof CutsBusyError) reply.header('retry-after', error.retryAfterSeconds);
      throw error;
    }
  }

  async #start(work: CutWork, signal: AbortSignal): Promise<AsyncGenerator<Uint8Array, void>> {
    await using starting = new AsyncDisposableStack();
    if (work.needsFfmpeg) {
      await requireFfmpeg(this.program, { signal });
      starting.use(await this.#slots.enter({ signal }));
    }
    const end = this.#latency.startTimer({ cut_type: work.kind });
    let failed = true;
    starting.defer(() => void end({ error: String(failed) }));
    const content = await primed(work.make({ signal }));
    if (content === undefined) throw new CutEmptyError();
    const held = starting.move();
    return this.#watched(work, content, signal, async (error) => {
      failed = error;
      await held.disposeAsync();
    });
  }

  async *#watched(
    { kind }: CutWork,
    content: AsyncGenerator<Uint8Array, void>,
    signal: AbortSignal,
    onEnd: (failed: boolean) => Promise<void>,
  ): AsyncGenerator<Uint8Array, void> {
    let failed = true;
    try {
      yield* content;
      failed = false;
    } catch (error) {
      if (!signal.aborted) this.#logger.warn({ err: error, kind }, 'A cut failed after its answer had begun');
      throw error;
    } finally {
      await onEnd(failed);
    }
  }
}

/** Pieces go as they come: ffmpeg and the segments have buffers of their own. */
function asReadable(content: AsyncIterable<Uint8Array>): Readable {
  return Readable.from(content, { objectMode: false, highWaterMark: 1 });
}

function gaugeOf(registry: Registry, name: string, help: string, value: () => number): void {
  sharedMetric(registry, name, () => {
    return new Gauge({
      ...{ name, help, registers: [registry] },
      collect() {
        this.set(value());
      },
    });
  });
}

/** Under the name and with the labels that wubloader's dashboards know. */
function latencyOf(registry: Registry): Histogram {
  return sharedMetric(registry, 'cut_latency', () => {
    return new Histogram({
      name: 'cut_latency',
      help: 'Seconds from the start of a cut to its last byte; error is true where it failed or was broken off.',
      labelNames: ['cut_type', 'error'],
      buckets: [...LATENCY_BUCKETS],
      registers: [registry],
    });
  });
}

import { DirectorySyncer } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { HttpClient, Logger } from '@waybill/http-kit';
import type { Registry } from 'prom-client';
import { ArchivePaths } from '../archive/archive-paths.ts';
import { freeBytesOf } from '../backfill/fetch/disk-guard.ts';
import { HlsClient } from './fetch/hls-client.ts';
import type { RecordSettings } from './record-settings.ts';
import { recordReport } from './report/format-record-report.ts';
import type { RecordReport } from './report/format-record-report.ts';
import { createRecordMetrics } from './report/record-metrics.ts';
import { RecordTally } from './report/record-tally.ts';
import { DiskGate } from './worker/disk-gate.ts';
import { QualityRecorder } from './worker/quality-recorder.ts';

export interface RecorderInit {
  readonly baseDirectory: string;
  readonly streams: readonly { readonly channel: string; readonly url: string }[];
  readonly qualities: readonly string[];
  readonly settings: RecordSettings;
  readonly http: HttpClient;
  readonly logger: Logger;
  readonly registry: Registry;
}

interface Recorded {
  readonly recorder: QualityRecorder;
  readonly tally: RecordTally;
  readonly log: Logger;
  readonly channel: string;
  readonly quality: string;
}

/** Records streams in all their qualities, each by itself: what fails in one stops no other. */
export class Recorder {
  readonly #recorded: readonly Recorded[];
  readonly #gate: DiskGate;

  constructor(init: RecorderInit) {
    const { baseDirectory, settings, http, registry, logger } = init;
    const metrics = createRecordMetrics(registry, () => this.#latestEnds());
    const place = {
      paths: new ArchivePaths(baseDirectory),
      durability: settings.durability,
      syncer: new DirectorySyncer(),
    };
    const client = new HlsClient(http);
    this.#gate = new DiskGate({
      freeBytes: () => freeBytesOf(baseDirectory),
      minFreeBytes: settings.minFreeBytes,
      probeMs: settings.diskProbeMs,
      log: logger.child({ module: 'record' }),
      onPaused: (isPaused) => metrics.paused.set(isPaused ? 1 : 0),
    });
    const gate = this.#gate;
    this.#recorded = init.streams.flatMap(({ channel, url }) =>
      init.qualities.map((quality) => {
        const tally = new RecordTally({ channel, quality }, metrics);
        const log = logger.child({ module: 'record', channel, quality });
        const recorder = new QualityRecorder({ channel, quality, url, client, settings, place, gate, tally, log });
        return { recorder, tally, log, channel, quality };
      }),
    );
  }

  /** Resolves when all have ended, or the signal aborts; then nothing is under way any more. Never rejects. */
  async run({ signal }: AbortOptions = {}): Promise<void> {
    await Promise.all(
      this.#recorded.map(async ({ recorder, tally, log }) => {
        try {
          await recorder.run({ signal });
        } catch (error) {
          if (signal?.aborted === true) return;
          tally.failure = error instanceof Error ? error : new Error(String(error));
          log.error({ err: error }, 'Recording has ended with an error');
        }
      }),
    );
    this.#gate.close();
  }

  report(): RecordReport {
    return recordReport(this.#recorded.map(({ tally }) => tally.counts()));
  }

  *#latestEnds(): Generator<{ channel: string; quality: string; endMicros: number }> {
    for (const { tally, channel, quality } of this.#recorded)
      if (tally.latestEndMicros !== undefined) yield { channel, quality, endMicros: tally.latestEndMicros };
  }
}

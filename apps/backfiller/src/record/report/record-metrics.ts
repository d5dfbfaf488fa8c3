import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

type Labels = 'channel' | 'quality';

/** Labels are bounded by the configuration; `type` and `reason` are short lists of words. */
export interface RecordMetrics {
  readonly segments: Counter<Labels | 'type'>;
  readonly bytes: Counter<Labels>;
  readonly lost: Counter<Labels>;
  readonly missedSeconds: Counter<Labels>;
  readonly adSeconds: Counter<Labels>;
  readonly requestsFailed: Counter<Labels>;
  readonly playlistErrors: Counter<Labels>;
  readonly urlChanges: Counter<Labels | 'reason'>;
  readonly paused: Gauge;
}

const PAIR: Labels[] = ['channel', 'quality'];

/**
 * @param latestEnds Where the newest recorded segment ends, in micros since the epoch, for each channel and quality; asked whenever metrics are read.
 */
export function createRecordMetrics(
  registry: Registry,
  latestEnds: () => Iterable<{ channel: string; quality: string; endMicros: number }>,
): RecordMetrics {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers });
  createAgeGauge(registry, latestEnds);
  return {
    segments: counter('record_segments_total', 'Segments recorded and in place', [...PAIR, 'type']),
    bytes: counter('record_bytes_total', 'Bytes of what record_segments_total counts', PAIR),
    lost: counter('record_segments_lost_total', 'Segments of which nothing could be fetched', PAIR),
    missedSeconds: counter('record_missed_seconds_total', 'Seconds that left the playlist before they were seen', PAIR),
    adSeconds: counter('record_ad_seconds_total', 'Seconds left out as ads', PAIR),
    requestsFailed: counter('record_requests_failed_total', 'Requests for a segment that failed or broke off', PAIR),
    playlistErrors: counter('record_playlist_errors_total', 'Loads of a playlist that failed', PAIR),
    urlChanges: counter('record_url_changes_total', 'Media URLs that were replaced by fresh ones', [...PAIR, 'reason']),
    paused: new Gauge({
      name: 'record_paused',
      help: '1 while nothing is fetched because the disk is full',
      registers,
    }),
  };
}

function createAgeGauge(
  registry: Registry,
  latestEnds: () => Iterable<{ channel: string; quality: string; endMicros: number }>,
): void {
  new Gauge({
    name: 'record_latest_segment_age_seconds',
    help: 'How long ago the newest recorded segment ended',
    labelNames: PAIR,
    registers: [registry],
    collect() {
      for (const { channel, quality, endMicros } of latestEnds())
        this.set({ channel, quality }, Date.now() / 1000 - endMicros / 1e6);
    },
  });
}

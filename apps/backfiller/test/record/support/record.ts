import path from 'node:path';
import { createHttpClient, createMetrics, createLogger } from '@waybill/http-kit';
import { sha256 } from '@waybill/digest';
import { formatHour, formatSegmentName } from '@waybill/segments';
import type { StoredSegmentType } from '@waybill/segments';
import { DEFAULT_RECORD_SETTINGS } from '../../../src/record/record-settings.ts';
import type { RecordSettings } from '../../../src/record/record-settings.ts';
import { Recorder } from '../../../src/record/recorder.ts';
import type { RecordCounts } from '../../../src/record/report/record-tally.ts';
import type { OriginSegment } from './fake-origin.ts';

/** Quick, so that a test need not wait; nothing is synced. */
export const QUICK: RecordSettings = {
  ...DEFAULT_RECORD_SETTINGS,
  durability: 'none',
  retryBaseMs: 5,
  playlistRetryBaseMs: 20,
  minReloadMs: 20,
  tries: 3,
};

export interface Recording extends AsyncDisposable {
  /** Resolves when all is recorded, or stopped. */
  readonly ended: Promise<void>;
  readonly metrics: () => Promise<string>;
  /** All it has logged, from `info` on, one JSON object per line. */
  readonly log: () => string;
  counts(quality?: string): RecordCounts;
  stop(): Promise<void>;
}

export interface RecordOptions {
  readonly settings?: Partial<RecordSettings>;
  readonly qualities?: readonly string[];
  /** Of the HTTP client, between two reads. */
  readonly idleTimeoutMs?: number;
}

/** A recorder in this process, of channel `demo`. */
export function startRecording(
  base: string,
  url: string,
  { settings = {}, qualities = ['source'], idleTimeoutMs = 5000 }: RecordOptions = {},
): Recording {
  const registry = createMetrics('backfiller', { version: '0' });
  const http = createHttpClient({ userAgent: 'test', idleTimeoutMs, maxConnectionsPerOrigin: 32 });
  const stop = new AbortController();
  const lines: string[] = [];
  const recorder = new Recorder({
    baseDirectory: base,
    streams: [{ channel: 'demo', url }],
    qualities,
    settings: { ...QUICK, ...settings },
    http,
    logger: createLogger({ name: 'test', stream: { write: (line) => void lines.push(line) } }),
    registry,
  });
  const ended = recorder.run({ signal: stop.signal }).finally(() => http.close());
  return {
    ended,
    metrics: () => registry.metrics(),
    log: () => lines.join(''),
    counts(quality = qualities[0]) {
      const found = recorder.report().streams.find((one) => one.quality === quality);
      if (found === undefined) throw new Error(`nothing recorded as ${quality}`);
      return found;
    },
    async stop() {
      stop.abort(new Error('stopped'));
      await ended;
    },
    async [Symbol.asyncDispose]() {
      await this.stop();
    },
  };
}

/** The path, below the base, that the recorder must give to a segment. */
export function expectedFile(
  { startMs, seconds, content }: OriginSegment,
  {
    type = 'full',
    quality = 'source',
    bytes = content,
  }: { type?: StoredSegmentType; quality?: string; bytes?: Uint8Array } = {},
): string {
  const startMicros = startMs * 1000;
  const name = formatSegmentName({
    startMicros,
    durationMicros: Math.round(seconds * 1e6),
    type,
    digest: sha256(bytes),
  });
  return path.join('demo', quality, formatHour(startMicros), name);
}

import { defineOptions, values } from '@waybill/cli-kit';
import { z } from 'zod';
import { DEFAULT_RECORD_SETTINGS } from '../record/record-settings.ts';
import type { RecordSettings } from '../record/record-settings.ts';
import { BACKFILL_OPTIONS } from './backfill-options.ts';
import { directoryName } from './common-options.ts';

const DEFAULTS = DEFAULT_RECORD_SETTINGS;
const MINUTE_MS = 60_000;
const MARKERS = ['twitch', 'scte35'] as const;

const streamUrl = values.url();

/** `CHANNEL=URL`. */
export const recordedStream = z.string().refine((text) => {
  const { channel, url } = parseStream(text);
  return directoryName.safeParse(channel).success && streamUrl.safeParse(url).success;
}, 'expected CHANNEL=URL, the URL of a media or master playlist');

export function parseStream(text: string): { channel: string; url: string } {
  const at = text.indexOf('=');
  return { channel: text.slice(0, Math.max(at, 0)), url: text.slice(at + 1) };
}

export const RECORD_OPTIONS = defineOptions({
  qualities: {
    schema: values.list(directoryName),
    value: 'LIST',
    default: ['source'],
    description: 'qualities of the master playlist: source is the best one, others by name, or as 480p, 720p60',
  },
  runOnce: {
    schema: values.toggle(),
    default: false,
    description: 'end with the stream; exit code 3 where something of it is missing',
  },
  adMarkers: {
    schema: values.list(values.oneOf([...MARKERS, 'none'])),
    value: 'LIST',
    default: ['twitch'],
    description:
      'what is left out as an ad: twitch (stitched ads), scte35 (CUE-OUT to CUE-IN; may be the programme), none',
  },
  concurrency: {
    schema: values.integer({ min: 1, max: 64 }),
    value: 'N',
    default: DEFAULTS.concurrency,
    description: 'segments of one quality that are fetched at a time',
  },
  softTimeout: {
    schema: values.duration(),
    value: 'TIME',
    default: DEFAULTS.softTimeoutMs,
    description: 'after this a second request for a segment is made beside the first',
  },
  hardTimeout: {
    schema: values.duration(),
    value: 'TIME',
    default: DEFAULTS.hardTimeoutMs,
    description: 'after this a segment is given up, and what there is of it kept as partial',
  },
  stallTimeout: {
    schema: values.duration(),
    value: 'TIME',
    default: DEFAULTS.stallTimeoutMs,
    description: 'ask for a fresh URL when the playlist has shown nothing new for so long',
  },
  refreshUrlMinutes: {
    schema: values.decimal({ min: 0 }),
    value: 'MINUTES',
    default: DEFAULTS.refreshUrlMs / MINUTE_MS,
    description: 'replace a media URL that is older than this; 0: never',
  },
  maxSkew: {
    schema: values.duration(),
    value: 'TIME',
    default: DEFAULTS.maxSkewMicros / 1000,
    description: 'a segment whose time is further than this from the end of the one before it is suspect; 0: never',
  },
  minFreeBytes: BACKFILL_OPTIONS.minFreeBytes,
  maxSegmentBytes: {
    schema: values.bytes(),
    value: 'BYTES',
    default: DEFAULTS.maxSegmentBytes,
    description: 'give up larger segments',
  },
});

export const RECORD_METRICS_OPTION = defineOptions({
  metricsPort: {
    schema: values.integer({ min: 0, max: 65_535 }),
    value: 'PORT',
    default: 8001,
    description: 'port of /metrics, /livez and /readyz; 0: none. Not opened with --run-once',
  },
  metricsHost: {
    schema: values.text(),
    value: 'ADDRESS',
    default: '0.0.0.0',
    description: 'address of --metrics-port',
  },
});

interface RecordConfig {
  readonly durability: RecordSettings['durability'];
  readonly runOnce: boolean;
  readonly adMarkers: readonly ('twitch' | 'scte35' | 'none')[];
  readonly concurrency: number;
  readonly softTimeout: number;
  readonly hardTimeout: number;
  readonly stallTimeout: number;
  readonly refreshUrlMinutes: number;
  readonly maxSkew: number;
  readonly minFreeBytes: number;
  readonly maxSegmentBytes: number;
}

export function recordSettings(config: RecordConfig): RecordSettings {
  const { durability, runOnce, concurrency, minFreeBytes, maxSegmentBytes } = config;
  return {
    ...DEFAULTS,
    durability,
    runOnce,
    concurrency,
    minFreeBytes,
    maxSegmentBytes,
    adMarkers: new Set(MARKERS.filter((marker) => config.adMarkers.includes(marker))),
    softTimeoutMs: config.softTimeout,
    hardTimeoutMs: config.hardTimeout,
    stallTimeoutMs: config.stallTimeout,
    refreshUrlMs: config.refreshUrlMinutes * MINUTE_MS,
    maxSkewMicros: config.maxSkew * 1000,
  };
}

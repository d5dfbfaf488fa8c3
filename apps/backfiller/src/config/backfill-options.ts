import { defineOptions, values } from '@waybill/cli-kit';
import { DEFAULT_SETTINGS } from '../backfill/backfill-settings.ts';
import { parseBackfillStart } from '../backfill/pass/backfill-start.ts';
import { defaultRemoteLimits } from '../remote/remote-limits.ts';
import { parsedText } from './parsed-text.ts';

const DISABLED = 0;
const DEFAULT_LIMITS = defaultRemoteLimits();

/** Flags of the original's backfiller under their names (docs/protocols, spec section 1.4), and ours. */
export const BACKFILL_OPTIONS = defineOptions({
  extras: {
    schema: values.list(values.text()),
    value: 'LIST',
    default: [],
    description: 'directories below the base that are copied by name, such as emotes,media',
  },
  start: {
    schema: parsedText(parseBackfillStart),
    value: 'WHEN',
    description: 'hours ago (336) or a UTC time (2026-05-01T12:00): older hours are left alone',
  },
  deleteOld: {
    schema: values.toggle(),
    default: false,
    description: 'remove whole hours older than --start (not with --run-once)',
  },
  runOnce: {
    schema: values.toggle(),
    default: false,
    description: 'make one pass and end; exit code 3 where something is still missing',
  },
  dryRun: {
    schema: values.toggle(),
    default: false,
    description: 'make one pass without writing, and report what would be fetched',
  },
  downloadConcurrency: {
    schema: values.integer({ min: 1, max: 256 }),
    value: 'N',
    default: DEFAULT_SETTINGS.downloadConcurrency,
    description: 'requests for content to one node at a time',
  },
  totalConcurrency: {
    schema: values.integer({ min: 1, max: 1024 }),
    value: 'N',
    description: `requests for content to all nodes at a time; default ${DEFAULT_SETTINGS.totalConcurrency}, or --download-concurrency where that is more`,
  },
  batchSize: {
    schema: values.integer({ min: 1, max: 1024 }),
    value: 'N',
    default: DEFAULT_SETTINGS.batchSize,
    description: 'segments in one request to a Waybill node; 1 switches batches off',
  },
  recentCutoff: {
    schema: values.decimal({ min: 0 }),
    value: 'SECONDS',
    default: DEFAULT_SETTINGS.recentCutoffSeconds,
    description: 'segments that ended less than this ago are left to the local recorder',
  },
  live: {
    schema: values.oneOf(['auto', 'always', 'never']),
    value: 'MODE',
    default: DEFAULT_SETTINGS.live,
    description:
      'when segments that a node announces are fetched: always at once; auto: at once unless a recorder writes here; never: by passes only',
  },
  interval: {
    schema: values.duration(),
    value: 'TIME',
    default: DEFAULT_SETTINGS.intervalMs,
    description: 'pause between two passes, ±10 %',
  },
  maxBytesPerSecond: {
    schema: values.bytes(),
    value: 'BYTES',
    default: DISABLED,
    description: 'limit for all downloads together; 0: none',
  },
  minFreeBytes: {
    schema: values.bytes(),
    value: 'BYTES',
    default: DEFAULT_SETTINGS.minFreeBytes,
    description: 'fetch nothing while less than this is free',
  },
  maxSegmentBytes: {
    schema: values.bytes(),
    value: 'BYTES',
    default: DEFAULT_LIMITS.maxSegmentBytes,
    description: 'refuse larger segments',
  },
  maxExtraBytes: {
    schema: values.bytes(),
    value: 'BYTES',
    default: DEFAULT_LIMITS.maxExtraBytes,
    description: 'refuse larger extras',
  },
  maxTombstones: {
    schema: values.integer({ min: 0 }),
    value: 'N',
    default: DEFAULT_SETTINGS.tombstoneLimit,
    description: 'new tombstones that are taken from one node in one pass; above it none of them, with an alert',
  },
});

export const METRICS_PORT_OPTION = defineOptions({
  metricsPort: {
    schema: values.integer({ min: 0, max: 65_535 }),
    value: 'PORT',
    default: 8002,
    description: 'port of /metrics, /livez and /readyz; 0: none. Not opened with --run-once or --dry-run',
  },
  metricsHost: {
    schema: values.text(),
    value: 'ADDRESS',
    default: '0.0.0.0',
    description: 'address of --metrics-port',
  },
});

import { defineOptions, UsageInvalidError, values } from '@waybill/cli-kit';
import type { ConfigOf } from '@waybill/cli-kit';
import { isHour } from '@waybill/segments';
import { z } from 'zod';

const hour = z.string().refine(isHour, 'expected an hour such as 2024-03-01T10 (UTC)');

/** Flags of the original's segment coverage under their names (spec section 1.5). */
export const COVERAGE_OPTIONS = defineOptions({
  firstHour: { schema: hour, value: 'HOUR', description: 'where maps begin; default: the first hour with segments' },
  lastHour: {
    schema: hour,
    value: 'HOUR',
    description:
      'where maps end; default: the last hour with segments that is not more than an hour ahead of the clock',
  },
  makePage: {
    schema: values.toggle(),
    default: false,
    description: 'write a page beside each map that shows the maps of all nodes',
  },
  checkInterval: {
    schema: values.duration(),
    value: 'TIME',
    default: 300_000,
    description: 'pause between two checks of the coverage, ±10 %',
  },
  outputDir: {
    schema: values.text(),
    value: 'DIR',
    default: 'coverage-maps',
    description: 'where maps are written, relative to --base-dir',
  },
});

export type CoverageConfig = ConfigOf<typeof COVERAGE_OPTIONS>;

/** Throws UsageInvalidError where the hours are in the wrong order. */
export function checkCoverageConfig({ firstHour, lastHour }: CoverageConfig): void {
  if (firstHour !== undefined && lastHour !== undefined && lastHour < firstHour)
    throw new UsageInvalidError('--last-hour is before --first-hour');
}

/** Of `coverage` alone. */
export const COVERAGE_RUN_OPTIONS = defineOptions({
  runOnce: {
    schema: values.toggle(),
    default: false,
    description: 'one check, then end; exit code 3 if something could not be read, or nothing was there',
  },
  metricsPort: {
    schema: values.integer({ min: 0, max: 65_535 }),
    value: 'PORT',
    default: 8006,
    description: 'port of /metrics, /livez and /readyz; 0: none. Not opened with --run-once',
  },
  metricsHost: {
    schema: values.text(),
    value: 'ADDRESS',
    default: '0.0.0.0',
    description: 'address of --metrics-port',
  },
  connectionString: {
    schema: z.unknown(),
    value: 'URL',
    hidden: true,
    description: 'of the original; has no effect',
    ignored: 'give --node-database: pages show the nodes of every list, and need no database',
  },
});

/** Of `run`, which has a port for its metrics already. */
export const RUN_COVERAGE_OPTIONS = defineOptions({
  coverage: {
    schema: values.toggle(),
    default: true,
    description: 'write maps of the coverage and show it in the metrics',
  },
  ...COVERAGE_OPTIONS,
});

import { defineOptions, values } from '@waybill/cli-kit';

/** For `serve` and `gc`. */
export const GC_OPTIONS = defineOptions({
  gcMaxAge: {
    schema: values.duration(),
    value: 'TIME',
    default: 31 * 86_400_000,
    description: 'files that no checkout shows are kept this long after they were last asked for',
  },
});

/** For `serve` and `scrub`. */
export const SCRUB_OPTIONS = defineOptions({
  scrubBytesPerSecond: {
    schema: values.bytes(),
    value: 'BYTES',
    default: 20 * 1024 * 1024,
    description: 'how fast a scrub reads; 0: as fast as it can',
  },
});

/** For what deletes. */
export const DRY_RUN_OPTION = defineOptions({
  dryRun: { schema: values.toggle(), default: false, description: 'change nothing, and report what would be done' },
});

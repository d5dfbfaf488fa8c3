import { defineCommand, EXIT, formatBytes, formatCount } from '@waybill/cli-kit';
import { STORE_OPTIONS } from '../config/store-options.ts';
import { DRY_RUN_OPTION, GC_OPTIONS } from '../config/upkeep-options.ts';
import { checkAgeBesideServer } from '../config/check-gc-age.ts';
import type { BlobTally, CollectReport } from '../gc/collector.ts';
import { createContext } from '../server/program-context.ts';
import { withStorage } from './with-storage.ts';

export const gcCommand = defineCommand({
  name: 'gc',
  description:
    'Delete files that no checkout shows and nobody has asked for lately. A running server is asked to do it.',
  options: { ...STORE_OPTIONS, ...GC_OPTIONS, ...DRY_RUN_OPTION },
  examples: [
    { command: 'gc --storage /data/shaman --dry-run', description: 'what would go, and how much room that makes' },
    { command: 'gc --storage /data/shaman --gc-max-age 7d', description: 'make room' },
  ],
  async run(signal, config, output) {
    const { dryRun, gcMaxAge: maxAgeMs } = config;
    const { logger } = createContext(config, output);
    const work = {
      here: (storage, options) => storage.collector.collect({ ...options, dryRun, maxAgeMs }),
      call: () => {
        if (!dryRun) checkAgeBesideServer(maxAgeMs);
        return { method: 'POST', path: '/gc', body: { dryRun, maxAgeMs } };
      },
    } satisfies Parameters<typeof withStorage>[1];
    const report = (await withStorage({ config, logger }, work, { signal })) as CollectReport;
    output.result(report, () => textOf(report));
    return report.problems.length + report.failures.length > 0 ? EXIT.incomplete : EXIT.ok;
  },
});

function textOf({ dryRun, problems, failures, examined, deleted, kept }: CollectReport): string {
  const lines = [
    `examined   ${tally(examined)}`,
    `${dryRun ? 'would go  ' : 'deleted   '} ${tally(deleted)}`,
    `in use     ${tally(kept.linked)}`,
    `too young  ${tally(kept.young)}`,
    `in flight  ${tally(kept.pinned)}`,
    ...problems.map(({ source, error }) => `nothing was deleted: ${source} could not be read: ${messageOf(error)}`),
    ...failures.map(({ key, error }) => `${key} could not be deleted: ${messageOf(error)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function tally({ blobs, sizeBytes }: BlobTally): string {
  return `${formatCount(blobs)} files, ${formatBytes(sizeBytes)}`;
}

function messageOf(error: unknown): string {
  return (error as { message?: string } | null)?.message ?? 'unknown reason';
}

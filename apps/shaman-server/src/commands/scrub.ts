import { defineCommand, EXIT, formatBytes, formatCount } from '@waybill/cli-kit';
import { STORE_OPTIONS } from '../config/store-options.ts';
import { DRY_RUN_OPTION, SCRUB_OPTIONS } from '../config/upkeep-options.ts';
import { createContext } from '../server/program-context.ts';
import { withStorage } from './with-storage.ts';

/** A report as it comes from a server, or from here through JSON. */
interface PlainScrubReport {
  readonly dryRun: boolean;
  readonly checkedBlobs: number;
  readonly checkedBytes: number;
  readonly findings: readonly {
    readonly key: { readonly sha: string; readonly sizeBytes: number };
    readonly kind: string;
    readonly quarantinedAs?: string;
  }[];
}

export const scrubCommand = defineCommand({
  name: 'scrub',
  description:
    'Read every file again, and take out of use what is not what its name says. A running server is asked to do it.',
  options: { ...STORE_OPTIONS, ...SCRUB_OPTIONS, ...DRY_RUN_OPTION },
  examples: [
    { command: 'scrub --storage /data/shaman --scrub-bytes-per-second 0', description: 'as fast as the disk can' },
  ],
  async run(signal, config, output) {
    const { dryRun, scrubBytesPerSecond } = config;
    const { logger } = createContext(config, output);
    const work = {
      here: (storage, options) => storage.scrubber.scrub({ ...options, dryRun }),
      call: () => ({ method: 'POST', path: '/scrub', body: { dryRun } }),
    } satisfies Parameters<typeof withStorage>[1];
    const report = (await withStorage({ config, logger, scrubBytesPerSecond }, work, { signal })) as PlainScrubReport;
    output.result(report, () => textOf(report));
    return report.findings.length > 0 ? EXIT.incomplete : EXIT.ok;
  },
});

function textOf({ checkedBlobs, checkedBytes, findings }: PlainScrubReport): string {
  const lines = findings.map(({ key, kind, quarantinedAs }) => {
    const where = quarantinedAs === undefined ? 'left where it is' : `kept as ${quarantinedAs}`;
    return `${key.sha} (${key.sizeBytes} bytes) is ${kind}; ${where}`;
  });
  return `${[...lines, `checked ${formatCount(checkedBlobs)} files, ${formatBytes(checkedBytes)}`].join('\n')}\n`;
}

import { defineCommand, EXIT, formatDuration, formatTable, values } from '@waybill/cli-kit';
import { createFileArchive } from '../archive/file-archive.ts';
import { checkNodeConfig } from '../config/check-config.ts';
import { ARCHIVE_OPTIONS, BACKDOOR_OPTION, directoryName, QUALITIES_OPTION } from '../config/common-options.ts';
import { checkCoverageConfig, COVERAGE_OPTIONS, COVERAGE_RUN_OPTIONS } from '../config/coverage-options.ts';
import { NODE_OPTIONS } from '../config/node-options.ts';
import type { CheckedPair } from '../coverage/coverage-checks.ts';
import { createNodeRegistry } from '../nodes/node-registry.ts';
import { requireBaseDirectory } from '../station/base-directory.ts';
import { openMetricsServer } from '../station/metrics-server.ts';
import { configuredSources, openConfiguredDatabase } from '../station/open-nodes.ts';
import { createContext } from '../station/program-context.ts';
import { statePaths } from '../station/state-directory.ts';

const PERCENT = 100;

function formatChecked(pairs: readonly CheckedPair[]): string {
  const rows = pairs.map(({ channel, quality, report, failed }) => {
    const pair = `${channel}/${quality}`;
    if (report === undefined) return { 'coverage of': pair, covered: failed ? 'failed' : 'nothing there' };
    const { coveredMicros, missingMicros, partialMicros, holes } = report;
    const share = (coveredMicros / (coveredMicros + missingMicros)) * PERCENT;
    return {
      'coverage of': pair,
      // Rounded down: 100 % is all of it.
      covered: `${(Math.floor(share * PERCENT) / PERCENT).toFixed(2)} %`,
      holes: holes.length,
      missing: formatDuration(missingMicros / 1000),
      partial: formatDuration(partialMicros / 1000),
    };
  });
  return formatTable(rows);
}

export const coverageCommand = defineCommand({
  name: 'coverage',
  kind: 'service',
  description: 'Draw a map of what is there and what is missing, and show it in metrics, once or until it is stopped.',
  arguments: { channels: { schema: values.list(directoryName), variadic: true, description: 'channels to look at' } },
  options: {
    ...ARCHIVE_OPTIONS,
    ...QUALITIES_OPTION,
    ...COVERAGE_OPTIONS,
    ...COVERAGE_RUN_OPTIONS,
    ...NODE_OPTIONS,
    ...BACKDOOR_OPTION,
  },
  examples: [
    {
      command: 'coverage mychannel --base-dir /data --qualities source,480p --make-page',
      description: 'maps and pages in /data/coverage-maps, looked at every 5 minutes',
    },
    { command: 'coverage mychannel --base-dir /data --run-once --json', description: 'every hole, as JSON' },
  ],
  async run(signal, config, output) {
    checkNodeConfig(config);
    checkCoverageConfig(config);
    await requireBaseDirectory(config.baseDir);
    const { openCoverage } = await import('../coverage/open-coverage.ts');
    const context = createContext(config, output);
    const state = statePaths(config);
    await using cleanup = new AsyncDisposableStack();
    const archive = await createFileArchive({
      baseDirectory: config.baseDir,
      durability: config.durability,
      sweep: false,
      onError: (error) => context.logger.warn({ err: error }, 'Work on the archive in the background failed'),
    });
    cleanup.defer(() => archive.close());
    const registry = createNodeRegistry({
      sources: config.makePage ? configuredSources(config, openConfiguredDatabase(config, state)) : [],
      localhost: config.localhost,
      log: context.logger,
    });
    cleanup.defer(() => registry.stop());
    await registry.start({ signal });
    const nodes = () => registry.nodes;
    const { checks } = openCoverage({ config, context, archive, stateDirectory: state.directory, nodes });
    if (config.runOnce) {
      const checked = await checks.once({ signal });
      output.result({ coverage: checked }, () => formatChecked(checked));
      return checked.every(({ report }) => report !== undefined) ? EXIT.ok : EXIT.incomplete;
    }
    if (config.metricsPort !== 0)
      cleanup.use(await openMetricsServer(context, { host: config.metricsHost, port: config.metricsPort }));
    await checks.run(config.checkInterval, signal);
    context.logger.info('Gracefully stopped');
    return EXIT.ok;
  },
});

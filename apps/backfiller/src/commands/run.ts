import { defineCommand, EXIT, values } from '@waybill/cli-kit';
import { createFileArchive } from '../archive/file-archive.ts';
import { BACKFILL_OPTIONS, METRICS_PORT_OPTION } from '../config/backfill-options.ts';
import { ARCHIVE_OPTIONS, BACKDOOR_OPTION, directoryName, QUALITIES_OPTION } from '../config/common-options.ts';
import { checkCoverageConfig, RUN_COVERAGE_OPTIONS } from '../config/coverage-options.ts';
import { NODE_OPTIONS } from '../config/node-options.ts';
import { SERVE_OPTIONS } from '../config/serve-options.ts';
import { ensureBaseDirectory } from '../station/base-directory.ts';
import { openMetricsServer } from '../station/metrics-server.ts';
import { checkEngineConfig, openEngine, runEngine } from '../station/open-engine.ts';
import { archiveInit, checkServeConfig, openServeApp, servingText } from '../station/open-serve-app.ts';
import { createContext } from '../station/program-context.ts';
import { ownState, statePaths } from '../station/state-directory.ts';

const { runOnce: _runOnce, dryRun: _dryRun, ...PASSES } = BACKFILL_OPTIONS;

export const runCommand = defineCommand({
  name: 'run',
  kind: 'service',
  description: 'Serve the archive and keep it complete, in one process: what most people start.',
  arguments: { channels: { schema: values.list(directoryName), variadic: true, description: 'channels to backfill' } },
  options: {
    ...ARCHIVE_OPTIONS,
    ...QUALITIES_OPTION,
    ...NODE_OPTIONS,
    ...PASSES,
    ...SERVE_OPTIONS,
    ...RUN_COVERAGE_OPTIONS,
    ...METRICS_PORT_OPTION,
    ...BACKDOOR_OPTION,
  },
  examples: [
    {
      command:
        'run mychannel --base-dir /data --qualities source,480p,chat --extras emotes --static-nodes http://other:8000',
      description: 'a whole node',
    },
    {
      command:
        'run mychannel --base-dir /data --start 336 --delete-old --min-free-bytes 20G --static-nodes http://other:8000',
      description: 'keep 14 days, and leave 20 GiB of the disk free',
    },
  ],
  async run(signal, given, output) {
    const config = { ...given, runOnce: false, dryRun: false };
    checkEngineConfig(config);
    checkServeConfig(config);
    checkCoverageConfig(config);
    const state = statePaths(config);
    await ensureBaseDirectory(config.baseDir);
    const context = createContext(config, output);
    await using cleanup = new AsyncDisposableStack();
    cleanup.use(await ownState(state, { signal }));
    const archive = await createFileArchive(archiveInit(config, context));
    cleanup.defer(() => archive.close());
    const opened = cleanup.use(openEngine({ config, context, archive, state }));
    const { openCoverage } = await import('../coverage/open-coverage.ts');
    const stateDirectory = state.directory;
    const { cache, checks } = openCoverage({ config, context, archive, stateDirectory, nodes: opened.nodes });
    const app = await openServeApp({ archive, config, context, coverage: cache });
    cleanup.defer(async () => {
      await app.drain(config.drain);
    });
    if (config.metricsPort !== 0)
      cleanup.use(await openMetricsServer(context, { host: config.metricsHost, port: config.metricsPort }));
    const { url } = await app.listen();
    output.result({ url, baseDirectory: archive.baseDirectory }, () => servingText(archive.baseDirectory, url));
    await Promise.all([runEngine(opened, signal), config.coverage && checks.run(config.checkInterval, signal)]);
    await app.drain(config.drain);
    context.logger.info('Gracefully stopped');
    return EXIT.ok;
  },
});

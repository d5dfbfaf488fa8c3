import { defineCommand, EXIT, UsageInvalidError, values } from '@waybill/cli-kit';
import { createFileArchive } from '../archive/file-archive.ts';
import { BACKFILL_OPTIONS, METRICS_PORT_OPTION } from '../config/backfill-options.ts';
import { ARCHIVE_OPTIONS, BACKDOOR_OPTION, directoryName, QUALITIES_OPTION } from '../config/common-options.ts';
import { NODE_OPTIONS } from '../config/node-options.ts';
import { ensureBaseDirectory } from '../station/base-directory.ts';
import { openMetricsServer } from '../station/metrics-server.ts';
import { checkEngineConfig, openEngine, runEngine } from '../station/open-engine.ts';
import { hasNodes } from '../station/open-nodes.ts';
import { createContext } from '../station/program-context.ts';
import { ownState, statePaths } from '../station/state-directory.ts';
import { measuredPass } from './measured-pass.ts';
import { exitCodeOf, formatReport } from './format-report.ts';

export const backfillCommand = defineCommand({
  name: 'backfill',
  kind: 'service',
  description: 'Fill the holes of the archive from other nodes, once or until it is stopped.',
  arguments: { channels: { schema: values.list(directoryName), variadic: true, description: 'channels to backfill' } },
  options: {
    ...ARCHIVE_OPTIONS,
    ...QUALITIES_OPTION,
    ...NODE_OPTIONS,
    ...BACKFILL_OPTIONS,
    ...METRICS_PORT_OPTION,
    ...BACKDOOR_OPTION,
  },
  examples: [
    {
      command: 'backfill mychannel --base-dir /data --qualities source,480p,chat --static-nodes http://other:8000',
      description: 'keep the archive in /data complete',
    },
    {
      command: 'backfill mychannel --static-nodes http://other:8000 --run-once --json',
      description: 'one pass; the report as JSON; exit code 3 if something is still missing',
    },
    {
      command: 'backfill mychannel --node-database postgresql://user@db/wubloader --start 336',
      description: 'the last 14 days, from the nodes that a wubloader database lists',
    },
  ],
  async run(signal, config, output) {
    checkEngineConfig(config);
    const state = statePaths(config);
    if (!hasNodes(config, state)) {
      throw new UsageInvalidError(
        'no node to backfill from: give --static-nodes, --node-file or --node-database, or add one with `nodes add`',
      );
    }
    await ensureBaseDirectory(config.baseDir);
    const context = createContext(config, output);
    const { logger } = context;
    const single = config.runOnce || config.dryRun;
    await using cleanup = new AsyncDisposableStack();
    cleanup.use(await ownState(state, { signal }));
    const archive = await createFileArchive({
      baseDirectory: config.baseDir,
      durability: config.durability,
      sweep: !config.dryRun,
      watch: !single && config.live === 'auto',
      onError: (error) => logger.warn({ err: error }, 'Work on the archive in the background failed'),
    });
    cleanup.defer(() => archive.close());
    const opened = cleanup.use(openEngine({ config, context, archive, state }));
    if (!single) {
      if (config.metricsPort !== 0)
        cleanup.use(await openMetricsServer(context, { host: config.metricsHost, port: config.metricsPort }));
      await runEngine(opened, signal);
      logger.info('Gracefully stopped');
      return EXIT.ok;
    }
    await opened.startNodes(signal);
    const report = await measuredPass(opened.engine, { signal, dryRun: config.dryRun });
    // What a killed run left would else stay for ever where every pass is shorter than the sweep.
    await archive.swept({ signal });
    output.result(report, () => formatReport(report));
    signal.throwIfAborted();
    return exitCodeOf(report);
  },
});

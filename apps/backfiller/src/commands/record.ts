import path from 'node:path';
import { defineCommand, EXIT, UsageInvalidError, values } from '@waybill/cli-kit';
import { lockDirectory } from '@waybill/common';
import { createClientMetrics, createHttpClient } from '@waybill/http-kit';
import { createFileArchive } from '../archive/file-archive.ts';
import { ARCHIVE_OPTIONS, BACKDOOR_OPTION } from '../config/common-options.ts';
import {
  parseStream,
  RECORD_METRICS_OPTION,
  RECORD_OPTIONS,
  recordedStream,
  recordSettings,
} from '../config/record-options.ts';
import { formatRecordReport } from '../record/report/format-record-report.ts';
import { Recorder } from '../record/recorder.ts';
import { ensureBaseDirectory } from '../station/base-directory.ts';
import { openMetricsServer } from '../station/metrics-server.ts';
import { createContext } from '../station/program-context.ts';
import { statePaths } from '../station/state-directory.ts';
import { VERSION } from '../station/version.ts';

export const recordCommand = defineCommand({
  name: 'record',
  kind: 'service',
  description: 'Capture live HLS streams (MPEG-TS, with PROGRAM-DATE-TIME) into the archive.',
  arguments: {
    streams: {
      schema: values.list(recordedStream),
      variadic: true,
      description: 'CHANNEL=URL, the URL of a media or master playlist',
    },
  },
  options: { ...ARCHIVE_OPTIONS, ...RECORD_OPTIONS, ...RECORD_METRICS_OPTION, ...BACKDOOR_OPTION },
  examples: [
    {
      command: 'record mychannel=https://example.org/live/master.m3u8 --base-dir /data --qualities source,480p',
      description: 'record two qualities until it is stopped; after a restart it goes on where the playlist begins',
    },
    {
      command: 'record mychannel=https://example.org/live/media.m3u8 --run-once --json',
      description: 'record until the stream ends; the report as JSON; exit code 3 if something is missing',
    },
  ],
  async run(signal, config, output) {
    const streams = config.streams.map(parseStream);
    const channels = new Set(streams.map(({ channel }) => channel));
    if (channels.size < streams.length) throw new UsageInvalidError('a channel is given twice; it has one URL');
    await ensureBaseDirectory(config.baseDir);
    const context = createContext(config, output);
    const { logger, registry } = context;
    await using cleanup = new AsyncDisposableStack();
    // Of its own, so that `run` and `backfill` may work on the same archive; two recorders of one channel would fetch all twice.
    for (const channel of channels)
      cleanup.use(await lockDirectory(path.join(statePaths(config).directory, 'record', channel), { signal }));
    // For its sweep: what a killed recorder left goes.
    const archive = await createFileArchive({
      baseDirectory: config.baseDir,
      durability: config.durability,
      onError: (error) => logger.warn({ err: error }, 'Work on the archive in the background failed'),
    });
    cleanup.defer(() => archive.close());
    const http = createHttpClient({
      userAgent: `waybill-backfiller/${VERSION}`,
      metrics: createClientMetrics(registry),
      idleTimeoutMs: 30_000,
      maxConnectionsPerOrigin: 64,
    });
    cleanup.defer(() => http.close());
    const settings = recordSettings(config);
    const { qualities, baseDir: baseDirectory } = config;
    const recorder = new Recorder({ baseDirectory, streams, qualities, settings, http, logger, registry });
    if (config.metricsPort !== 0 && !config.runOnce)
      cleanup.use(await openMetricsServer(context, { host: config.metricsHost, port: config.metricsPort }));
    await recorder.run({ signal });
    const report = recorder.report();
    output.result(report, () => formatRecordReport(report));
    if (config.runOnce) signal.throwIfAborted();
    else if (signal.aborted) {
      logger.info('Gracefully stopped');
      return EXIT.ok;
    }
    if (report.streams.some(({ failure }) => failure !== null)) return EXIT.failed;
    return report.ok ? EXIT.ok : EXIT.incomplete;
  },
});

import { once } from 'node:events';
import { defineCommand, EXIT } from '@waybill/cli-kit';
import { createFileArchive } from '../archive/file-archive.ts';
import { ARCHIVE_OPTIONS, BACKDOOR_OPTION } from '../config/common-options.ts';
import { SERVE_OPTIONS } from '../config/serve-options.ts';
import { requireBaseDirectory } from '../station/base-directory.ts';
import { createContext } from '../station/program-context.ts';
import { archiveInit, checkServeConfig, openServeApp, servingText } from '../station/open-serve-app.ts';

export const serveCommand = defineCommand({
  name: 'serve',
  kind: 'service',
  description: 'Serve the archive to players and other nodes.',
  options: { ...ARCHIVE_OPTIONS, ...SERVE_OPTIONS, ...BACKDOOR_OPTION },
  examples: [
    { command: 'serve --base-dir /data', description: 'on port 8000 of all addresses, as a wubloader restreamer' },
    {
      command: 'serve --base-dir /data --host 127.0.0.1 --port 8080 --tokens "$TOKEN"',
      description: 'behind a proxy, for those who know the token',
    },
  ],
  async run(signal, config, output) {
    checkServeConfig(config);
    await requireBaseDirectory(config.baseDir);
    const context = createContext(config, output);
    await using cleanup = new AsyncDisposableStack();
    const archive = await createFileArchive(archiveInit(config, context));
    cleanup.defer(() => archive.close());
    const app = await openServeApp({ archive, config, context });
    cleanup.defer(async () => {
      await app.drain(config.drain);
    });
    const { url } = await app.listen();
    output.result({ url, baseDirectory: archive.baseDirectory }, () => servingText(archive.baseDirectory, url));
    if (!signal.aborted) await once(signal, 'abort');
    await app.drain(config.drain);
    context.logger.info('Gracefully stopped');
    return EXIT.ok;
  },
});

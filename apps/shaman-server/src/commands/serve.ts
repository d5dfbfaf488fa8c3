import { once } from 'node:events';
import { defineCommand, EXIT } from '@waybill/cli-kit';
import { AUTH_OPTIONS } from '../config/auth-options.ts';
import { checkServeConfig, checkStoreConfig } from '../config/check-serve-config.ts';
import { describeAccess } from '../config/describe-access.ts';
import { LIMIT_OPTIONS } from '../config/limit-options.ts';
import { SERVE_OPTIONS } from '../config/serve-options.ts';
import { STORE_OPTIONS } from '../config/store-options.ts';
import { GC_OPTIONS, SCRUB_OPTIONS } from '../config/upkeep-options.ts';
import { createContext } from '../server/program-context.ts';
import { startServer } from '../server/start-server.ts';

export const serveCommand = defineCommand({
  name: 'serve',
  kind: 'service',
  description: 'Serve a storage to Shaman clients, v2 and v3, and keep it in order.',
  options: { ...STORE_OPTIONS, ...SERVE_OPTIONS, ...AUTH_OPTIONS, ...LIMIT_OPTIONS, ...GC_OPTIONS, ...SCRUB_OPTIONS },
  examples: [
    { command: 'serve --storage /data/shaman', description: 'for this machine alone, without authentication' },
    {
      command: 'serve --storage /data/shaman --host 0.0.0.0 --tokens "$TOKEN" --anonymous-v3-from 10.0.0.0/8',
      description: 'for a farm: the Flamenco 3 add-ons of 10.0.0.0/8 without, everybody else with the token',
    },
    {
      command:
        'serve --storage /farm/server1 --checkouts /farm/jobs --blob-store "s3://farm/shaman?endpoint=https://s3.example.org" --database "$URL"',
      description: 'one of several servers of one store',
    },
  ],
  async run(signal, config, output) {
    checkStoreConfig(config);
    checkServeConfig(config);
    const context = createContext(config, output);
    await using server = await startServer(config, context);
    const { url } = server;
    const access = describeAccess(config);
    output.result({ url, storage: config.storage, access }, () => `Serving ${config.storage} on ${url} (${access})\n`);
    if (!signal.aborted) await once(signal, 'abort');
    const { cutOff } = await server.drain(config.drain);
    context.logger.info({ cutOff }, 'Gracefully stopped');
    return EXIT.ok;
  },
});

import { readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { UsageInvalidError } from '@waybill/cli-kit';
import { createClientMetrics, createHttpClient } from '@waybill/http-kit';
import type { DrainResult, Logger, ServerInit, ServerTls } from '@waybill/http-kit';
import { addPageRoutes } from '../routes/page-routes.ts';
import { VERSION } from '../version.ts';
import { createAdminToken, writeAdminFile } from './admin-file.ts';
import { runBackground } from './background.ts';
import { createServices } from './create-services.ts';
import { createShamanServer } from './create-shaman-server.ts';
import { openAuthenticator, tokenRoutesOf } from './open-authenticator.ts';
import { openStorage } from './open-storage.ts';
import type { Storage } from './open-storage.ts';
import { openUploads } from './open-uploads.ts';
import { ownStorage } from './own-storage.ts';
import type { ProgramContext } from './program-context.ts';
import type { ServerConfig } from './server-config.ts';
import type { Services } from './services.ts';
import { asListenError } from './start-errors.ts';

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly services: Services;
  /** Stops accepting; uploads under way may finish within that time, then they are cut off. */
  drain(timeoutMs: number): Promise<DrainResult>;
}

/**
 * Opens the storage, which it owns from then on, and serves it until it is disposed.
 * @throws DirectoryLockedError where another server owns the storage; ListenFailedError; UsageInvalidError; what `openStorage` throws.
 */
export async function startServer(config: ServerConfig, context: ProgramContext): Promise<RunningServer> {
  const { logger, registry } = context;
  await using cleanup = new AsyncDisposableStack();
  cleanup.use(await ownStorage(config));
  const rates = { gcMaxAgeMs: config.gcMaxAge, scrubBytesPerSecond: config.scrubBytesPerSecond };
  const storage = cleanup.use(await openStorage({ config, logger, ...rates }));
  const uploads = await openUploads(storage, logger);
  cleanup.defer(() => uploads.close());
  const client = createHttpClient({
    userAgent: `waybill-shaman-server/${VERSION}`,
    metrics: createClientMetrics(registry),
  });
  cleanup.defer(() => client.close());
  const token = createAdminToken();
  const auth = openAuthenticator({ config, client, logger, ownTokens: [token] });
  const { gcMaxAge: gcMaxAgeMs } = config;
  const services = createServices({ version: VERSION, storage, uploads, auth, limits: config, registry, gcMaxAgeMs });
  const http = { ...httpOf(config, storage), logger, registry };
  const server = await createShamanServer({
    ...http,
    services,
    tokens: tokenRoutesOf(config),
    addRoutes: addPageRoutes,
  });
  cleanup.defer(async () => {
    await server.drain(0);
  });
  const { url } = await server.listen().catch((error: unknown) => {
    throw asListenError(error, config);
  });
  await warnWithoutRoom(services, logger);
  cleanup.use(await writeAdminFile(storage.paths.state, { url, token, certificate: http.tls?.cert.toString() }));
  cleanup.use(storage.follow());
  cleanup.use(background({ config, services, client, context }));
  const stack = cleanup.move();
  return {
    ...{ url, services, drain: (timeoutMs: number) => server.drain(timeoutMs) },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function background(init: Parameters<typeof runBackground>[0]): AsyncDisposable {
  const controller = new AbortController();
  const running = runBackground(init, controller.signal);
  return {
    async [Symbol.asyncDispose]() {
      controller.abort();
      await running;
    },
  };
}

type HttpInit = Pick<ServerInit, 'version' | 'host' | 'port' | 'tls' | 'trustProxy' | 'checks'>;

function httpOf(config: ServerConfig, { paths, database }: Storage): HttpInit {
  const checks: NonNullable<ServerInit['checks']> = {
    storage: async () => {
      await Promise.all([access(paths.fileStore), access(paths.checkouts)]);
    },
    ...(database !== undefined && {
      database: async () => {
        await database.query('select 1');
      },
    }),
  };
  const trustProxy = config.trustProxy.length === 0 ? false : [...config.trustProxy];
  return { version: VERSION, host: config.host, port: config.port, tls: tlsOf(config), trustProxy, checks };
}

/** Whoever has just set up a server learns here, not from the first artist, that it will take nothing. */
async function warnWithoutRoom({ space }: Services, logger: Logger): Promise<void> {
  try {
    using _nothing = await space.reserve(0);
  } catch (error) {
    logger.warn({ err: error }, 'There is no room: uploads are refused');
  }
}

function tlsOf({ tlsCert, tlsKey }: ServerConfig): ServerTls | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  try {
    const tls = { cert: readFileSync(tlsCert), key: readFileSync(tlsKey) };
    createSecureContext(tls);
    return tls;
  } catch (error) {
    throw new UsageInvalidError(
      `--tls-cert ${tlsCert} and --tls-key ${tlsKey} cannot be used: ${(error as Error).message}`,
    );
  }
}

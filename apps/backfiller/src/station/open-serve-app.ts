import { access } from 'node:fs/promises';
import type { ConfigOf } from '@waybill/cli-kit';
import { UsageInvalidError } from '@waybill/cli-kit';
import type { ServerTls } from '@waybill/http-kit';
import type { Archive } from '../archive/archive.ts';
import type { FileArchiveInit } from '../archive/file-archive.ts';
import type { CoverageCache } from '../coverage/coverage-cache.ts';
import type { SERVE_OPTIONS } from '../config/serve-options.ts';
import type { ServeApp } from '../serve/create-serve-app.ts';
import type { ArchiveConfig, ProgramContext } from './program-context.ts';
import { readPem } from './read-pem.ts';
import { VERSION } from './version.ts';

export type ServeConfig = ConfigOf<typeof SERVE_OPTIONS>;

/** Half of a key pair is a mistake. Throws UsageInvalidError. */
export function checkServeConfig({ tlsCert, tlsKey, tlsClientCa }: ServeConfig): void {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new UsageInvalidError('--tls-cert and --tls-key belong together');
  if (tlsClientCa !== undefined && tlsCert === undefined)
    throw new UsageInvalidError('--tls-client-ca needs --tls-cert and --tls-key');
}

function serverTls({ tlsCert, tlsKey, tlsClientCa }: ServeConfig): ServerTls | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const pair = { cert: readPem('--tls-cert', tlsCert), key: readPem('--tls-key', tlsKey) };
  if (tlsClientCa === undefined) return pair;
  return { ...pair, ca: readPem('--tls-client-ca', tlsClientCa), requireClientCert: true };
}

/** The archive of a program that serves it. */
export function archiveInit(
  { baseDir, durability, watch, watchHours }: ArchiveConfig & ServeConfig,
  { logger }: ProgramContext,
): FileArchiveInit {
  return {
    baseDirectory: baseDir,
    durability,
    watch: watch && { newestHours: watchHours },
    onError: (error) => logger.warn({ err: error }, 'Work on the archive in the background failed'),
    onSwept: (removed) => {
      if (removed.length > 0) logger.info({ removed: removed.length }, 'Temp files of an earlier process removed');
    },
  };
}

/** The server, not yet listening. Loaded only here: commands that serve nothing start without it. */
export async function openServeApp({
  archive,
  config,
  context,
  coverage,
}: {
  archive: Archive;
  config: ServeConfig;
  context: ProgramContext;
  /** Default: one of its own, which forgets all at its end. */
  coverage?: CoverageCache;
}): Promise<ServeApp> {
  const { createServeApp } = await import('../serve/create-serve-app.ts');
  const { host, port, tokens, ffmpeg, cutConcurrency } = config;
  return createServeApp({
    archive,
    coverage,
    version: VERSION,
    ...context,
    host,
    port,
    tls: serverTls(config),
    cuts: { ffmpeg, concurrency: cutConcurrency },
    ...(tokens.length === 0 ? {} : { tokens }),
    checks: { archive: () => access(archive.baseDirectory) },
  });
}

/** Says where it can be reached: `0.0.0.0` is no address that one can open. */
export function servingText(baseDirectory: string, url: string): string {
  const reachable = url.replace(/\/\/(0\.0\.0\.0|\[::\])(?=[:/]|$)/, '//127.0.0.1');
  return `Serving ${baseDirectory} on ${reachable}${reachable === url ? '' : ', and on every address of this machine'}\n`;
}

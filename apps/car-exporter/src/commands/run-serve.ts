import { once } from 'node:events';
import { resolve } from 'node:path';
import { type ConfigOf, EXIT, type Output, UsageInvalidError } from '@waybill/cli-kit';
import { createLogger, createMetrics } from '@waybill/http-kit';
import type { SERVE_OPTIONS } from '../config/serve-options.ts';
import type { NODE_OPTIONS, STORE_OPTIONS } from '../config/store-options.ts';
import { startExportServer } from '../serve/start-export-server.ts';
import { openSource } from '../store/open-source.ts';
import { VERSION } from '../version.ts';

type Config = ConfigOf<typeof STORE_OPTIONS & typeof NODE_OPTIONS & typeof SERVE_OPTIONS>;

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** Serves until a signal. Resolves to the exit code. */
export async function runServe(signal: AbortSignal, config: Config, output: Output): Promise<number> {
  const { host, port, adminTokens, minFreeBytes, verify } = config;
  if (adminTokens.length === 0 && !LOOPBACK.test(host))
    throw new UsageInvalidError(`--host ${host} opens the server to others: set --admin-tokens`);
  const registry = createMetrics('car-exporter', { version: VERSION });
  const logger = createLogger({ name: 'car-exporter', ...logOptions(config, output), registry });
  await using source = await openSource(config, output, signal);
  await using server = await startExportServer({
    ...{ source, host, port, minFreeBytes, verify, logger, registry },
    outputDir: resolve(config.outputDir),
    tokens: adminTokens.length === 0 ? undefined : adminTokens,
  });
  const { url } = server;
  const rpc = `${url}/rpc/v1`;
  output.result({ url, rpc }, () => `Answering on ${rpc}\n`);
  if (!signal.aborted) await once(signal, 'abort');
  const { cutOff } = await server.drain(config.drain);
  logger.info({ cutOff }, 'Gracefully stopped');
  return EXIT.ok;
}

function logOptions({ logLevel, logFormat }: Config, { verbose, quiet }: Output) {
  const format = logFormat === 'auto' ? (process.stderr.isTTY ? 'text' : 'json') : logFormat;
  const level = verbose ? 'debug' : quiet && logLevel === 'info' ? 'warn' : logLevel;
  return { format, level } as const;
}

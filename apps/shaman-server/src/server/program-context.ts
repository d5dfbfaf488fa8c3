import { createLogger, createMetrics } from '@waybill/http-kit';
import type { Logger } from '@waybill/http-kit';
import type { Registry } from 'prom-client';
import type { StoreConfig } from '../config/check-serve-config.ts';
import { VERSION } from '../version.ts';

export interface ProgramContext {
  readonly logger: Logger;
  readonly registry: Registry;
}

/** What every command shares: one log and one registry of metrics. */
export function createContext(
  { logLevel, logFormat }: Pick<StoreConfig, 'logLevel' | 'logFormat'>,
  { verbose, quiet }: { verbose: boolean; quiet: boolean },
): ProgramContext {
  const registry = createMetrics('shaman-server', { version: VERSION });
  const format = logFormat === 'auto' ? (process.stderr.isTTY ? 'text' : 'json') : logFormat;
  const level = verbose ? 'debug' : quiet && logLevel === 'info' ? 'warn' : logLevel;
  return { registry, logger: createLogger({ name: 'shaman-server', level, format, registry }) };
}

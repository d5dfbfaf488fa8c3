import type { ConfigOf } from '@waybill/cli-kit';
import { createLogger, createMetrics } from '@waybill/http-kit';
import type { Logger } from '@waybill/http-kit';
import type { Registry } from 'prom-client';
import type { ARCHIVE_OPTIONS } from '../config/common-options.ts';
import { VERSION } from './version.ts';

export type ArchiveConfig = ConfigOf<typeof ARCHIVE_OPTIONS>;

export interface ProgramContext {
  readonly logger: Logger;
  readonly registry: Registry;
}

/** What every command shares: one log and one registry of metrics. */
export function createContext(
  { logLevel, logFormat }: ArchiveConfig,
  { verbose, quiet }: { verbose: boolean; quiet: boolean },
): ProgramContext {
  const registry = createMetrics('backfiller', { version: VERSION });
  const onTerminal = process.stderr.isTTY;
  const format = logFormat === 'auto' ? (onTerminal ? 'text' : 'json') : logFormat;
  const level = verbose ? 'debug' : quiet && logLevel === 'info' ? 'warn' : logLevel;
  return { registry, logger: createLogger({ name: 'backfiller', level, format, registry }) };
}

import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import { destination, pino, stdTimeFunctions } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { LabelLimit } from './label-limit.ts';
import { formatLogText } from './log-text.ts';
import { sharedMetric } from './metrics.ts';
import { redactSecrets } from './redact.ts';
import { serializeError } from './serialize-error.ts';

export type { Logger } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LoggerInit {
  /** The program. Children with `{ module: 'archive' }` show the module in its place. */
  name: string;
  /** Default `info`. */
  level?: LogLevel | undefined;
  /** `json`: one object per line, for services. `text`: for people. Default `json`. */
  format?: 'json' | 'text' | undefined;
  /** Default: stderr, so that stdout stays free for results. */
  stream?: DestinationStream | undefined;
  /** Gets `log_count_total{level,module}`. Default: not counted. */
  registry?: Registry | undefined;
}

/** A pino logger that never writes the user and password of URLs nor tokens, and counts its lines by level and module. */
export function createLogger({ name, level = 'info', format = 'json', stream, registry }: LoggerInit): Logger {
  const count = registry === undefined ? undefined : lineCounter(registry, name);
  return pino(
    {
      name,
      level,
      base: { name },
      timestamp: format === 'json' ? stdTimeFunctions.isoTime : stdTimeFunctions.epochTime,
      formatters: format === 'json' ? { level: (label) => ({ level: label }) } : {},
      serializers: { err: serializeError },
      hooks: {
        streamWrite: format === 'json' ? redactSecrets : formatLogText,
        logMethod(args, method, numericLevel) {
          count?.(numericLevel, this);
          method.apply(this, args);
        },
      },
    },
    stream ?? destination({ dest: 2, sync: true }),
  );
}

const PYTHON_LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARNING',
  50: 'ERROR',
  60: 'CRITICAL',
};

/** Level names are those of wubloader's `log_count_total`, so that its dashboard works (segments specification 1.4). */
function lineCounter(registry: Registry, name: string): (level: number, logger: Logger) => void {
  const known = new WeakMap<Logger, string>();
  const limit = new LabelLimit();
  const counter = sharedMetric(registry, 'log_count_total', () => {
    const help = 'Lines logged.';
    return new Counter({ name: 'log_count_total', help, labelNames: ['level', 'module'], registers: [registry] });
  });
  return (level, logger) => {
    // Bindings are parsed at a logger's first line: most children, one per request, never log.
    const module = known.get(logger) ?? limit.bound(moduleOf(logger) ?? name);
    known.set(logger, module);
    counter.inc({ level: PYTHON_LEVELS[level] ?? String(level), module });
  };
}

function moduleOf(logger: Logger): string | undefined {
  const { module } = logger.bindings() as { module?: unknown };
  return typeof module === 'string' ? module : undefined;
}

import type { AbortOptions } from '@waybill/common';
import type { HttpClient } from '@waybill/http-kit';
import { keepDownloadedKey } from '../auth/downloaded-key.ts';
import { CollectionRunningError } from '../gc/gc-errors.ts';
import type { ProgramContext } from './program-context.ts';
import type { ServerConfig } from './server-config.ts';
import type { Services } from './services.ts';
import { runUpkeep } from './upkeep.ts';
import type { UpkeepTask } from './upkeep.ts';

/** As in the originals: right after a start, clients that were cut off come back (spec section 1.2). */
const FIRST_GC_MS = 30_000;
const FIRST_SCRUB_MS = 3_600_000;
const COUNT_INTERVAL_MS = 6 * 3_600_000;

export interface BackgroundInit {
  config: ServerConfig;
  services: Services;
  client: HttpClient;
  context: ProgramContext;
}

/** What a server does by itself, until the signal aborts. Resolves when all of it has ended. */
export async function runBackground(init: BackgroundInit, signal: AbortSignal): Promise<void> {
  const { logger } = init.context;
  const tasks = (await tasksOf(init)).map((task) => runUpkeep(task, logger, signal));
  await Promise.all([...tasks, keepKey(init, signal)]);
}

async function tasksOf({ config, services, context }: BackgroundInit): Promise<UpkeepTask[]> {
  const { usage } = services;
  // Until the count is known, a quota cannot be kept to: then it is not to take longer than it has to.
  const gently = config.maxStoreBytes === 0;
  const tasks: UpkeepTask[] = [
    {
      name: 'Counting the store',
      firstAfterMs: 0,
      intervalMs: COUNT_INTERVAL_MS,
      run: (options) => usage.count({ ...options, gently }),
    },
  ];
  const collect = (options: AbortOptions): Promise<void> => collectGarbage(services, context, options);
  if (config.gc)
    tasks.push({ name: 'Garbage collection', firstAfterMs: FIRST_GC_MS, intervalMs: config.gcInterval, run: collect });
  const scrub = (options: AbortOptions): Promise<void> => scrubStore(services, context, options);
  if (config.scrub) {
    const { scrubInterval: intervalMs } = config;
    // Counted from the end of the last one, whatever restarts there were since.
    const dueInMs = await services.scrubber.dueInMs(intervalMs).catch((error: unknown) => {
      context.logger.warn({ err: error }, 'How far the last scrub came is not known');
      return 0;
    });
    const firstAfterMs = Math.max(FIRST_SCRUB_MS, dueInMs);
    tasks.push({ name: 'Scrub', firstAfterMs, intervalMs, run: scrub });
  }
  return tasks;
}

async function collectGarbage(
  { collector, usage }: Services,
  { logger }: ProgramContext,
  options: AbortOptions,
): Promise<void> {
  const report = await collector.collect(options).catch((error: unknown) => {
    if (error instanceof CollectionRunningError) return undefined;
    throw error;
  });
  if (report === undefined) {
    logger.info('No garbage collected: another one is at it');
    return;
  }
  const { problems, failures, deleted, examined, swept } = report;
  for (const { source, error } of problems)
    logger.error({ err: error, source }, 'Nothing was deleted: what refers to files could not be read');
  const failed = failures.length;
  logger[failed > 0 ? 'warn' : 'info']({ deleted, examined, failed, swept }, 'Garbage collected');
  await usage.count(options);
}

async function scrubStore({ scrubber }: Services, { logger }: ProgramContext, options: AbortOptions): Promise<void> {
  const { checkedBlobs, checkedBytes, findings } = await scrubber.scrub({ ...options, resume: true });
  logger[findings.length > 0 ? 'error' : 'info']({ checkedBlobs, checkedBytes, findings: findings.length }, 'Scrubbed');
}

async function keepKey({ config, client, context }: BackgroundInit, signal: AbortSignal): Promise<void> {
  const { jwtKeyUrl: url, jwtKeys: directory } = config;
  if (url === undefined || directory === undefined) return;
  const onError = (error: unknown): void => context.logger.warn({ err: error }, 'The public key cannot be downloaded');
  await keepDownloadedKey({ url, directory, client, signal, onError });
}

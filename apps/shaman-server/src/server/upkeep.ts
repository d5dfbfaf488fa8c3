import { abortableSleep, jitter } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { Logger } from '@waybill/http-kit';

export interface UpkeepTask {
  readonly name: string;
  /** Milliseconds before the first run. */
  readonly firstAfterMs: number;
  readonly intervalMs: number;
  run(options: AbortOptions): Promise<unknown>;
}

/** Runs something again and again until the signal aborts, and resolves then. A run that fails is logged; the next one comes. */
export async function runUpkeep(task: UpkeepTask, logger: Logger, signal: AbortSignal): Promise<void> {
  let pauseMs = task.firstAfterMs;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      await abortableSleep(pauseMs, { signal });
      pauseMs = jitter(task.intervalMs, 0.05);
      await task.run({ signal });
    } catch (error) {
      if (!isOver()) logger.error({ err: error }, `${task.name} failed`);
    }
  }
}

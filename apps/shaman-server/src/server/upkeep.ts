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

/** What fails is tried again after so long, or at its interval where that is shorter. */
const RETRY_MS = 600_000;

/** Runs something again and again until the signal aborts, and resolves then. A run that fails is logged, and tried again soon. */
export async function runUpkeep(task: UpkeepTask, logger: Logger, signal: AbortSignal): Promise<void> {
  const { firstAfterMs, intervalMs } = task;
  let pauseMs = firstAfterMs;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      await abortableSleep(pauseMs, { signal });
      await task.run({ signal });
      pauseMs = jitter(intervalMs, 0.05);
    } catch (error) {
      pauseMs = jitter(Math.min(intervalMs, RETRY_MS), 0.05);
      if (!isOver()) logger.error({ err: error }, `${task.name} failed`);
    }
  }
}

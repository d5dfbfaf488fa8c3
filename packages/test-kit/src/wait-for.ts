import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitForOptions {
  /** Default 25,000: a loaded machine takes its time, and a test ends after 30. */
  timeoutMs?: number;
  /** Pause between two looks, default 10. */
  intervalMs?: number;
  /** Says in the error what did not come. */
  what?: string;
}

type Falsy = false | 0 | '' | null | undefined;

/** Looks until `condition` gives something truthy, and resolves with that; throws when the time is over. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 25_000, intervalMs = 10, what = 'the condition' }: WaitForOptions = {},
): Promise<Exclude<T, Falsy>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<T, Falsy>;
    if (performance.now() >= deadline) throw new Error(`${what} did not come true within ${timeoutMs} ms`);
    await sleep(intervalMs);
  }
}

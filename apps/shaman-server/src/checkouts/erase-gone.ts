import type { CheckoutStore, EraseGoneOptions } from './checkout-store.ts';

const DAY_MS = 86_400_000;

/** See {@link CheckoutStore.eraseGone}. */
export async function eraseGone(
  checkouts: Pick<CheckoutStore, 'list' | 'erase'>,
  live: ReadonlySet<string>,
  options: EraseGoneOptions = {},
): Promise<string[]> {
  const { minAgeMs = DAY_MS, dryRun = false } = options;
  const erased: string[] = [];
  for await (const { path, name, createdAtMs } of checkouts.list(options)) {
    if (live.has(path) || live.has(name) || Date.now() - createdAtMs < minAgeMs) continue;
    if (dryRun || (await checkouts.erase(path, options))) erased.push(path);
  }
  return erased;
}

import { MAX_PATH_BYTES } from '@waybill/shaman-protocol';
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
  // What an original made further below is listed as one with what is beside it, where nothing says where it begins.
  const aboveLive = new Set([...live].flatMap(foldersAbove));
  for await (const { path, name, createdAtMs } of checkouts.list(options)) {
    if (live.has(path) || live.has(name) || aboveLive.has(path) || Date.now() - createdAtMs < minAgeMs) continue;
    if (dryRun || (await checkouts.erase(path, options))) erased.push(path);
  }
  return erased;
}

/** Of any text: what a caller says is no path yet. */
function foldersAbove(path: string): string[] {
  if (path.length > MAX_PATH_BYTES) return [];
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));
}

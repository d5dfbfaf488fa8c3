import { openLmdbBlockStore } from '@waybill/block-store-lmdb';
import { type ConfigOf, formatBytes, formatCount, formatTable, type Output } from '@waybill/cli-kit';
import { importCars } from '../import/import-cars.ts';
import type { IMPORT_OPTIONS } from './import.ts';

/** Resolves to the exit code. */
export async function runImport(
  signal: AbortSignal,
  { from, to, setHead }: ConfigOf<typeof IMPORT_OPTIONS>,
  output: Output,
): Promise<number> {
  const store = await openLmdbBlockStore({ path: to }, { signal });
  const progress = output.progress({ label: 'imported' });
  try {
    const onBlocks = (count: number): void => progress.set(count);
    const summary = await importCars({ paths: from, store, setHead, onBlocks }, { signal });
    progress.end();
    const { stored, existing, storedBytes } = summary;
    const row = { new: formatCount(stored), bytes: formatBytes(storedBytes), 'there before': formatCount(existing) };
    output.result(summary, () =>
      [formatTable([row]).trimEnd(), ...summary.head.map((cid) => `head ${cid}`)].join('\n'),
    );
    return 0;
  } finally {
    progress.end();
    await store.close();
  }
}

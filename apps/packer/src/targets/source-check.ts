import { stat } from 'node:fs/promises';
import { type AbortOptions, isErrnoException } from '@waybill/common';
import { runParallel } from '../execute/run-parallel.ts';
import type { PackEntry } from './pack-target.ts';
import { PackTargetInvalidError } from './target-errors.ts';

/** What keeps the threads busy that do it. */
const STATS_AT_A_TIME = 16;

export interface SourceCheckOptions extends AbortOptions {
  readonly name: string;
  /** Where an entry will be written. */
  readonly pathOf: (place: string) => string | Buffer;
}

/**
 * A pack onto the project itself would replace originals by rewritten files, or cut them off while they are read: whatever
 * name they have there, by links or in other letters.
 * @throws PackTargetInvalidError
 */
export async function assertNoSourceThere(
  entries: readonly PackEntry[],
  { name, pathOf, signal }: SourceCheckOptions,
): Promise<void> {
  const sources = new Set<string>();
  const options = { concurrency: STATS_AT_A_TIME, signal };
  await runParallel(entries, options, async ({ source }) => {
    const identity = source === undefined ? undefined : await inodeOf(source);
    if (identity !== undefined) sources.add(identity);
  });
  await runParallel(entries, options, async ({ place }) => {
    const identity = await inodeOf(pathOf(place));
    if (identity !== undefined && sources.has(identity))
      throw new PackTargetInvalidError(name, `${place} there is a file of the project itself`);
  });
}

async function inodeOf(path: string | Buffer): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (isErrnoException(error, 'ENOENT') || isErrnoException(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

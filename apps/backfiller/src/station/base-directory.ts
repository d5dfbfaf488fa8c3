import { stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageInvalidError } from '@waybill/cli-kit';
import { ensureDirectory } from '@waybill/common';

async function kindOf(directory: string): Promise<'directory' | 'absent' | 'other'> {
  try {
    return (await stat(directory)).isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'absent';
    throw error;
  }
}

/**
 * For programs that only read: where `--base-dir` is mistyped, an empty archive would be served, and nothing found wrong
 * with it. Throws UsageInvalidError.
 */
export async function requireBaseDirectory(baseDir: string): Promise<void> {
  const kind = await kindOf(baseDir);
  if (kind === 'absent') throw new UsageInvalidError(`--base-dir: there is no directory ${path.resolve(baseDir)}`);
  if (kind === 'other') throw new UsageInvalidError(`--base-dir: ${path.resolve(baseDir)} is no directory`);
}

/** For programs that fill the archive: a new node starts with none. Throws UsageInvalidError where a file is in the way. */
export async function ensureBaseDirectory(baseDir: string): Promise<void> {
  if ((await kindOf(baseDir)) === 'absent') await ensureDirectory(baseDir);
  await requireBaseDirectory(baseDir);
}

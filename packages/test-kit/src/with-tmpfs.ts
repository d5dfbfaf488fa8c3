import { runProgram } from './run-program.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/**
 * Mounts a file system in memory that holds `sizeBytes` (whole pages of 4,096) and no more, runs `work` in it, unmounts.
 * @returns The value of `work`, wrapped; `undefined` when mounting is not permitted here: the test then skips, visibly.
 */
export async function withTmpfs<T>(
  sizeBytes: number,
  work: (path: string) => T | Promise<T>,
): Promise<{ value: T } | undefined> {
  await using directory = await temporaryDirectory();
  const mounted = await runProgram('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${sizeBytes},mode=0777`,
    'tmpfs',
    directory.path,
  ]);
  if (mounted?.code !== 0) return undefined;
  try {
    return { value: await work(directory.path) };
  } finally {
    const unmounted = await runProgram('umount', [directory.path]);
    // What still holds a file open in there keeps it until it ends; the name at least goes away.
    if (unmounted?.code !== 0) await runProgram('umount', ['-l', directory.path]);
  }
}

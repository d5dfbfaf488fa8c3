import { abortableSleep } from './abortable-sleep.ts';
import { isErrnoException } from './is-errno-exception.ts';

type Awaitable<T> = T | Promise<T>;

/** What Windows says while somebody has the file open. */
const IN_USE = ['EPERM', 'EACCES', 'EBUSY'];

/** 0.8 s together: longer than it takes to look at a file, shorter than anybody waits for an error. */
const PAUSES_MS = [10, 20, 50, 100, 200, 400];

/**
 * Renames, on Windows more than once: virus scanners and indexers open a file that was just written, and until they have closed it
 * (or whoever reads the file that is replaced) it has to stay where it is. Elsewhere a file may be renamed whoever reads it.
 * @throws What the last attempt threw.
 */
export async function renamePatiently(
  rename: (from: string, to: string) => Awaitable<void>,
  [from, to]: readonly [from: string, to: string],
  platform: NodeJS.Platform = process.platform,
): Promise<void> {
  for (const pauseMs of pausesOf(platform)) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (!isInUse(error)) throw error;
      await abortableSleep(pauseMs);
    }
  }
  await rename(from, to);
}

/** The same for a thread that does nothing else. */
export function renamePatientlySync(
  rename: (from: string, to: string) => void,
  [from, to]: readonly [from: string, to: string],
  platform: NodeJS.Platform = process.platform,
): void {
  for (const pauseMs of pausesOf(platform)) {
    try {
      rename(from, to);
      return;
    } catch (error) {
      if (!isInUse(error)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
  rename(from, to);
}

function pausesOf(platform: NodeJS.Platform): readonly number[] {
  return platform === 'win32' ? PAUSES_MS : [];
}

function isInUse(error: unknown): boolean {
  return IN_USE.some((code) => isErrnoException(error, code));
}

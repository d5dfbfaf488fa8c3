import { execFile } from 'node:child_process';

/** A file system with much to write may take its time; one that takes this long is not waited for. */
const TIMEOUT_MS = 60_000;

/**
 * Syncs the file system that a path is on (syncfs), by the `sync` command of coreutils: Node has no call for it.
 * @returns False where there is no such command, where it knows no `-f`, or where it failed: then nothing is known.
 */
export function syncFileSystem(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('sync', ['-f', path], { timeout: TIMEOUT_MS }, (error) => resolve(error === null));
  });
}

import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { readDirectoryState } from './directory-state.ts';

export interface DirectoryWatchInit {
  directory: string;
  /** A name appeared or vanished (created, deleted, renamed in or out). Undefined where the system does not say which. */
  onName: (name: string | undefined) => void;
  /** The watch ended by itself: the limit of watches is reached, the directory is gone, the file system has none. */
  onFailed: (error: unknown) => void;
}

/** One watch on one directory, not on what is below it. Keeps no process alive. */
export class DirectoryWatch {
  #watcher: FSWatcher | undefined;
  readonly #init: DirectoryWatchInit;
  readonly #ino: bigint | undefined;

  /** Never throws: what fails is told to `onFailed`. */
  constructor(init: DirectoryWatchInit) {
    this.#init = init;
    this.#ino = readDirectoryState(init.directory)?.ino;
    try {
      const watcher = watch(init.directory, { persistent: false });
      this.#watcher = watcher;
      watcher.on('change', (type, name) => {
        if (type === 'rename') init.onName((name as string | Buffer | null)?.toString());
      });
      watcher.on('error', (error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  get active(): boolean {
    return this.#watcher !== undefined;
  }

  /** False too where another directory stands under the name now: the system watches the old one, without a word. */
  isCurrent(): boolean {
    return this.active && readDirectoryState(this.#init.directory)?.ino === this.#ino;
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #fail(error: unknown): void {
    this.close();
    this.#init.onFailed(error);
  }
}

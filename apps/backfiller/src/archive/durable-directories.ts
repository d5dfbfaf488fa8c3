import path from 'node:path';
import { ensureDirectory } from '@waybill/common';
import type { AbortOptions, DirectorySyncer, Durability } from '@waybill/common';

export interface DurableDirectoriesInit {
  base: string;
  durability: Durability;
  syncer: DirectorySyncer;
}

/** Remembered directories: some weeks of hours. One that was forgotten is synced once more. */
const MAX_REMEMBERED = 4096;

/**
 * Makes sure, once per process, that a directory and its way down from the base are on disk, also where another process
 * created them, or we did before a crash: a file is acknowledged only if the directory that names it survives too.
 */
export class DurableDirectories {
  readonly #base: string;
  readonly #durability: Durability;
  readonly #syncer: DirectorySyncer;
  readonly #ensured = new Map<string, Promise<void>>();

  constructor({ base, durability, syncer }: DurableDirectoriesInit) {
    this.#base = base;
    this.#durability = durability;
    this.#syncer = syncer;
  }

  async ensure(directory: string, { signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    const ensured = this.#ensured.get(directory) ?? this.#begin(directory);
    await ensured;
    signal?.throwIfAborted();
  }

  /** Call when the directory was removed. */
  forget(directory: string): void {
    this.#ensured.delete(directory);
  }

  #begin(directory: string): Promise<void> {
    const ensured = this.#create(directory);
    this.#ensured.set(directory, ensured);
    ensured.catch(() => {
      this.#ensured.delete(directory);
    });
    const [oldest] = this.#ensured.keys();
    if (this.#ensured.size > MAX_REMEMBERED && oldest !== undefined) this.#ensured.delete(oldest);
    return ensured;
  }

  async #create(directory: string): Promise<void> {
    await ensureDirectory(directory, { durability: this.#durability, directorySyncer: this.#syncer });
    if (this.#durability !== 'full') return;
    const above: string[] = [];
    for (let parent = path.dirname(directory); parent.startsWith(this.#base); parent = path.dirname(parent))
      above.push(parent);
    await Promise.all(above.map(async (parent) => this.#syncer.request(parent)));
  }
}

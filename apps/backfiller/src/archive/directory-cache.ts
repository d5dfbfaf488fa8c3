import path from 'node:path';
import type { DirectoryState } from './directory-state.ts';
import { isSettled, readDirectoryState, sameState } from './directory-state.ts';

export interface DirectoryCacheInit<Kept, Read extends Kept> {
  /** Reads a directory. What it throws is passed on and never kept. */
  read: (directory: string) => Promise<Read>;
  /** What is remembered of a read, where that is less. Default: all of it. */
  keep?: ((value: Read) => Kept) | undefined;
  /** Stands for a directory that is not there. */
  absent: Read;
  /** Milliseconds since the epoch. Default Date.now. */
  now?: (() => number) | undefined;
}

interface Entry<Kept> {
  readonly state: DirectoryState;
  readonly value: Kept;
}

interface RunningRead<Read> {
  readonly state: DirectoryState;
  /** Whether the state was settled when the read began: only then does an equal state mean equal content. */
  readonly settled: boolean;
  readonly result: Promise<Read>;
  /** Asked for after this read began, for a content that it may not have seen; begins when this one ends. */
  next: Promise<Read> | undefined;
}

/**
 * Remembers what was read from directories for as long as their state stays the same. The state is taken before the
 * read, so that a change during it makes the entry stale rather than wrong, and an unsettled state is never
 * remembered. Concurrent callers share one read, but never one that began before a change that they may know of.
 * Holds one entry for each directory that exists: of those that are gone, whoever lists what they were in has to tell it.
 */
export class DirectoryCache<Kept, Read extends Kept = Kept> {
  readonly #read: (directory: string) => Promise<Read>;
  readonly #keep: (value: Read) => Kept;
  readonly #absent: Read;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry<Kept>>();
  readonly #running = new Map<string, RunningRead<Read>>();

  constructor({ read, keep = (value) => value, absent, now = Date.now }: DirectoryCacheInit<Kept, Read>) {
    this.#read = read;
    this.#keep = keep;
    this.#absent = absent;
    this.#now = now;
  }

  /** The value where it is known to be current, at the price of one stat; undefined where the directory must be read. */
  peek(directory: string): Kept | undefined {
    const state = readDirectoryState(directory);
    if (state === undefined) {
      this.#entries.delete(directory);
      return this.#absent;
    }
    const entry = this.#entries.get(directory);
    return entry !== undefined && sameState(entry.state, state) ? entry.value : undefined;
  }

  async get(directory: string): Promise<Kept> {
    return this.peek(directory) ?? this.#keep(await this.refresh(directory));
  }

  /** For whoever has peeked in vain. */
  async read(directory: string): Promise<Kept> {
    return this.#keep(await this.refresh(directory));
  }

  /** Reads the directory, whatever is remembered. */
  async refresh(directory: string): Promise<Read> {
    const running = this.#running.get(directory);
    if (running === undefined) return this.#start(directory);
    const state = readDirectoryState(directory);
    if (state !== undefined && running.settled && sameState(running.state, state)) return running.result;
    // Whatever runs when this read has ended began after this call.
    const again = (): Promise<Read> => this.#running.get(directory)?.result ?? this.#start(directory);
    running.next ??= running.result.then(again, again);
    return running.next;
  }

  /** Forgets what is known of all that is below `parent`, unless it is below, or is, one of the `names` in it. */
  keepBelow(parent: string, names: readonly string[]): void {
    const start = parent + path.sep;
    const kept = new Set(names);
    for (const directory of this.#entries.keys()) {
      const [name = ''] = directory.startsWith(start) ? directory.slice(start.length).split(path.sep, 1) : [];
      if (name !== '' && !kept.has(name)) this.#entries.delete(directory);
    }
  }

  async #start(directory: string): Promise<Read> {
    const state = readDirectoryState(directory);
    if (state === undefined) {
      this.#entries.delete(directory);
      return this.#absent;
    }
    const settled = isSettled(state, this.#now());
    // After a microtask, so that whatever `read` throws comes after the read is entered as running.
    const result = Promise.resolve().then(() => this.#readFresh(directory, state, settled));
    this.#running.set(directory, { state, settled, result, next: undefined });
    return result;
  }

  async #readFresh(directory: string, state: DirectoryState, settled: boolean): Promise<Read> {
    try {
      const value = await this.#read(directory);
      if (settled) this.#entries.set(directory, { state, value: this.#keep(value) });
      else this.#entries.delete(directory);
      return value;
    } finally {
      this.#running.delete(directory);
    }
  }
}

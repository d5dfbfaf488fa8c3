import { availableParallelism } from 'node:os';
import { HashThread } from './hash-thread.ts';
import { InlineHasher, type StreamHasher } from './stream-hasher.ts';
import { ThreadedHasher } from './threaded-hasher.ts';

/** Below, starting a thread and speaking with it costs more than it spares. */
const LARGE_BYTES = 16 * 1024 * 1024;

/** Each hashes more than 10 Gbit/s, and takes some 10 MB. */
const MOST_THREADS = 4;

/** Threads that nobody has used for so long end. */
const IDLE_MS = 30_000;

/** Threads that hash large contents beside the reading of the network; started when there is need of them. */
export class HashThreads {
  readonly #most: number;
  #threads: HashThread[] = [];
  #clock: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param most Threads; default: one less than there are processors, at most 4. With none, everything is hashed where it is called. */
  constructor(most = Math.min(MOST_THREADS, availableParallelism() - 1)) {
    this.#most = most;
  }

  /** A hasher for a content of so many bytes; it MUST be released. */
  hasher(sizeBytes: number): StreamHasher {
    const thread = sizeBytes < LARGE_BYTES || this.#closed ? undefined : this.#choose();
    if (thread === undefined) return new InlineHasher();
    clearTimeout(this.#clock);
    thread.load += 1;
    return new ThreadedHasher(thread, () => this.#released(thread));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#endAll();
  }

  #choose(): HashThread | undefined {
    this.#threads = this.#threads.filter(({ isBroken }) => !isBroken);
    const idlest = this.#threads.toSorted((a, b) => a.load - b.load)[0];
    if (idlest?.load === 0 || this.#threads.length >= this.#most) return idlest;
    const thread = new HashThread();
    this.#threads.push(thread);
    return thread;
  }

  #released(thread: HashThread): void {
    thread.load -= 1;
    if (this.#closed || this.#threads.some(({ load }) => load > 0)) return;
    this.#clock = setTimeout(() => void this.#endAll(), IDLE_MS).unref();
  }

  async #endAll(): Promise<void> {
    clearTimeout(this.#clock);
    await Promise.all(this.#threads.splice(0).map((thread) => thread.end()));
  }
}

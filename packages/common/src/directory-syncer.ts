import { syncDirectory } from './sync-directory.ts';

interface Round {
  readonly running: Promise<void>;
  next: Promise<void> | undefined;
}

/**
 * Shares syncs of a directory between those who ask at the same time (group commit): of a hundred files that are renamed
 * into one directory at once, each is acknowledged after one or two syncs of it, not after a hundred.
 */
export class DirectorySyncer {
  readonly #rounds = new Map<string, Round>();
  readonly #sync: (path: string) => Promise<void>;

  /** @param sync What syncs one directory; default {@link syncDirectory}. */
  constructor(sync: (path: string) => Promise<void> = syncDirectory) {
    this.#sync = sync;
  }

  /**
   * Resolves when a sync that STARTED after this call has ended; one that was already running may have missed the
   * caller's entry. Rejects as {@link syncDirectory} does, for everybody who shared that sync.
   */
  request(path: string): Promise<void> {
    const round = this.#rounds.get(path);
    if (round === undefined) return this.#start(path);
    round.next ??= this.#after(round.running, path);
    return round.next;
  }

  #start(path: string): Promise<void> {
    const running = this.#sync(path);
    const round: Round = { running, next: undefined };
    this.#rounds.set(path, round);
    const end = (): void => {
      if (round.next === undefined) this.#rounds.delete(path);
    };
    running.then(end, end);
    return running;
  }

  /** A failed sync says nothing about the next one: those who asked later get an answer of their own. */
  async #after(running: Promise<void>, path: string): Promise<void> {
    await running.catch(() => undefined);
    return this.#start(path);
  }
}

/** Shared by all writers of this process that are given no other. */
export const sharedDirectorySyncer = new DirectorySyncer();

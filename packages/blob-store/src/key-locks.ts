/** One at a time for each key, in the order in which they came; keys do not wait for each other. */
export class KeyLocks {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `work` when everybody before has ended, however that went. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const mine = before === undefined ? work() : before.then(work, work);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}

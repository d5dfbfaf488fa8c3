/** Counts what is under way, and lets others wait until it is few or none. */
export class Drain {
  #count = 0;
  readonly #waiting: { readonly below: number; readonly resolve: () => void }[] = [];

  get count(): number {
    return this.#count;
  }

  add(): void {
    this.#count += 1;
  }

  remove(): void {
    this.#count -= 1;
    for (let at = this.#waiting.length - 1; at >= 0; at -= 1) {
      const waiter = this.#waiting[at];
      if (waiter === undefined || this.#count >= waiter.below) continue;
      this.#waiting.splice(at, 1);
      waiter.resolve();
    }
  }

  /** Resolves when fewer than `limit` are under way. Everything counted must end some time, also when cancelled. */
  async below(limit: number): Promise<void> {
    if (this.#count < limit) return;
    await new Promise<void>((resolve) => this.#waiting.push({ below: limit, resolve }));
  }

  async empty(): Promise<void> {
    await this.below(1);
  }
}

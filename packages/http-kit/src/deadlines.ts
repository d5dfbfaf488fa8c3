/** Something under way that may take too long. */
export interface Deadlined {
  /** When it is too late, by performance.now(). May move on meanwhile, not back. */
  deadlineMs(): number;
  /** Called once, when it is too late. */
  expire(): void;
}

/**
 * Watches many things with one timer. A timer for each request costs more than the request's share of everything else
 * here: nearly all of them are over long before they are late, so that the one timer hardly ever has to be set.
 */
export class Deadlines {
  readonly #watched = new Set<Deadlined>();
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Infinity;

  add(item: Deadlined): void {
    this.#watched.add(item);
    this.#wakeAt(item.deadlineMs());
  }

  /** Does nothing where it is not watched. */
  remove(item: Deadlined): void {
    this.#watched.delete(item);
  }

  /** Ends with nothing watched and no timer. */
  clear(): void {
    this.#watched.clear();
    this.#stop();
  }

  #wakeAt(dueMs: number): void {
    if (dueMs >= this.#dueMs) return;
    this.#stop();
    this.#dueMs = dueMs;
    // Rounded up: a timer that fires a fraction too early would have to be set again. No reason to keep a process alive.
    this.#timer = setTimeout(() => this.#check(), Math.max(1, Math.ceil(dueMs - performance.now()))).unref();
  }

  #check(): void {
    this.#stop();
    const nowMs = performance.now();
    let nextMs = Infinity;
    for (const item of [...this.#watched]) {
      const deadlineMs = item.deadlineMs();
      if (deadlineMs > nowMs) nextMs = Math.min(nextMs, deadlineMs);
      else if (this.#watched.delete(item)) item.expire();
    }
    if (nextMs < Infinity) this.#wakeAt(nextMs);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dueMs = Infinity;
  }
}

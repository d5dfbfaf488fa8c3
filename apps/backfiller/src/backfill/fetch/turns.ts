export interface TurnsInit {
  /** A turn that lasts longer no longer counts as taken. */
  readonly slowAfterMs: number;
  /** Called when turns became free in that way. */
  readonly onReleased: () => void;
}

/** One request that runs. */
export interface Turn {
  readonly startedMs: number;
  isTaken: boolean;
}

const CHECK_MS = 1000;

/** Counts requests that run; slow ones give their turn to others, though they go on. Has a timer only while some run. */
export class Turns {
  readonly #init: TurnsInit;
  readonly #running = new Set<Turn>();
  #taken = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(init: TurnsInit) {
    this.#init = init;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Those that run and are not slow. */
  get taken(): number {
    return this.#taken;
  }

  begin(): Turn {
    const turn = { startedMs: performance.now(), isTaken: true };
    this.#running.add(turn);
    this.#taken += 1;
    this.#timer ??= setInterval(() => this.#releaseSlow(), CHECK_MS).unref();
    return turn;
  }

  end(turn: Turn): void {
    this.#running.delete(turn);
    this.#release(turn);
    if (this.#running.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #releaseSlow(): void {
    const before = performance.now() - this.#init.slowAfterMs;
    for (const turn of this.#running) if (turn.startedMs <= before) this.#release(turn);
    this.#init.onReleased();
  }

  #release(turn: Turn): void {
    if (turn.isTaken) this.#taken -= 1;
    turn.isTaken = false;
  }
}

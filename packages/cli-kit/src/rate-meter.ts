/** Long enough to be calm, short enough to follow a change of speed. */
const WINDOW_MS = 5000;
/** A call per byte must not keep every sample: one per this long is enough for the window. */
const SAMPLE_MS = 100;

/** Speed over the last five seconds. */
export class RateMeter {
  readonly #samples: { atMs: number; done: number }[];

  constructor(startMs: number) {
    this.#samples = [{ atMs: startMs, done: 0 }];
  }

  add(atMs: number, done: number): void {
    const last = this.#samples.at(-1);
    const beforeLast = this.#samples.at(-2);
    if (last !== undefined && beforeLast !== undefined && atMs - beforeLast.atMs < SAMPLE_MS) {
      last.atMs = atMs;
      last.done = done;
    } else {
      this.#samples.push({ atMs, done });
    }
    while (this.#samples.length > 2 && atMs - (this.#samples[1]?.atMs ?? 0) >= WINDOW_MS) this.#samples.shift();
  }

  perSecond(nowMs: number): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || nowMs <= first.atMs) return 0;
    return ((last.done - first.done) / (nowMs - first.atMs)) * 1000;
  }
}

import { AdtsCounter } from './adts-counter.ts';
import { ticksBetween } from './ticks.ts';

/** A gap between two packets above this says nothing about how long one is. */
const LONGEST_FRAME_TICKS = 9000;
/** Of a frame at 30 per second, which is what is taken while a stream has shown one packet only: 33 ms. */
export const DEFAULT_FRAME_TICKS = 3003;

/** How far one stream of the output has come. Its ticks do not wrap. */
export class OutputClock {
  readonly adts: AdtsCounter | undefined;
  #lastDts = -Infinity;
  #lastPts = -Infinity;
  #highestPts = -Infinity;
  #frameTicks: number | undefined;

  /** @param isAac Then its frames are counted, since a PES packet holds several. */
  constructor(isAac: boolean) {
    this.adts = isAac ? new AdtsCounter() : undefined;
  }

  get lastDts(): number {
    return this.#lastDts;
  }

  get hasBegun(): boolean {
    return this.#lastDts !== -Infinity;
  }

  get frameTicks(): number {
    return this.#frameTicks ?? DEFAULT_FRAME_TICKS;
  }

  /** The first DTS that may follow. */
  get nextDts(): number {
    return this.#lastDts + this.#lastTicks();
  }

  /** The first PTS that may follow. */
  get nextPts(): number {
    return this.#highestPts + this.#lastTicks();
  }

  /** Where a DTS of 33 bits lies on the clock, which is near its last one. */
  unwrap(dts: number, near: number): number {
    return near + ticksBetween(near, dts);
  }

  /** Takes note of a PES packet: its times in the output. */
  advance(pts: number, dts: number): void {
    const gap = dts - this.#lastDts;
    if (gap > 0 && gap <= LONGEST_FRAME_TICKS) this.#frameTicks = gap;
    this.adts?.restart();
    this.#lastDts = dts;
    this.#lastPts = pts;
    this.#highestPts = Math.max(this.#highestPts, pts);
  }

  #lastTicks(): number {
    const counted = this.adts?.ticks ?? 0;
    return counted > 0 && this.#lastPts === this.#highestPts ? Math.round(counted) : this.frameTicks;
  }
}

import { HoleFoundError } from './hole-found-error.ts';
import type { SelectedSegment } from './selected-segment.ts';
import { cutSegment, usedEndMicros } from './selected-segment.ts';
import { TOLERANCE_MICROS } from './tolerance.ts';

/** Segments in order; null is a hole, or a place where it cannot be told that nothing is missing (after a suspect or partial). */
export type Sequence = (SelectedSegment | null)[];

/** From this length on a run is a part of its own; below it, copying is cheaper. Far below what a call takes as arguments. */
const LONG_RUN = 256;

/** Puts one segment after the other by the rules of wubloader's get_best_segments (spec 1.3). */
export class SequenceBuilder {
  readonly #startMicros: number;
  readonly #endMicros: number;
  readonly #allowHoles: boolean;
  /** What is settled, in pieces: an array that grows to a day of segments is copied again and again on its way. */
  readonly #parts: Sequence[] = [];
  /** What follows the parts; never empty after a run, so that a take-over finds here all that it changes. */
  #items: Sequence = [];
  #last: SelectedSegment | null = null;

  constructor(startMicros: number, endMicros: number, allowHoles: boolean) {
    this.#startMicros = startMicros;
    this.#endMicros = endMicros;
    this.#allowHoles = allowHoles;
  }

  /** True once the last segment reaches the end of the range. */
  get isComplete(): boolean {
    return this.#last !== null && this.#last.endMicros >= this.#endMicros;
  }

  /** Appends the segment where it follows, behind a hole where there is one. False where it was passed over. */
  offer(segment: SelectedSegment): boolean {
    const follows = this.#last === null ? this.#followsStart(segment) : this.#follows(segment, this.#last);
    if (follows) this.#append(segment);
    return follows;
  }

  /** Appends a run of full segments that meet each other and the last one, and of which none reaches the end of the range. */
  appendRun(segments: readonly SelectedSegment[], from: number, to: number): void {
    const last = segments[to - 1];
    if (to <= from || last === undefined) return;
    const rest = segments.slice(from, to - 1);
    if (rest.length < LONG_RUN) this.#items.push(...rest);
    else this.#closePart(rest);
    this.#append(last);
  }

  /**
   * The segment takes over from the last one, inside which it begins: that one is cut, or, where at most 10 ms of it would
   * be of use, left out, so that the segment may even follow what was before without a hole.
   */
  takeOver(segment: SelectedSegment): void {
    const last = this.#last;
    if (last === null) return;
    this.#items.pop();
    const usedFromMicros = Math.max(last.startMicros, this.#startMicros);
    if (segment.startMicros - usedFromMicros <= TOLERANCE_MICROS) {
      if (this.#items.at(-1) === null) this.#items.pop();
      this.#last = this.#items.at(-1) ?? null;
    } else {
      this.#append(cutSegment(last, segment.startMicros));
    }
    // Behind the cut of a bad segment comes a hole, as behind any bad one.
    this.offer(segment);
  }

  /** The sequence, with a hole at its end where it does not surely reach the end of the range. */
  finish(): Sequence {
    const last = this.#last;
    if (last === null) this.#appendHole(this.#startMicros);
    else if (last.type !== 'full' || last.endMicros < this.#endMicros) this.#appendHole(last.endMicros);
    return joined([...this.#parts, this.#items]);
  }

  #closePart(run: Sequence): void {
    this.#parts.push(this.#items, run);
    this.#items = [];
  }

  #followsStart(segment: SelectedSegment): boolean {
    if (segment.startMicros <= this.#startMicros) return this.#startMicros < segment.endMicros;
    if (segment.startMicros >= this.#endMicros) return false;
    this.#appendHole(this.#startMicros);
    return true;
  }

  #follows(segment: SelectedSegment, last: SelectedSegment): boolean {
    const gapMicros = segment.startMicros - usedEndMicros(last);
    if (gapMicros < -TOLERANCE_MICROS) return false;
    if (last.type !== 'full' || gapMicros > TOLERANCE_MICROS) this.#appendHole(usedEndMicros(last));
    return true;
  }

  #append(segment: SelectedSegment): void {
    this.#items.push(segment);
    this.#last = segment;
  }

  #appendHole(holeMicros: number): void {
    if (!this.#allowHoles) throw new HoleFoundError(holeMicros, this.#startMicros, this.#endMicros);
    this.#items.push(null);
  }
}

/** concat is several times as fast as flat, but each part is an argument, and a call takes only so many. */
function joined(parts: readonly Sequence[]): Sequence {
  return parts.length <= 1000 ? ([] as Sequence).concat(...parts) : parts.flat();
}

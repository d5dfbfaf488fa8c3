import type { HourSequence } from './best-of-hour.ts';
import type { SelectedSegment } from './selected-segment.ts';

/** The segments of several hours as one list, in the order in which they are offered. */
export class Candidates {
  readonly segments: readonly SelectedSegment[];
  readonly #hours: readonly HourSequence[];
  readonly #lists: readonly (readonly SelectedSegment[])[];
  /** The hour that the last question was about, and where its list begins. */
  #hourIndex = 0;
  #offset = 0;

  constructor(hours: readonly HourSequence[], order: 'time' | 'name') {
    this.#hours = hours;
    this.#lists = hours.map((hour) => (order === 'name' ? hour.segmentsByName : hour.segments));
    this.segments = ([] as SelectedSegment[]).concat(...this.#lists);
  }

  /** Index of the last segment of the unbroken run that the one at `index` is in. `index` must not fall from call to call. */
  runEnd(index: number): number {
    let list = this.#lists[this.#hourIndex];
    while (list !== undefined && index >= this.#offset + list.length) {
      this.#offset += list.length;
      this.#hourIndex += 1;
      list = this.#lists[this.#hourIndex];
    }
    const hour = this.#hours[this.#hourIndex];
    // Runs are known for the order of time only.
    if (hour === undefined || list !== hour.segments) return index;
    return this.#offset + (hour.runEnds[index - this.#offset] ?? index - this.#offset);
  }
}

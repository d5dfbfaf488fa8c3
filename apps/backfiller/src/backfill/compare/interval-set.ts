interface Interval {
  readonly start: number;
  readonly end: number;
}

/** Disjoint intervals, ascending: what a number of segments covers together. */
export class IntervalSet {
  readonly #intervals: Interval[] = [];

  /** Adds [start, end). Cheap where intervals come in ascending order. */
  add(start: number, end: number): void {
    if (end <= start) return;
    const from = this.#firstEndingAtOrAfter(start);
    let to = from;
    let [low, high] = [start, end];
    for (let next = this.#intervals[to]; next !== undefined && next.start <= end; next = this.#intervals[to]) {
      low = Math.min(low, next.start);
      high = Math.max(high, next.end);
      to += 1;
    }
    this.#intervals.splice(from, to - from, { start: low, end: high });
  }

  /** How much of [start, end) is covered. */
  overlap(start: number, end: number): number {
    let covered = 0;
    for (let at = this.#firstEndingAtOrAfter(start); ; at += 1) {
      const interval = this.#intervals[at];
      if (interval === undefined || interval.start >= end) return covered;
      covered += Math.max(0, Math.min(end, interval.end) - Math.max(start, interval.start));
    }
  }

  #firstEndingAtOrAfter(start: number): number {
    let [low, high] = [0, this.#intervals.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#intervals[middle]?.end ?? Infinity) < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A stretch of time: from `startMicros` to before `endMicros`. */
export interface MicrosRange {
  readonly startMicros: number;
  readonly endMicros: number;
}

export function totalMicros(ranges: readonly MicrosRange[]): number {
  return ranges.reduce((sum, { startMicros, endMicros }) => sum + (endMicros - startMicros), 0);
}

/** The part inside the bounds; undefined where that is nothing. */
export function clipRange(startMicros: number, endMicros: number, bounds: MicrosRange): MicrosRange | undefined {
  const start = Math.max(startMicros, bounds.startMicros);
  const end = Math.min(endMicros, bounds.endMicros);
  return start < end ? { startMicros: start, endMicros: end } : undefined;
}

/** What any of the ranges (not empty) covers: ascending, disjoint, and not touching each other. */
export function unionOfRanges(ranges: readonly MicrosRange[]): MicrosRange[] {
  const union: { startMicros: number; endMicros: number }[] = [];
  for (const { startMicros, endMicros } of ranges.toSorted((a, b) => a.startMicros - b.startMicros)) {
    const last = union.at(-1);
    if (last !== undefined && startMicros <= last.endMicros) last.endMicros = Math.max(last.endMicros, endMicros);
    else union.push({ startMicros, endMicros });
  }
  return union;
}

/** What `from` covers and `minus` does not. Both must be unions; so is the result. */
export function differenceOfRanges(from: readonly MicrosRange[], minus: readonly MicrosRange[]): MicrosRange[] {
  const rest: MicrosRange[] = [];
  let first = 0;
  for (const { startMicros, endMicros } of from) {
    while (first < minus.length && (minus[first]?.endMicros ?? Infinity) <= startMicros) first += 1;
    let micros = startMicros;
    for (let index = first; index < minus.length && micros < endMicros; index += 1) {
      const cut = minus[index];
      if (cut === undefined || cut.startMicros >= endMicros) break;
      if (cut.startMicros > micros) rest.push({ startMicros: micros, endMicros: cut.startMicros });
      micros = Math.max(micros, cut.endMicros);
    }
    if (micros < endMicros) rest.push({ startMicros: micros, endMicros });
  }
  return rest;
}

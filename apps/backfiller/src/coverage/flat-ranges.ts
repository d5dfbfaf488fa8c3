import { TOLERANCE_MICROS } from '@waybill/segments';

/**
 * Stretches of time as one row of numbers: start, end, start, end … Ascending, and more than 10 ms apart from each other:
 * what lies closer is one stretch. Rows of several hours can be joined in any order with the same result.
 */
export type FlatRanges = readonly number[];

/** Appends a stretch that begins no earlier than the last one of the row. */
export function appendRange(ranges: number[], startMicros: number, endMicros: number): void {
  if (endMicros <= startMicros) return;
  const last = ranges.at(-1);
  if (last === undefined || startMicros - last > TOLERANCE_MICROS) ranges.push(startMicros, endMicros);
  else if (endMicros > last) ranges[ranges.length - 1] = endMicros;
}

/** All stretches of several rows as one row. */
export function joinRanges(rows: Iterable<FlatRanges>): FlatRanges {
  const joined: number[] = [];
  for (const [startMicros, endMicros] of pairsOf([...rows].flat()).sort((a, b) => a[0] - b[0]))
    appendRange(joined, startMicros, endMicros);
  return joined;
}

/** The parts of the row inside [startMicros, endMicros). */
export function clipRanges(ranges: FlatRanges, startMicros: number, endMicros: number): FlatRanges {
  return pairsOf(ranges)
    .map(([start, end]) => [Math.max(start, startMicros), Math.min(end, endMicros)] as const)
    .filter(([start, end]) => start < end)
    .flat();
}

/** What of [startMicros, endMicros) the row leaves out. */
export function gapsOf(ranges: FlatRanges, startMicros: number, endMicros: number): FlatRanges {
  const gaps: number[] = [];
  let micros = startMicros;
  for (const [start, end] of pairsOf(clipRanges(ranges, startMicros, endMicros))) {
    if (start > micros) gaps.push(micros, start);
    micros = end;
  }
  if (micros < endMicros) gaps.push(micros, endMicros);
  return gaps;
}

/** What `from` has and `minus` has not. */
export function withoutRanges(from: FlatRanges, minus: FlatRanges): FlatRanges {
  const [rest, cuts]: [number[], [number, number][]] = [[], pairsOf(minus)];
  let first = 0;
  for (const [startMicros, endMicros] of pairsOf(from)) {
    while ((cuts[first]?.[1] ?? Infinity) <= startMicros) first += 1;
    let micros = startMicros;
    for (let index = first; micros < endMicros; index += 1) {
      const [cutStart, cutEnd] = cuts[index] ?? [Infinity, Infinity];
      if (cutStart > micros) rest.push(micros, Math.min(cutStart, endMicros));
      micros = cutEnd;
    }
  }
  return rest;
}

export function lengthOf(ranges: FlatRanges): number {
  return pairsOf(ranges).reduce((sum, [start, end]) => sum + (end - start), 0);
}

export function pairsOf(ranges: FlatRanges): [startMicros: number, endMicros: number][] {
  const pairs: [number, number][] = [];
  for (let index = 0; index + 1 < ranges.length; index += 2)
    pairs.push([ranges[index] as number, ranges[index + 1] as number]);
  return pairs;
}

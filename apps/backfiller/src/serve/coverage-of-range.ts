import type { Coverage, MicrosRange } from '@waybill/segments';
import { coverageOf } from '@waybill/segments';
import type { HourSequences } from './hour-sequences.ts';
import type { RangePlace } from './range-sequence.ts';
import { rangeWindows } from './range-windows.ts';

/** Coverage of a range of any length, some hours at a time. */
export async function coverageOfRange(
  sequences: HourSequences,
  place: RangePlace,
  startMicros: number,
  endMicros: number,
  windowMicros?: number,
): Promise<Coverage> {
  let sum = coverageOf([], startMicros, startMicros);
  for await (const window of rangeWindows(sequences, place, startMicros, endMicros, windowMicros)) {
    sum = joined(sum, coverageOf(window.sequence, window.startMicros, window.endMicros));
  }
  return sum;
}

/** Of two ranges that meet. */
function joined(a: Coverage, b: Coverage): Coverage {
  return {
    startMicros: a.startMicros,
    endMicros: b.endMicros,
    coveredMicros: a.coveredMicros + b.coveredMicros,
    toleratedMicros: a.toleratedMicros + b.toleratedMicros,
    holes: joinedRanges(a.holes, b.holes),
    partialMicros: a.partialMicros + b.partialMicros,
    partials: joinedRanges(a.partials, b.partials),
    segmentCount: a.segmentCount + b.segmentCount,
    partialCount: a.partialCount + b.partialCount,
  };
}

/** What ends where the other begins is one. */
function joinedRanges(a: readonly MicrosRange[], b: readonly MicrosRange[]): MicrosRange[] {
  const [last, first] = [a.at(-1), b[0]];
  if (last === undefined || first === undefined || last.endMicros !== first.startMicros) return [...a, ...b];
  return [...a.slice(0, -1), { startMicros: last.startMicros, endMicros: first.endMicros }, ...b.slice(1)];
}

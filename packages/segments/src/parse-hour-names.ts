import type { NameSource } from './stored-segment.ts';
import { readStoredName, StoredSegment } from './stored-segment.ts';

export interface ParsedHourNames {
  /** In the order of the names. */
  readonly segments: readonly StoredSegment[];
  /**
   * Indexes in `segments` where a group of neighbours with one start begins. A temp file of another start parts two groups,
   * as in wubloader, though it is in neither.
   */
  readonly groupStarts: readonly number[];
  readonly tempNames: readonly string[];
  readonly unparsableNames: readonly string[];
}

/** Reads the names of one hour directory. */
export function parseHourNames(hour: string, hourMicros: number, names: readonly string[]): ParsedHourNames {
  const segments: StoredSegment[] = [];
  const groupStarts: number[] = [];
  const tempNames: string[] = [];
  const unparsableNames: string[] = [];
  let previousMicros = NaN;
  for (const name of names) {
    const source = readStoredName(hour, name);
    if (source === undefined) {
      unparsableNames.push(name);
      continue;
    }
    const startMicros = startOf(source, hourMicros);
    if (startMicros !== previousMicros && groupStarts.at(-1) !== segments.length) groupStarts.push(segments.length);
    previousMicros = startMicros;
    if (source.type === 'temp') tempNames.push(name);
    else segments.push(new StoredSegment(hour, name, startMicros, source.durationMicros, source.type));
  }
  return { segments, groupStarts, tempNames, unparsableNames };
}

/** Micros since the epoch. A strict name counts from the hour, a lenient one says it itself. */
function startOf(source: NameSource, hourMicros: number): number {
  return 'hourMicros' in source ? (source.startMicros ?? hourMicros) : hourMicros + source.startMicros;
}

import { tryParseSegmentName } from './parse-segment-name.ts';
import type { SegmentPath } from './parse-segment-path.ts';
import { readSegmentPath } from './parse-segment-path.ts';
import { StoredSegment } from './stored-segment.ts';

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

/** Reads the names of one hour directory: strictly where possible, for that is fast, else as leniently as wubloader. */
export function parseHourNames(hour: string, hourMicros: number, names: readonly string[]): ParsedHourNames {
  const segments: StoredSegment[] = [];
  const groupStarts: number[] = [];
  const tempNames: string[] = [];
  const unparsableNames: string[] = [];
  let previousMicros = NaN;
  for (const name of names) {
    const strict = tryParseSegmentName(name);
    const source = strict ?? parseLoose(hour, name);
    if (source === undefined) {
      unparsableNames.push(name);
      continue;
    }
    const startMicros = strict === undefined ? (source.startMicros ?? hourMicros) : hourMicros + strict.startMicros;
    if (startMicros !== previousMicros && groupStarts.at(-1) !== segments.length) groupStarts.push(segments.length);
    previousMicros = startMicros;
    if (source.type === 'temp') tempNames.push(name);
    else segments.push(new StoredSegment(hour, startMicros, source.type, source));
  }
  return { segments, groupStarts, tempNames, unparsableNames };
}

function parseLoose(hour: string, name: string): SegmentPath | undefined {
  if (name.includes('/')) return undefined;
  const parsed = readSegmentPath(`${hour}/${name}`);
  return typeof parsed === 'string' ? undefined : parsed;
}

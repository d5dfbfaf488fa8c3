import type { SizeOf } from './choose-best.ts';
import { chooseBest } from './choose-best.ts';
import { parseHour } from './hours.ts';
import { parseHourNames } from './parse-hour-names.ts';
import { runEndsOf } from './run-ends.ts';
import type { SelectedSegment } from './selected-segment.ts';
import type { StoredSegment } from './stored-segment.ts';
import { hideTombstoned } from './tombstones.ts';

/** What one hour directory has to offer. Nothing in it changes: cache it for as long as the directory holds the same names. */
export interface HourSequence {
  readonly hour: string;
  readonly hourMicros: number;
  /** The best segment of each start, ascending. Of segments that overlap each other, all. */
  readonly segments: readonly SelectedSegment[];
  /** For each of `segments` the index of the last one of the unbroken run of fulls that it is in. */
  readonly runEnds: Uint32Array;
  /**
   * The same as wubloader has it: in the order of the file names, of neighbours with one start the best. The very same
   * array, unless a name is spelled so oddly (`00.01` for `00:01`) that names sort differently from times.
   */
  readonly segmentsByName: readonly SelectedSegment[];
  /** Segments that are not among `segments`, because there is a better one of the same start. */
  readonly duplicates: readonly SelectedSegment[];
  readonly tempNames: readonly string[];
  /** Names that end in `.ts` and that no grammar takes. */
  readonly unparsableNames: readonly string[];
}

export interface BestOfHourOptions {
  /** Asked only where sizes decide; see namesNeedingSize. Default: all files have the same size. */
  readonly sizeOf?: SizeOf | undefined;
}

/**
 * Chooses the best segment of each start in an hour directory (spec 1.3). `names` is the listing, in any order, with or
 * without tombstones, hidden and foreign files. Throws HourInvalidError; never for a name.
 */
export function bestOfHour(hour: string, names: Iterable<string>, options: BestOfHourOptions = {}): HourSequence {
  const hourMicros = parseHour(hour);
  const { sizeOf = () => 0 } = options;
  const listed = hideTombstoned([...names], { includeChat: false }).sort();
  const parsed = parseHourNames(hour, hourMicros, listed);
  const segmentsByName = bestOfGroups(parsed.segments, parsed.groupStarts, sizeOf);
  const segments = isAscending(segmentsByName) ? segmentsByName : bestByStart(parsed.segments, sizeOf);
  return {
    hour,
    hourMicros,
    segments,
    runEnds: runEndsOf(segments),
    segmentsByName,
    duplicates: without(parsed.segments, segments),
    tempNames: parsed.tempNames,
    unparsableNames: parsed.unparsableNames,
  };
}

/** Names whose sizes bestOfHour would ask for, so that they can be looked up beforehand, without blocking. Mostly none. */
export function namesNeedingSize(hour: string, names: Iterable<string>): string[] {
  const needed = new Set<string>();
  const sizeOf = (name: string): number => {
    needed.add(name);
    return 0;
  };
  bestOfHour(hour, names, { sizeOf });
  return [...needed];
}

/** Of each group, which begins at an index of `groupStarts`, the best. */
function bestOfGroups(
  segments: readonly StoredSegment[],
  groupStarts: readonly number[],
  sizeOf: SizeOf,
): StoredSegment[] {
  const best: StoredSegment[] = [];
  for (const [index, start] of groupStarts.entries()) {
    const end = groupStarts[index + 1] ?? segments.length;
    const chosen = end - start === 1 ? segments[start] : chooseBest(segments.slice(start, end), sizeOf);
    if (chosen !== undefined) best.push(chosen);
  }
  return best;
}

/** The sort is stable: segments of one start stay in the order of their names. */
function bestByStart(segments: readonly StoredSegment[], sizeOf: SizeOf): StoredSegment[] {
  const sorted = segments.toSorted((a, b) => a.startMicros - b.startMicros);
  const beginsGroup = (index: number): boolean => sorted[index]?.startMicros !== sorted[index - 1]?.startMicros;
  return bestOfGroups(sorted, [...sorted.keys()].filter(beginsGroup), sizeOf);
}

function isAscending(segments: readonly StoredSegment[]): boolean {
  return segments.every(
    (segment, index) => index === 0 || (segments[index - 1]?.startMicros ?? 0) < segment.startMicros,
  );
}

function without(segments: readonly StoredSegment[], chosen: readonly StoredSegment[]): StoredSegment[] {
  if (segments.length === chosen.length) return [];
  const kept = new Set(chosen);
  return segments.filter((segment) => !kept.has(segment));
}

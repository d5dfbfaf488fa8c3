import { tryParseSegmentName } from './parse-segment-name.ts';
import type { SegmentPath } from './parse-segment-path.ts';
import { parseSegmentPath } from './parse-segment-path.ts';
import { SegmentNameInvalidError } from './segment-name-invalid-error.ts';
import { StoredSegment } from './stored-segment.ts';

export interface ParsedHourNames {
  /** In the order of the names. */
  readonly segments: readonly StoredSegment[];
  readonly tempNames: readonly string[];
  readonly unparsableNames: readonly string[];
}

/** Reads the names of one hour directory: strictly where possible, for that is fast, else as leniently as wubloader. */
export function parseHourNames(hour: string, hourMicros: number, names: readonly string[]): ParsedHourNames {
  const segments: StoredSegment[] = [];
  const tempNames: string[] = [];
  const unparsableNames: string[] = [];
  for (const name of names) {
    const strict = tryParseSegmentName(name);
    const source = strict ?? parseLoose(hour, name);
    if (source === undefined) {
      unparsableNames.push(name);
    } else if (source.type === 'temp') {
      tempNames.push(name);
    } else {
      const startMicros = strict === undefined ? (source.startMicros ?? hourMicros) : hourMicros + strict.startMicros;
      segments.push(new StoredSegment(hour, startMicros, source.type, source));
    }
  }
  return { segments, tempNames, unparsableNames };
}

function parseLoose(hour: string, name: string): SegmentPath | undefined {
  if (name.includes('/')) return undefined;
  try {
    return parseSegmentPath(`${hour}/${name}`);
  } catch (error) {
    if (error instanceof SegmentNameInvalidError) return undefined;
    throw error;
  }
}

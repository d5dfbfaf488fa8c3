import { parseAttributeList } from './attribute-list.ts';
import type { DateRange } from './media-playlist.ts';
import { parseProgramDateTime } from './program-date-time.ts';

const MICROS_PER_SECOND = 1_000_000;

/** The value of an EXT-X-DATERANGE; undefined without START-DATE: an update of a range that was told before. Throws PlaylistInvalidError. */
export function parseDateRange(value: string, line: number): DateRange | undefined {
  const attributes = parseAttributeList(value, line);
  const start = attributes.get('START-DATE');
  if (start === undefined) return undefined;
  const startMicros = parseProgramDateTime(start, line);
  return { startMicros, endMicros: endOf(startMicros, attributes, line), attributes };
}

function endOf(startMicros: number, attributes: ReadonlyMap<string, string>, line: number): number | undefined {
  const end = attributes.get('END-DATE');
  if (end !== undefined) return parseProgramDateTime(end, line);
  const seconds = Number(attributes.get('DURATION') ?? attributes.get('PLANNED-DURATION') ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? startMicros + Math.round(seconds * MICROS_PER_SECOND) : undefined;
}

import { parseAttributeList } from './attribute-list.ts';
import type { DateRange } from './media-playlist.ts';
import { parseProgramDateTime } from './program-date-time.ts';

const MICROS_PER_SECOND = 1_000_000;

interface TaggedRange {
  readonly attributes: ReadonlyMap<string, string>;
  readonly startMicros: number | undefined;
  readonly endMicros: number | undefined;
}

/** The EXT-X-DATERANGE tags of a playlist. Those of one ID are one range, of which the later say more (RFC 8216 section 4.3.2.7.1). */
export class DateRanges {
  readonly #byId = new Map<string, TaggedRange>();

  /** Takes the value of a tag. Throws PlaylistInvalidError. */
  add(value: string, line: number): void {
    const said = parseAttributeList(value, line);
    const id = said.get('ID') ?? `line ${line}`;
    const before = this.#byId.get(id);
    this.#byId.set(id, {
      attributes: new Map([...(before?.attributes ?? []), ...said]),
      startMicros: timeOf(said, 'START-DATE', line) ?? before?.startMicros,
      endMicros: timeOf(said, 'END-DATE', line) ?? before?.endMicros,
    });
  }

  /** Those whose start is known: a playlist may still have the end of one whose first tag it has no longer. */
  get list(): DateRange[] {
    return [...this.#byId.values()].flatMap(({ attributes, startMicros, endMicros }) => {
      if (startMicros === undefined) return [];
      return [{ startMicros, endMicros: endMicros ?? plannedEnd(startMicros, attributes), attributes }];
    });
  }
}

function timeOf(attributes: ReadonlyMap<string, string>, name: string, line: number): number | undefined {
  const text = attributes.get(name);
  return text === undefined ? undefined : parseProgramDateTime(text, line);
}

/** How long it was counts before how long it was to be. */
function plannedEnd(startMicros: number, attributes: ReadonlyMap<string, string>): number | undefined {
  const seconds = Number(attributes.get('DURATION') ?? attributes.get('PLANNED-DURATION') ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? startMicros + Math.round(seconds * MICROS_PER_SECOND) : undefined;
}

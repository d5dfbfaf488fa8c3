import fc from 'fast-check';
import type { HourSequence, SelectedSegment, Sequence, StoredSegmentType } from '../../src/index.ts';
import { bestOfHour, formatHour, formatSegmentName, parseHour } from '../../src/index.ts';
import { digestOf } from './names.ts';

/** A file of a small archive. Times in micros since the epoch. */
export interface ArchiveFile {
  readonly hour: string;
  readonly name: string;
  readonly startMicros: number;
  readonly endMicros: number;
  readonly type: StoredSegmentType;
  readonly sizeBytes: number;
  readonly hash: Uint8Array;
}

export interface SmallArchive {
  readonly files: readonly ArchiveFile[];
  readonly startMicros: number;
  readonly endMicros: number;
}

export const BORDER_MICROS = parseHour('2024-03-01T11');
/** Half of the tolerance: gaps and overlaps of 0, 1/2, 1, 3/2 … of it all come up. */
export const UNIT_MICROS = 5000;
const PREVIOUS_HOUR = '2024-03-01T10';

export function archiveFile(
  startMicros: number,
  durationMicros: number,
  type: StoredSegmentType,
  content = '',
  sizeBytes = 1,
): ArchiveFile {
  const digest = digestOf(content);
  const name = formatSegmentName({ startMicros, durationMicros, type, digest });
  const hour = formatHour(startMicros);
  return { hour, name, startMicros, endMicros: startMicros + durationMicros, type, sizeBytes, hash: digest.bytes };
}

const files = fc
  .record({
    start: fc.integer({ min: -30, max: 30 }),
    // A micro more or less than a whole number of units, at times: the tolerance is met exactly, just not, and just.
    jitter: fc.constantFrom(0, 0, 0, 1, -1),
    duration: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(20, 40)),
    type: fc.constantFrom<StoredSegmentType>('full', 'full', 'suspect', 'partial'),
    content: fc.constantFrom('a', 'b', 'c'),
    size: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ start, jitter, duration, type, content, size }) =>
    archiveFile(BORDER_MICROS + start * UNIT_MICROS + jitter, duration * UNIT_MICROS, type, content, size),
  );

/** Up to 14 files around a border of two hours, and a range that begins and ends somewhere among them. */
export const smallArchives = fc
  .record({
    files: fc.uniqueArray(files, { maxLength: 14, selector: ({ hour, name }) => `${hour}/${name}` }),
    start: fc.integer({ min: -34, max: 30 }),
    length: fc.integer({ min: -2, max: 60 }),
  })
  .map((small): SmallArchive => {
    const startMicros = BORDER_MICROS + small.start * UNIT_MICROS;
    return { files: small.files, startMicros, endMicros: startMicros + small.length * UNIT_MICROS };
  });

/** The hours of an archive as a caller has them: those without files are absent. */
export function hourSource(archive: readonly ArchiveFile[]): (hour: string) => HourSequence | undefined {
  return (hour) => {
    const sizes = new Map(archive.filter((file) => file.hour === hour).map(({ name, sizeBytes }) => [name, sizeBytes]));
    return sizes.size === 0 ? undefined : bestOfHour(hour, sizes.keys(), { sizeOf: (name) => sizes.get(name) ?? NaN });
  };
}

export function hoursOf(archive: readonly ArchiveFile[]): HourSequence[] {
  const hours = [PREVIOUS_HOUR, formatHour(BORDER_MICROS)].map(hourSource(archive));
  return hours.filter((hour) => hour !== undefined);
}

/** What a sequence says, in a form that reads well where a test fails. */
export function written(sequence: Sequence): (string | null)[] {
  return sequence.map((item) => item && writtenSegment(item));
}

function writtenSegment({ hour, name, cutMicros }: SelectedSegment): string {
  return cutMicros === null ? `${hour}/${name}` : `${hour}/${name} until ${cutMicros}`;
}
